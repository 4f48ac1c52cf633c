// Derivatives of cases.
#include "test/conformance/function.h"

#include "nngc/autodiff.h"
#include "nngc/eval.h"

namespace nngc::test {

namespace {

Tensor direction_like(const Tensor& t, std::mt19937& random) {
  return is_float(t.dtype()) ? random_tensor(t.dtype(), t.shape(), -1, 1, random) : t;
}

std::vector<Value> outputs_of(const Graph& g) {
  std::vector<Value> list;
  for (const Output& o : g.outputs()) list.push_back(o.value);
  return list;
}

/// The same graph with one more input per value (`prefix`0, ...), of its type.
std::vector<Value> add_inputs(Graph& g, std::span<const Value> like, const std::string& prefix) {
  std::vector<Value> list;
  for (Value v : like)
    list.push_back(g.input(prefix + std::to_string(g.inputs().size()), v.type()));
  return list;
}

} // namespace

std::vector<Value> Function::wrt() const {
  std::vector<Value> list;
  for (Value v : graph.inputs())
    if (is_float(v.dtype())) list.push_back(v);
  return list;
}

Function tangent_of(const Function& f, std::mt19937& random) {
  Function t{f.graph.clone(), f.inputs};
  const std::vector<Value> wrt = t.wrt(), outs = outputs_of(t.graph);
  const std::vector<Value> along = add_inputs(t.graph, wrt, "d");
  const std::vector<Value> result = jvp(outs, wrt, along);
  t.graph.clear_outputs();
  for (std::size_t i = 0; i < result.size(); ++i)
    t.graph.output("t" + std::to_string(i), result[i]);
  for (const Tensor& x : f.inputs)
    if (is_float(x.dtype())) t.inputs.push_back(direction_like(x, random));
  return t;
}

Function cotangent_of(const Function& f, std::mt19937& random) {
  Function c{f.graph.clone(), f.inputs};
  const std::vector<Value> wrt = c.wrt(), outs = outputs_of(c.graph);
  const std::vector<Value> weights = add_inputs(c.graph, outs, "w");
  const std::vector<Value> result = vjp(outs, weights, wrt);
  c.graph.clear_outputs();
  for (std::size_t i = 0; i < result.size(); ++i)
    c.graph.output("c" + std::to_string(i), result[i]);
  for (const Tensor& y : eval(f.graph, std::span<const Tensor>(f.inputs)))
    c.inputs.push_back(random_tensor(y.dtype(), y.shape(), -1, 1, random));
  return c;
}

bool is_smooth_case(const Case& c) {
  return (c.types == Types::Floats || c.types == Types::Numbers) &&
         op_def(c.op).not_differentiable.empty();
}

bool has_float_result(const Function& f) { return is_float(f.graph.outputs()[0].value.dtype()); }

} // namespace nngc::test
