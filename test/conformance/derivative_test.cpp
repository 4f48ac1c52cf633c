// Every derivative against the complex step, which knows no rules: forward mode, reverse mode
// element by element, the adjoint identity; then the same for the derivatives themselves, to
// order 3. In f64 to 1e-12 of the greatest element; in f32, and where f64 is rounded to f32 on the
// way, each element within what the roundings of its own graph allow.
#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "eval/complex_step.h"
#include "ir/graph_data.h"
#include "nngc/eval.h"
#include "nngc/text.h"
#include "test/conformance/derivatives.h"
#include "test/conformance/exact.h"
#include "test/conformance/function.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}
double greatest(const std::vector<double>& a) {
  double m = 0;
  for (double x : a) m = std::max(m, std::fabs(x));
  return m;
}

DerivativeFigures figures;
/// What is being checked.
struct {
  Opcode op = Opcode::Input;
  int order = 0;
} at;

/// `bounds`: how far each element may be off; none: f64, all by 1e-12 of the greatest. Infinities
/// and NaN have no place here.
void check_close(const std::vector<double>& have, const std::vector<double>& want,
                 const std::vector<double>* bounds) {
  REQUIRE(have.size() == want.size());
  const double exact = 1e-12 * std::max(greatest(want), 1e-3);
  double& known = bounds != nullptr ? figures.share[at.op] : figures.error[{at.op, at.order}];
  for (std::size_t i = 0; i < have.size(); ++i) {
    const double error = std::fabs(have[i] - want[i]),
                 tolerance = bounds != nullptr ? (*bounds)[i] + exact : exact;
    known = std::max(known, bounds != nullptr ? error / tolerance : error / exact * 1e-12);
    if (error <= tolerance) continue;
    FAIL_CHECK("element " << i << ": " << have[i] << ", complex step " << want[i] << ", off by "
                          << error / tolerance << " of " << tolerance);
  }
}

std::vector<std::vector<double>> run(const Function& f) {
  std::vector<std::vector<double>> list;
  for (const Tensor& t : eval(f.graph, std::span<const Tensor>(f.inputs)))
    list.push_back(numbers(t));
  return list;
}

bool all_f64(const Function& f) {
  const GraphData& g = *f.graph.data();
  const auto live = live_nodes(g);
  for (NodeId id = 0; id < g.size(); ++id)
    if (live[id] && is_float(g.type(id).dtype) && g.type(id).dtype != DType::F64) return false;
  return true;
}

/// Checks jvp and vjp of `f` against the complex step through f's own graph; gives them for the
/// next order.
std::pair<Function, Function> check_first_order(const Function& f, std::mt19937& random,
                                                bool every_element) {
  Function tangent = tangent_of(f, random), cotangent = cotangent_of(f, random);
  verify(tangent.graph);
  verify(cotangent.graph);
  // The complex step computes in f64 throughout, without the roundings of narrower dtypes.
  std::optional<Exact> forward, reverse;
  if (!all_f64(f)) forward = exact(tangent), reverse = exact(cotangent);
  const auto bounds = [](const std::optional<Exact>& e, std::size_t i) {
    return e ? &e->error[i] : nullptr;
  };
  const std::size_t n = f.inputs.size();

  // Forward mode: t = J d.
  std::vector<Tensor> along;
  for (std::size_t i = 0, next = n; i < n; ++i)
    along.push_back(is_float(f.inputs[i].dtype()) ? tangent.inputs[next++] : f.inputs[i]);
  const auto want = complex_step(f.graph, f.inputs, along);
  const auto have = run(tangent);
  REQUIRE(have.size() == want.size());
  for (std::size_t i = 0; i < have.size(); ++i) check_close(have[i], want[i], bounds(forward, i));

  // The adjoint identity: <J d, w> = <d, w J>, with J d from the complex step and from forward
  // mode.
  const auto pulled = run(cotangent);
  double by_step = 0, by_jvp = 0, by_vjp = 0, size = 1e-3, by_forward = 0, by_reverse = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const auto w = numbers(cotangent.inputs[n + i]);
    by_step += dot(want[i], w);
    by_jvp += dot(have[i], w);
    for (std::size_t k = 0; k < w.size(); ++k) {
      size += std::fabs(want[i][k] * w[k]);
      if (forward) by_forward += forward->error[i][k] * std::fabs(w[k]);
    }
  }
  for (std::size_t i = 0, k = 0; i < n; ++i) {
    if (!is_float(f.inputs[i].dtype())) continue;
    const std::vector<double> d = numbers(along[i]);
    if (reverse)
      for (std::size_t e = 0; e < d.size(); ++e)
        by_reverse += reverse->error[k][e] * std::fabs(d[e]);
    by_vjp += dot(d, pulled[k++]);
  }
  CHECK(std::fabs(by_step - by_vjp) <= 1e-12 * size + by_reverse);
  CHECK(std::fabs(by_jvp - by_vjp) <= 1e-12 * size + by_reverse + by_forward);

  // Reverse mode, element by element: moving one input element alone gives one element of w J.
  // One evaluation per element: large cases, there for compiled code, are left to the identity, and
  // to the same graph in exact arithmetic.
  for (const Tensor& x : f.inputs) every_element = every_element && x.size() <= 100;
  std::vector<Tensor> unit;
  for (const Tensor& x : f.inputs) unit.emplace_back(x.dtype(), x.shape());
  for (std::size_t i = 0, k = 0; i < n; ++i) {
    if (!is_float(f.inputs[i].dtype())) continue;
    INFO("cotangent of float input " << k);
    if (reverse) check_close(pulled[k], reverse->value[k], bounds(reverse, k));
    std::vector<double> column;
    for (std::size_t e = 0; every_element && e < pulled[k].size(); ++e) {
      const auto set = [&](int x) {
        if (unit[i].dtype() == DType::F64) unit[i].data<double>()[e] = x;
        if (unit[i].dtype() == DType::F32) unit[i].data<float>()[e] = static_cast<float>(x);
      };
      set(1);
      const auto moved = complex_step(f.graph, f.inputs, unit);
      set(0);
      double sum = 0;
      for (std::size_t o = 0; o < moved.size(); ++o)
        sum += dot(moved[o], numbers(cotangent.inputs[n + o]));
      column.push_back(sum);
    }
    if (every_element) check_close(pulled[k], column, bounds(reverse, k));
    ++k;
  }
  return {std::move(tangent), std::move(cotangent)};
}

