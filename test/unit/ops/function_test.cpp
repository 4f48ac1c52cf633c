// Functions, activations and norms as composites: values beside <cmath>, and values and
// derivatives to order 2 where a plain formula has none.
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "nngc/autodiff.h"
#include "test/support/catch.h"
#include "test/unit/ops/evaluate.h"

using namespace nngc;
using namespace nngc::test;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
using Function = std::function<Value(Value)>;

void check_near(const Tensor& got, const std::vector<double>& expected, double error = 1e-15) {
  const auto have = values<double>(got);
  REQUIRE(have.size() == expected.size());
  for (std::size_t i = 0; i < have.size(); ++i) {
    INFO("element " << i << ": " << have[i] << ", expected " << expected[i]);
    if (std::isinf(expected[i]) || std::isnan(expected[i]))
      CHECK((have[i] == expected[i] || (std::isnan(have[i]) && std::isnan(expected[i]))));
    else
      CHECK(std::abs(have[i] - expected[i]) <= error * std::max(1.0, std::abs(expected[i])));
  }
}

/// The order-th derivative of sum(f(x)), each time of the sum of the last.
Tensor derivative(const Function& f, int order, const Tensor& x) {
  return run(
      [&](Value v) {
        Value y = f(v);
        for (int i = 0; i < order; ++i) y = grad(reduce_sum(y), std::array{v})[0];
        return y;
      },
      {x});
}

/// f and its first two derivatives are finite at x.
void check_finite(const Function& f, const Tensor& x) {
  for (int order = 0; order <= 2; ++order)
    for (const double v : values<double>(derivative(f, order, x))) {
      INFO("order " << order << ": " << v);
      CHECK(std::isfinite(v));
    }
}

std::vector<double> each(const std::vector<double>& x, double (*f)(double)) {
  std::vector<double> y;
  for (const double v : x) y.push_back(f(v));
  return y;
}

} // namespace

TEST_CASE("Functions of analysis") {
  const std::vector<double> all = {-1000, -7.25, -1, -0.3, 0, 1e-9, 0.5, 1, 3, 700.125};
  check_near(run([](Value v) { return exp2(v); }, {row(all)}), each(all, std::exp2));
  check_near(run([](Value v) { return tan(v); }, {row({-1.5, -0.1, 0.0, 1.0})}),
             each({-1.5, -0.1, 0, 1}, std::tan));
  const std::vector<double> above = {0, 1e-300, 0.5, 1, 8, 1e10, inf};
  check_near(run([](Value v) { return log2(v); }, {row(above)}), each(above, std::log2));
  const double close = 1 - 0x1p-53;
  const std::vector<double> sines = {-1, -close, -0.5, -1e-20, 0, 1e-9, 0.7, close, 1};
  check_near(run([](Value v) { return asin(v); }, {row(sines)}), each(sines, std::asin));
  check_near(run([](Value v) { return acos(v); }, {row(sines)}), each(sines, std::acos));
  CHECK(std::isnan(values<double>(run([](Value v) { return asin(v); }, {row({1.5})}))[0]));
  // Near 1 the angle is small: its own digits, not those of pi / 2 less an arc.
  CHECK(values<double>(run([](Value v) { return acos(v); }, {row({close})}))[0] ==
        Approx(std::acos(close)).epsilon(1e-15));
  const Tensor ends = row({-1.0, 0.0, 1.0});
  check_near(derivative([](Value v) { return asin(v); }, 1, ends), {inf, 1, inf});
  check_near(derivative([](Value v) { return acos(v); }, 1, ends), {-inf, -1, -inf});
}

TEST_CASE("atan2 in every quarter, on the axes and at the origin") {
  const std::vector<double> y = {0, 1, 1, 1, 0, -1, -1, -1, 0, 1e300, 1, -5},
                            x = {1, 1, 0, -1, -1, -1, 0, 1, 0, 1e-300, inf, -inf};
  std::vector<double> angle;
  for (std::size_t i = 0; i < x.size(); ++i) angle.push_back(std::atan2(y[i], x[i]));
  check_near(run([](Value a, Value b) { return atan2(a, b); }, {row(y), row(x)}), angle);
  // d/dy = x / r^2, d/dx = -y / r^2, on the axes too; 0 at the origin, at orders 1 and 2.
  const auto slope = [](int which) {
    return [which](Value a, Value b) {
      return grad(reduce_sum(atan2(a, b)), std::array{which == 0 ? a : b})[0];
    };
  };
  const Tensor ys = row({0.0, 2.0, 0.0, -2.0, 3.0, 0.0}), xs = row({2.0, 0.0, -2.0, 0.0, 4.0, 0.0});
  check_near(run(slope(0), {ys, xs}), {.5, 0, -.5, 0, .16, 0});
  check_near(run(slope(1), {ys, xs}), {0, -.5, 0, .5, -.12, 0});
  check_finite([](Value v) { return atan2(v, v); }, row({0.0, -0.0}));
  check_finite([](Value v) { return atan2(v, 1 - Operand(v)); }, row({0.0, 1.0}));
  CHECK(std::isnan(values<double>(run([](Value v) { return atan2(v, v); }, {row({inf})}))[0]));
}

