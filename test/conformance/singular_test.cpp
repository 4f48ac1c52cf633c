// Where the usual rules give 0 * inf and the mathematics has an answer, ours is that answer:
// values, gradients and row sums of Hessians, interpreted and compiled. tools/dev/differential.py
// asks JAX and PyTorch the same.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "nngc/autodiff.h"
#include "nngc/compiler.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "test/differential/singular.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

using List = std::vector<double>;

struct Truth {
  double sum;
  List gradient, second; ///< none of the second: the mathematics gives none
};

const std::map<std::string, Truth>& truths() {
  const double inf = std::numeric_limits<double>::infinity();
  const double e = std::exp(1.0), s = std::sin(1.0), c = std::cos(1.0), log2 = std::log(2.0);
  const double p = 1 / (1 + e); // softmax of (2, 3)
  static const std::map<std::string, Truth> all = {
      {"sqrt under select", {2, {0, 0.25}, {0, -1.0 / 32}}},
      {"sqrt of a negative under select", {2, {0, 0.25}, {0, -1.0 / 32}}},
      {"log under select", {log2, {0, 0.5}, {0, -0.25}}},
      {"log1p under select", {log2, {0, 0.5}, {0, -0.25}}},
      {"rsqrt under select", {0.5, {0, -1.0 / 16}, {0, 3.0 / 128}}},
      {"pow 0.5 under select", {2, {0, 0.25}, {0, -1.0 / 32}}},
      {"reciprocal under select", {0.5, {0, -0.25}, {0, 0.25}}},
      {"sin x over x under select", {1 + s, {0, c - s}, {0, s - 2 * c}}},
      {"x log x under select", {-0.5 * log2, {0, 1 - log2}, {0, 2}}},
      {"exp that overflows under select", {e, {0, e}, {0, e}}},
      {"norm under select", {0, {0, 0}, {0, 0}}},
      {"direction under select", {0, {0, 0}, {0, 0}}},
      {"pow(a, b) at 0^2", {0, {0, 0}, {2, 0}}},
      {"pow(a, b) at 0^1", {0, {1, 0}, {}}}, // the mixed derivative is 1 + log 0
      {"pow(a, b) at 0^3", {0, {0, 0}, {0, 0}}},
      {"logsumexp of all -inf", {-inf, {0, 0}, {0, 0}}},
      {"softmax, a row masked", {0.5, {0, 0, -0.25, 0.25}, {0, 0, 0, 0}}},
      {"logsumexp, one masked", {0, {0, 1}, {0, 0}}},
      {"log_softmax, one masked",
       {std::log(p) + std::log(1 - p), {0, 0, 1 - 2 * p, 2 * p - 1}, {0, 0, 0, 0}}},
      {"softplus far out", {2000, {1, 0}, {0, 0}}},
      {"silu far out", {2000, {0, 1}, {0, 0}}},
      {"bce far out", {0, {0, 0}, {0, 0}}},
  };
  return all;
}

void check_near(const Tensor& have, const List& want) {
  REQUIRE(have.size() == static_cast<std::int64_t>(want.size()));
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double x = have.data<double>()[i];
    INFO("element " << i << ": " << x << ", true is " << want[i]);
    CHECK((x == want[i] || std::fabs(x - want[i]) <= 1e-12 * std::max(1.0, std::fabs(want[i]))));
  }
}

} // namespace

TEST_CASE("at singular points values and derivatives to order 2 are what the mathematics gives",
          "[conformance][singular]") {
  const std::vector<SingularCase> cases = singular_cases();
  CHECK(cases.size() == truths().size());
  for (const SingularCase& c : cases) {
    INFO(c.name);
    const auto found = truths().find(c.name);
    REQUIRE(found != truths().end());
    const Truth& truth = found->second;
    const auto n = static_cast<std::int64_t>(c.at.size());
    Graph g;
    const Value x = g.input("x", f64({n})), y = reduce_sum(c.f(x));
    const Value gradient = grad(y, std::vector{x})[0];
    g.output("y", y);
    g.output("gradient", gradient);
    if (!truth.second.empty()) g.output("second", grad(reduce_sum(gradient), std::vector{x})[0]);
    Tensor at = Tensor::of<double>({n}, c.at);
    std::vector<Tensor> results = eval(g, std::vector{at});
    for (const bool compiled : {false, true}) {
      INFO((compiled ? "compiled" : "interpreted"));
      if (compiled) {
        std::vector<void*> pointers{at.raw()};
        for (Tensor& t : results) {
          std::fill(t.data<double>().begin(), t.data<double>().end(), 7.0);
          pointers.push_back(t.raw());
        }
        const Executable f = compile(g);
        std::vector<std::byte> workspace(f.workspace_bytes() + 64);
        REQUIRE(f.run_raw(pointers.data(), nullptr, workspace.data(), nullptr) == 0);
      }
      check_near(results[0], {truth.sum});
      check_near(results[1], truth.gradient);
      if (!truth.second.empty()) check_near(results[2], truth.second);
    }
  }
}
