// Composites have no rules of their own: their derivatives are right because their parts' are, and
// finite because of how they are built.
#include <cmath>
#include <random>

#include "eval/complex_step.h"
#include "nngc/autodiff.h"
#include "nngc/eval.h"
#include "test/conformance/cases.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// The gradient of the graph's first output, and whether the complex step says the same.
void check_gradient(Graph& g, const std::vector<Tensor>& inputs) {
  const Graph loss = g.clone();
  std::vector<Value> wrt;
  for (Value v : g.inputs())
    if (is_float(v.dtype())) wrt.push_back(v);
  const std::vector<Value> gradients = grad(g.outputs()[0].value, wrt);
  g.clear_outputs();
  for (std::size_t i = 0; i < gradients.size(); ++i)
    g.output("g" + std::to_string(i), gradients[i]);
  const auto have = eval(g, std::span<const Tensor>(inputs));

  std::vector<Tensor> unit;
  for (const Tensor& x : inputs) unit.emplace_back(x.dtype(), x.shape());
  for (std::size_t i = 0, k = 0; i < inputs.size(); ++i) {
    if (!is_float(inputs[i].dtype())) continue;
    const auto gradient = numbers(have[k++]);
    for (std::size_t e = 0; e < gradient.size(); ++e) {
      unit[i].data<double>()[e] = 1;
      const double want = complex_step(loss, inputs, unit)[0][0];
      unit[i].data<double>()[e] = 0;
      INFO("input " << i << ", element " << e << ": " << gradient[e] << ", complex step " << want);
      CHECK(std::fabs(gradient[e] - want) <= 1e-12 * std::max(1.0, std::fabs(want)));
    }
  }
}

/// A weighted sum: plain sums hide what softmax and friends do.
Value weighted(Graph& g, Value y) {
  if (y.rank() == 0) return y;
  return reduce_sum(y * (1.0 + Operand(iota(g, y.type(), y.rank() - 1))));
}

} // namespace

TEST_CASE("composites' gradients agree with the complex step, and gradients of these",
          "[conformance][composites]") {
  for (const Case& c : composite_cases()) {
    INFO(c.name);
    const Case as_case{c.op, c.name, c.types, c.inputs, [&](Graph& g, std::span<const Value> x) {
                         return weighted(g, c.build(g, x));
                       }};
    Graph g = build(as_case, DType::F64);
    const std::vector<Tensor> inputs = samples(as_case, DType::F64, 11);
    check_gradient(g, inputs);
    std::vector<Value> parts;
    for (const Output& o : g.outputs()) parts.push_back(weighted(g, o.value));
    Value sum = parts[0];
    for (std::size_t i = 1; i < parts.size(); ++i) sum = sum + parts[i];
    g.clear_outputs();
    g.output("y", sum);
    INFO("order 2");
    check_gradient(g, inputs);
  }
}