TEST_CASE("Activations at both ends and at their kinks") {
  const Tensor x = row({-1000.0, -1.0, 0.0, 1.0, 1000.0});
  const double e = std::expm1(-1.0), s = 1 / (1 + std::exp(-1.0));
  check_near(run([](Value v) { return elu(v, 2); }, {x}), {-2, 2 * e, 0, 1, 1000});
  check_near(derivative([](Value v) { return elu(v, 2); }, 1, x), {0, 2 * (e + 1), 2, 1, 1});
  const double scale = 1.0507009873554805, alpha = 1.6732632423543772;
  check_near(run([](Value v) { return selu(v); }, {x}),
             {-scale * alpha, scale * alpha * e, 0, scale, 1000 * scale});
  check_near(run([](Value v) { return softsign(v); }, {x}),
             {-1000. / 1001, -.5, 0, .5, 1000. / 1001});
  check_near(derivative([](Value v) { return softsign(v); }, 1, x),
             {1. / (1001. * 1001), .25, 1, .25, 1. / (1001. * 1001)});
  check_near(run([](Value v) { return log_sigmoid(v); }, {x}),
             {-1000, std::log(1 - s), -std::log(2), std::log(s), 0});
  check_near(derivative([](Value v) { return log_sigmoid(v); }, 1, x), {1, s, .5, 1 - s, 0});
  check_near(run([](Value v) { return hard_sigmoid(v); }, {x}), {0, 1. / 3, .5, 2. / 3, 1});
  check_near(run([](Value v) { return hard_swish(v); }, {x}), {0, -1. / 3, 0, 2. / 3, 1000});
  check_near(run([](Value v) { return relu6(v); }, {x}), {0, 0, 0, 1, 6});
  check_near(run([](Value v) { return clip(v, -1, 1); }, {x}), {-1, -1, 0, 1, 1});
  check_near(derivative([](Value v) { return clip(v, -1, 1); }, 1, x), {0, 0, 1, 0, 0});
  check_near(
      run([](Value v) { return mish(v); }, {x}),
      {0, -std::tanh(std::log1p(std::exp(-1.0))), 0, std::tanh(std::log1p(std::exp(1.0))), 1000});
  for (const Function& f : std::vector<Function>{
           [](Value v) { return elu(v); }, [](Value v) { return selu(v); },
           [](Value v) { return softsign(v); }, [](Value v) { return log_sigmoid(v); },
           [](Value v) { return hard_swish(v); }, [](Value v) { return mish(v); }})
    check_finite(f, row({-1e5, -1000.0, -3.0, 0.0, 3.0, 1000.0, 1e5}));
}