/// The case with random inputs.
Function function_of(const Case& c, DType dtype, unsigned seed) {
  return {build(c, dtype), samples(c, dtype, seed)};
}

} // namespace

TEST_CASE("every op of the table has a case", "[conformance]") {
  std::set<Opcode> seen;
  std::set<std::string> names;
  for (const Case& c : all_cases()) {
    seen.insert(c.op);
    INFO(c.name);
    CHECK(names.insert(c.name).second);
    for (const DType dtype : dtypes_of(c.types)) {
      const Graph g = build(c, dtype);
      bool uses_it =
          c.op == Opcode::Convert && dtype == g.outputs()[0].value.dtype(); // nothing to convert
      for (NodeId id = 0; id < g.data()->size(); ++id)
        uses_it = uses_it || g.data()->node(id).op == c.op;
      CHECK(uses_it);
    }
  }
  for (int i = 0; i < op_count; ++i) {
    const OpDef& def = op_def(static_cast<Opcode>(i));
    INFO(def.mnemonic);
    CHECK(seen.contains(static_cast<Opcode>(i)));
    // A rule for both modes, or a reason why there is none.
    // (autodiff has those of the ops that carry graphs.)
    const bool has_rules = def.diff != nullptr || (def.vjp != nullptr && def.jvp != nullptr) ||
                           def.lowering == Lowering::Region || def.lowering == Lowering::Result;
    CHECK(has_rules != !def.not_differentiable.empty());
    if (!has_rules) continue;
    bool tested = false;
    for (const Case& c : all_cases())
      tested = tested || (c.op == static_cast<Opcode>(i) && is_smooth_case(c) &&
                          has_float_result(function_of(c, DType::F64, 1)));
    CHECK(tested);
  }
}

namespace {

void check_orders(const Case& c, DType dtype, unsigned seed) {
  INFO(c.name << " in " << name(dtype));
  const Function f = function_of(c, dtype, seed);
  if (!has_float_result(f)) return;
  std::mt19937 random(seed + 100);
  at = {c.op, 1};
  INFO("order 1");
  const auto [tangent, cotangent] = check_first_order(f, random, true);
  at.order = 2;
  INFO("order 2");
  const auto over_tangent = check_first_order(tangent, random, false);
  const auto over_cotangent = check_first_order(cotangent, random, seed == 1);
  if (seed != 1) return;
  at.order = 3;
  INFO("order 3");
  check_first_order(over_cotangent.second, random, false);
  check_first_order(over_tangent.second, random, false);
}

} // namespace

const DerivativeFigures& nngc::test::checked_derivatives() {
  if (figures.error.empty())
    for (const Case& c : all_cases()) {
      if (!is_smooth_case(c)) continue;
      for (const unsigned seed : {1U, 2U}) check_orders(c, DType::F64, seed);
      for (const unsigned seed : {1U, 2U}) check_orders(c, DType::F32, seed);
    }
  return figures;
}

TEST_CASE("derivatives agree with the complex step to order 3", "[conformance][derivatives]") {
  CHECK(!checked_derivatives().error.empty());
}

TEST_CASE("the derivatives of 16- and 32-bit floats keep their dtype",
          "[conformance][derivatives]") {
  for (const Case& c : all_cases()) {
    if (!is_smooth_case(c)) continue;
    for (const DType dtype : {DType::F32, DType::F16, DType::BF16}) {
      INFO(c.name << " in " << name(dtype));
      Function f{build(c, dtype), samples(c, dtype, 3)};
      if (!is_float(f.graph.outputs()[0].value.dtype())) continue;
      std::mt19937 random(3);
      const Function cotangent = cotangent_of(f, random);
      verify(cotangent.graph);
      verify(tangent_of(f, random).graph);
      const auto wrt = f.wrt();
      const auto results = run(cotangent);
      REQUIRE(results.size() == wrt.size());
      for (std::size_t i = 0; i < results.size(); ++i) {
        CHECK(cotangent.graph.outputs()[i].value.type() == wrt[i].type());
        for (double x : results[i]) CHECK(std::isfinite(x));
      }
    }
  }
}
