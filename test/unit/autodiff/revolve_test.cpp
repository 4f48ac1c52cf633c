// Where snapshots are put, against what dynamic programming finds; and that a scan with snapshots
// keeps no more of its steps than these.
#include <algorithm>
#include <cmath>
#include <vector>

#include "autodiff/revolve.h"
#include "ir/graph_data.h"
#include "nngc/autodiff.h"
#include "nngc/control.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/text.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

constexpr std::int64_t most_steps = 90, most_slots = 7;

/// revolve_distance for every number of steps from 2 and every number of slots from 2.
std::vector<std::int32_t> distances() {
  std::vector<std::int32_t> steps, slots;
  for (std::int64_t s = 2; s <= most_slots; ++s)
    for (std::int64_t l = 2; l <= most_steps; ++l)
      steps.push_back(static_cast<std::int32_t>(l)), slots.push_back(static_cast<std::int32_t>(s));
  const auto count = static_cast<std::int64_t>(steps.size());
  Graph g;
  const Value l = g.input("l", i32({count})), s = g.input("s", i32({count}));
  g.output("m", scan_values({}, {l, s}, [](const Values&, const Values& row) {
                  return std::pair{Values{}, Values{revolve_distance(row[0], row[1])}};
                }).second[0]);
  const std::vector<Tensor> in{Tensor::of<std::int32_t>({count}, steps),
                               Tensor::of<std::int32_t>({count}, slots)};
  const std::vector<Tensor> out = eval(g, in);
  const auto data = out[0].data<std::int32_t>();
  return {data.begin(), data.end()};
}

} // namespace

TEST_CASE("snapshots are put where the fewest steps are computed again", "[control]") {
  const std::vector<std::int32_t> chosen = distances();
  // [slots][steps]: the fewest steps computed again; and those if every distance is the chosen one.
  using Table = std::vector<std::vector<std::int64_t>>;
  Table best(most_slots + 1, std::vector<std::int64_t>(most_steps + 1)), ours = best;
  std::size_t at = 0;
  for (std::size_t s = 1; s <= most_slots; ++s)
    for (std::int64_t l = 2; l <= most_steps; ++l) {
      const auto n = static_cast<std::size_t>(l);
      if (s == 1) {
        best[s][n] = ours[s][n] = l * (l - 1) / 2;
        continue;
      }
      const auto cost = [&](const Table& t, std::int64_t m) {
        return m + t[s - 1][static_cast<std::size_t>(l - m)] + t[s][static_cast<std::size_t>(m)];
      };
      best[s][n] = cost(best, 1);
      for (std::int64_t m = 2; m < l; ++m) best[s][n] = std::min(best[s][n], cost(best, m));
      const std::int32_t m = chosen[at++];
      INFO(l << " steps, " << s << " slots, on by " << m);
      REQUIRE(m >= 1);
      REQUIRE(m < l);
      ours[s][n] = cost(ours, m);
      CHECK(ours[s][n] == best[s][n]);
    }
  CHECK(at == chosen.size());
}

TEST_CASE("a scan with snapshots keeps these, and nothing of every step", "[control]") {
  for (const std::int64_t snapshots : {0, 4}) {
    Graph g;
    const Value h = g.input("h", f32({5})), w = g.input("w", f32({5, 5}));
    ScanOptions options;
    options.length = 777;
    options.snapshots = snapshots;
    const auto [last, ys] = scan_values(
        {h}, {},
        [&](const Values& c, const Values&) {
          return std::pair{Values{tanh(reshape(matmul(reshape(c[0], {1, 5}), w), {5}))}, Values{}};
        },
        options);
    const std::vector<Value> wrt{h, w};
    const std::vector<Value> slopes = grad(reduce_sum(last[0]), wrt);
    g.output("dh", slopes[0]);
    g.output("dw", slopes[1]);
    const std::string text = print(g);
    CHECK((text.find("f32[777,") == std::string::npos) == (snapshots > 0));
    CHECK((text.find("f32[4,5]") != std::string::npos) == (snapshots > 0));
  }
}

TEST_CASE("a scan of any length with snapshots", "[control]") {
  const auto slopes = [](std::int64_t snapshots) {
    Graph g;
    const Value x = g.input("x", f64({Dim::symbol("t"), 2})), h = g.input("h", f64({2}));
    ScanOptions options;
    options.snapshots = snapshots;
    const Value last = scan_values(
                           {h}, {x},
                           [&](const Values& c, const Values& row) {
                             return std::pair{Values{sin(c[0] * row[0] + h)}, Values{}};
                           },
                           options)
                           .first[0];
    const std::vector<Value> wrt{x, h};
    const std::vector<Value> d = grad(reduce_sum(last), wrt);
    g.output("dx", d[0]);
    g.output("dh", d[1]);
    return g;
  };
  const Graph keeping = slopes(3), plain = slopes(0);
  for (const std::int64_t length : {0, 1, 2, 37}) {
    std::vector<double> x;
    for (std::int64_t i = 0; i < 2 * length; ++i) x.push_back(0.3 + 0.01 * static_cast<double>(i));
    const std::vector<Tensor> in{Tensor::of<double>({length, 2}, x),
                                 Tensor::of<double>({2}, std::vector<double>{0.2, -0.4})};
    const std::vector<Tensor> a = eval(keeping, in), b = eval(plain, in);
    INFO(length << " steps");
    for (std::size_t o = 0; o < 2; ++o)
      for (std::size_t k = 0; k < static_cast<std::size_t>(a[o].size()); ++k)
        CHECK(std::fabs(a[o].data<double>()[k] - b[o].data<double>()[k]) <= 1e-13);
  }
}
