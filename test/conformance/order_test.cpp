// Order, running results and writing by number where numbers are special, in the interpreter and
// compiled, against values written here.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "nngc/autodiff.h"
#include "nngc/compiler.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "test/conformance/cases.h"
#include "test/conformance/roads.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

using Floats = std::vector<float>;
using Ints = std::vector<std::int32_t>;
constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

/// The same elements bit for bit, any NaN being one.
template <class T> bool same(std::span<const T> have, const std::vector<T>& want) {
  if (have.size() != want.size()) return false;
  for (std::size_t i = 0; i < want.size(); ++i) {
    if constexpr (std::is_floating_point_v<T>)
      if (std::isnan(have[i]) && std::isnan(want[i])) continue;
    if (std::memcmp(&have[i], &want[i], sizeof(T)) != 0) return false;
  }
  return true;
}

/// `build` of the inputs, on every road.
template <class T, class Build>
void check(const std::vector<Tensor>& inputs, const std::vector<T>& want, Build build) {
  Graph g("special");
  std::vector<Value> x;
  for (const Tensor& t : inputs)
    x.push_back(g.input("x" + std::to_string(x.size()),
                        {t.dtype(), Shape(std::vector<Dim>(t.shape().begin(), t.shape().end()))}));
  g.output("y", build(x));
  const auto expected = eval(g, std::span<const Tensor>(inputs));
  CHECK(same<T>(expected[0].data<T>(), want));
  for (const int level : {0, 2}) {
    const auto have = run(compile(g, {.opt_level = level}), g, inputs, expected);
    INFO("-O" << level);
    CHECK(same<T>(have[0].data<T>(), want));
  }
}

template <class T> Tensor row(const std::vector<T>& values) {
  return Tensor::of<T>({static_cast<std::int64_t>(values.size())}, values);
}

using In = const std::vector<Value>&;

} // namespace

TEST_CASE("NaN comes last in either order, and zeros keep theirs", "[order]") {
  const Tensor x = row<float>({1, nan_value, -0.0F, inf, 0, -inf, -1, nan_value, 0, -0.0F});
  check<std::int32_t>({x}, {5, 6, 2, 4, 8, 9, 0, 3, 1, 7}, [](In v) { return argsort(v[0]); });
  check<std::int32_t>({x}, {3, 0, 2, 4, 8, 9, 6, 5, 1, 7},
                      [](In v) { return argsort(v[0], 0, true); });
  check<std::int32_t>({x}, {3, 0, 2}, [](In v) { return top_k(v[0], 3).indices; });
  check<float>({x}, {-inf, -1, -0.0F, 0, 0, -0.0F, 1, inf, nan_value, nan_value},
               [](In v) { return sort(v[0]); });
  check<std::int32_t>({row<float>({nan_value, -nan_value})}, {0, 1},
                      [](In v) { return argsort(v[0]); });
}

TEST_CASE("integers are put in order over their whole range", "[order]") {
  using L = std::numeric_limits<std::int64_t>;
  using U = std::numeric_limits<std::uint64_t>;
  check<std::int32_t>({row<std::int64_t>({3, L::max(), -1, L::min(), 0})}, {3, 2, 4, 0, 1},
                      [](In v) { return argsort(v[0]); });
  check<std::int32_t>({row<std::uint64_t>({3, U::max(), 0, U::max() / 2 + 1, U::max()})},
                      {1, 4, 3, 0, 2}, [](In v) { return argsort(v[0], 0, true); });
  check<std::int32_t>({row<std::int8_t>({3, 127, -128, -1})}, {2, 3, 0, 1},
                      [](In v) { return argsort(v[0]); });
}

TEST_CASE("rows of every length are put in order, stably", "[order]") {
  std::mt19937 random(5);
  for (const std::int64_t n :
       {0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 130, 255, 257, 1000, 20000}) {
    INFO(n);
    Floats x(static_cast<std::size_t>(n));
    for (float& v : x) v = static_cast<float>(static_cast<int>(random() % 50));
    Ints want(x.size());
    std::iota(want.begin(), want.end(), 0);
    std::stable_sort(want.begin(), want.end(), [&](std::int32_t a, std::int32_t b) {
      return x[static_cast<std::size_t>(a)] < x[static_cast<std::size_t>(b)];
    });
    check<std::int32_t>({row(x)}, want, [](In v) { return argsort(v[0]); });
  }
}