TEST_CASE("Norms do not overflow, and at 0 have derivative 0 at every order") {
  const Tensor x = row({3.0, -4.0});
  check_near(run([](Value v) { return l1_norm(v); }, {x}), {7});
  check_near(run([](Value v) { return l2_norm(v); }, {x}), {5});
  check_near(run([](Value v) { return max_norm(v); }, {x}), {4});
  check_near(run([](Value v) { return normalize(v); }, {x}), {.6, -.8});
  check_near(derivative([](Value v) { return l2_norm(v); }, 1, x), {.6, -.8});
  for (const double size : {1e200, 1e-200, 1e-305}) {
    INFO(size);
    const Tensor long_one = row({3 * size, -4 * size});
    check_near(run([](Value v) { return l2_norm(v); }, {long_one}), {5 * size});
    CHECK(values<double>(run([](Value v) { return l2_norm(v); }, {long_one}))[0] ==
          Approx(5 * size).epsilon(1e-15));
    check_near(run([](Value v) { return normalize(v); }, {long_one}), {.6, -.8});
    check_near(derivative([](Value v) { return l2_norm(v); }, 1, long_one), {.6, -.8});
  }
  const double tiny = 5e-324;
  CHECK(values<double>(run([](Value v) { return l2_norm(v); }, {row({3 * tiny, 4 * tiny})}))[0] ==
        5 * tiny);
  check_near(run([](Value v) { return l2_norm(v); }, {row({1.0, -inf})}), {inf});
  const Tensor zero = row({0.0, 0.0});
  for (const Function& f : std::vector<Function>{
           [](Value v) { return l1_norm(v); }, [](Value v) { return l2_norm(v); },
           [](Value v) { return max_norm(v); }, [](Value v) { return normalize(v); }}) {
    check_finite(f, zero);
    check_near(derivative(f, 1, zero), {0, 0});
    check_near(derivative(f, 2, zero), {0, 0});
  }
  // One zero row among others: a square of norms and a similarity.
  const Tensor rows = Tensor::of<double>({2, 2}, std::array{0.0, 0.0, 3.0, 4.0});
  check_near(run([](Value v) { return l2_norm(v, {1}, true); }, {rows}), {0, 5});
  check_near(run([](Value v) { return cosine_similarity(v, reverse(v, {1})); }, {rows}), {0, .96});
  check_finite([](Value v) { return cosine_similarity(v, reverse(v, {1})); }, rows);
  // Squares of f16 overflow from 256 on; the norm does not.
  const auto half = [](Value v) { return convert(l2_norm(convert(v, DType::F16)), DType::F64); };
  check_near(run(half, {row({3000.0, 4000.0})}), {5000});
}

TEST_CASE("Losses at their edges") {
  const double least = std::numeric_limits<double>::lowest();
  const Tensor target = Tensor::of<double>({2, 2}, std::array{0.0, 1.0, 0.5, 0.5});
  const Tensor log_p =
      Tensor::of<double>({2, 2}, std::array{-inf, 0.0, std::log(.25), std::log(.75)});
  const auto kl = [](Value a, Value b) { return kl_div(a, b); };
  check_near(run(kl, {log_p, target}), {0.25 * (std::log(2) + std::log(2. / 3))});
  const auto kl_slope = [](Value a, Value b) { return grad(kl_div(a, b), std::array{a})[0]; };
  check_near(run(kl_slope, {log_p, target}), {0, -.5, -.25, -.25});
  const Tensor zeros = row({0.0, 0.0}), one_two = row({1.0, 2.0});
  // A variance of 0 counts as the least one, and has no derivative there.
  const auto nll = [](Value m, Value t) { return gaussian_nll(m, m * 0, t, 0.25); };
  check_near(run(nll, {zeros, one_two}), {0.5 * (std::log(.25) + 10)});
  check_near(run([](Value m, Value t) { return gaussian_nll(m, m + 2, t); }, {zeros, one_two}),
             {0.5 * (std::log(2) + 1.25)});
  check_near(run([](Value a, Value t) { return poisson_nll(a, t); }, {row({least, 0.0}), zeros}),
             {0.5});
  const auto poisson = [](Value a, Value t) { return poisson_nll(a, t); };
  const auto rate_slope = [](Value a, Value t) {
    return grad(poisson_nll(a, t), std::array{a})[0];
  };
  check_near(run(poisson, {row({-inf, 0.0}), row({0.0, 3.0})}), {0.5});
  check_near(run(rate_slope, {row({-inf, 0.0}), row({0.0, 3.0})}), {0, -1});
  check_near(run(poisson, {row({-inf, 0.0}), row({1.0, 3.0})}), {inf});
  check_near(run([](Value a, Value t) { return hinge(a, t); },
                 {row({2.0, 0.25, -1.0}), row({1.0, -1.0, 1.0})}),
             {3.25 / 3});
  // An anchor that is its own positive: |0| has derivative 0.
  const Tensor anchor = Tensor::of<double>({1, 2}, std::array{1.0, 1.0});
  const Tensor other = Tensor::of<double>({1, 2}, std::array{4.0, 5.0});
  check_near(run([](Value a, Value b) { return triplet(a, a, b, 7); }, {anchor, other}), {2});
  const auto slope = [](Value a, Value b) { return grad(triplet(a, a, b, 7), std::array{b})[0]; };
  check_near(run(slope, {anchor, other}), {-.6, -.8});
  check_near(run([](Value a, Value b) { return triplet(a, a, b, 2); }, {anchor, other}), {0});
}