TEST_CASE("running extremes keep the first NaN and the first of equals", "[order]") {
  const Tensor x = row<float>({1, 3, 3, nan_value, 5, nan_value});
  check<float>({x}, {1, 3, 3, nan_value, nan_value, nan_value},
               [](In v) { return cummax(v[0], 0); });
  check<std::int32_t>({x}, {0, 1, 1, 3, 3, 3}, [](In v) { return cum_argmax(v[0], 0); });
  check<std::int32_t>({row<float>({3, 1, 3, 2, 3})}, {4, 4, 4, 4, 4},
                      [](In v) { return cum_argmax(v[0], 0, true); });
  check<float>({x}, {-inf, 1, 3, 3, nan_value, nan_value},
               [](In v) { return cummax(v[0], 0, false, true); });
  check<std::int32_t>({row<std::int32_t>({4, 2})}, {std::numeric_limits<std::int32_t>::max(), 4},
                      [](In v) { return cummin(v[0], 0, false, true); });
}

TEST_CASE("sums of 16-bit floats run on in f32", "[order]") {
  Graph g("half");
  const Value x = g.input("x", {DType::BF16, {1000}});
  g.output("y", cumsum(x, 0));
  Tensor ones(DType::BF16, {1000});
  for (auto& v : ones.data<std::uint16_t>()) v = to_bf16(1);
  const std::array inputs{ones};
  const auto want = eval(g, std::span<const Tensor>(inputs));
  const auto have = run(compile(g), g, inputs, want);
  for (const auto* list : {&want, &have}) CHECK(numbers((*list)[0])[999] == 1000);
}

TEST_CASE("a recurrence starts with its first b, whatever the first a", "[order]") {
  check<float>({row<float>({inf, 2, 3}), row<float>({-0.0F, 1, 1})}, {-0.0F, 1, 4},
               [](In v) { return linrec(v[0], v[1], 0); });
  check<float>({row<float>({2, 3, nan_value}), row<float>({1, 1, 5})}, {33, 16, 5},
               [](In v) { return linrec(v[0], v[1], 0, true); });
}

TEST_CASE("of several writers the last stays, the greatest wins, and NaN stays", "[order]") {
  const Tensor x = row<float>({10, 20, 30}), at = row<std::int32_t>({1, 1, 2, 7, 1});
  const Tensor u = row<float>({5, 25, nan_value, 9, 6});
  check<float>({x, at, u}, {10, 6, nan_value}, [](In v) { return scatter_set(v[0], v[1], v[2]); });
  check<float>({x, at, u}, {10, 25, nan_value}, [](In v) { return scatter_max(v[0], v[1], v[2]); });
  check<float>({x, at, u}, {10, 5, nan_value}, [](In v) { return scatter_min(v[0], v[1], v[2]); });
}

TEST_CASE("who wrote gets the derivative: the last, or of equal extremes x and then the first",
          "[order]") {
  const Tensor x = row<float>({10, 20, 30}), at = row<std::int32_t>({1, 1, 2, 7, 1});
  const Tensor u = row<float>({25, 25, 30, 9, 6}), w = row<float>({2, 3, 5});
  const auto of = [&](auto scatter, std::size_t wrt) {
    return [=](In v) {
      const Value y = scatter(v[0], v[1], v[2]);
      return grad(reduce_sum(y * v[3]), std::array{v[wrt]})[0];
    };
  };
  const auto set = [](Value a, Value i, Value b) { return scatter_set(a, i, b); };
  const auto greatest = [](Value a, Value i, Value b) { return scatter_max(a, i, b); };
  check<float>({x, at, u, w}, {2, 0, 0}, of(set, 0));
  check<float>({x, at, u, w}, {0, 0, 5, 0, 3}, of(set, 2));
  check<float>({x, at, u, w}, {2, 0, 5}, of(greatest, 0));
  check<float>({x, at, u, w}, {3, 0, 0, 0, 0}, of(greatest, 2));
}

TEST_CASE("a window that would stand out is moved back in", "[order]") {
  const Tensor x = row<float>({0, 1, 2, 3, 4});
  for (const auto& [start, first] : {std::pair{-9, 0}, {1, 1}, {3, 3}, {4, 3}, {99, 3}}) {
    const Tensor at = Tensor::of<std::int32_t>({}, std::vector<std::int32_t>{start});
    const auto f = static_cast<float>(first);
    check<float>({x, at}, {f, f + 1},
                 [](In v) { return dynamic_slice(v[0], std::array{v[1]}, {2}); });
    Floats changed = {0, 1, 2, 3, 4};
    changed[static_cast<std::size_t>(first)] = 7;
    changed[static_cast<std::size_t>(first) + 1] = 8;
    check<float>({x, at, row<float>({7, 8})}, changed,
                 [](In v) { return dynamic_update_slice(v[0], v[2], std::array{v[1]}); });
  }
  const Tensor far = Tensor::of<std::uint64_t>(
      {}, std::vector<std::uint64_t>{std::numeric_limits<std::uint64_t>::max()});
  check<float>({x, far}, {3, 4}, [](In v) { return dynamic_slice(v[0], std::array{v[1]}, {2}); });
}
