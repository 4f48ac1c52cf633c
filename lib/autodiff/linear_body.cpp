#include "autodiff/linear_body.h"

#include <algorithm>

#include "autodiff/contributions.h"
#include "ops/trace.h"

namespace nngc {

namespace {

using Values = std::vector<Value>;

Values outputs_of(const Graph& graph) {
  Values values;
  for (const Output& o : graph.outputs()) values.push_back(o.value);
  return values;
}

Values chosen(const Values& all, const Which& which) {
  Values some;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (which[i]) some.push_back(all[i]);
  return some;
}

/// Marks what the values need, down to what is marked in `stop`.
std::vector<bool> needed(const GraphData& g, std::span<const Value> values,
                         const std::vector<bool>& stop) {
  std::vector<bool> marked(g.size());
  for (Value v : values)
    if (v) marked[v.id()] = true;
  for (NodeId id = g.size(); id-- > 0;)
    if (marked[id] && !stop[id])
      for (NodeId o : g.operands(id)) marked[o] = true;
  return marked;
}

bool moves_only(const GraphData& g, NodeId id) {
  return g.def(id).lowering == Lowering::View || g.def(id).lowering == Lowering::Reshape;
}

/// Whether computing the node again costs less than keeping it: arithmetic, no function.
bool is_cheap(const GraphData& g, NodeId id) {
  return moves_only(g, id) || ((g.def(id).traits & trait::Elementwise) != 0 &&
                               (g.def(id).traits & trait::Expensive) == 0);
}

/// Elements of the type, symbols counted as many.
std::int64_t weight(const TensorType& type) {
  std::int64_t n = byte_size(type.dtype);
  for (const Dim& d : type.shape) n *= d.is_static() ? d.value() : 1024 * d.scale() + d.offset();
  return n;
}

} // namespace

Which inputs_behind(const Graph& body, const Which& to) {
  const Values inputs = body.inputs();
  const std::vector<bool> path = paths_between(*body.data(), inputs, chosen(outputs_of(body), to));
  Which result;
  for (Value v : inputs) result.push_back(v.id() < path.size() && path[v.id()]);
  return result;
}

Which outputs_behind(const Graph& body, const Which& from) {
  const Values outputs = outputs_of(body);
  const std::vector<bool> path = paths_between(*body.data(), chosen(body.inputs(), from), outputs);
  Which result;
  for (Value v : outputs) result.push_back(path[v.id()]);
  return result;
}

BodyVjp::BodyVjp(const Graph& body, const Which& given, const Which& wanted, Where where)
    : graph(body.clone()), inputs(graph.inputs()), outputs(outputs_of(graph)),
      cotangents(outputs.size()), gradients(inputs.size()), forward(graph.data()->size(), true) {
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (given[i]) cotangents[i] = parameter(graph.data(), outputs[i].type());
  const Values wrt = chosen(inputs, wanted);
  const Values found = reverse_mode(graph.data(), outputs, cotangents, wrt, where);
  for (std::size_t i = 0, at = 0; i < inputs.size(); ++i)
    if (wanted[i]) gradients[i] = found[at++];
  const GraphData& g = *graph.data();
  for (auto id = static_cast<NodeId>(forward.size()); id < g.size(); ++id) {
    const Node& n = g.node(id);
    const auto operands = g.operands(id);
    // What is to be computed again has another epoch. A result is where its op is.
    const bool own = n.section == Section::Forward || n.op == Opcode::Result;
    forward.push_back(
        own && n.epoch == 0 && !operands.empty() &&
        std::all_of(operands.begin(), operands.end(), [&](NodeId o) { return forward[o]; }));
  }
}

Values BodyVjp::residuals(const Which& constant) const {
  const GraphData& g = *graph.data();
  // What varies from call to call; the rest is computed outside, or is a constant.
  std::vector<bool> varies(g.size()), is_input(g.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    is_input[inputs[i].id()] = true;
    varies[inputs[i].id()] = !constant[i];
  }
  for (NodeId id = 0; id < g.size(); ++id)
    for (NodeId o : g.operands(id))
      if (varies[o]) varies[id] = true;
  std::vector<bool> kept(g.size());
  const std::vector<bool> marked = needed(g, gradients, forward);
  for (NodeId id = 0; id < g.size(); ++id)
    if (marked[id] && forward[id]) kept[id] = true;
  const auto at_hand = [&](NodeId id) { return kept[id] || is_input[id] || !varies[id]; };
  for (NodeId id = g.size(); id-- > 0;) {
    if (!kept[id]) continue;
    if (!varies[id] || is_input[id]) {
      kept[id] = false;
      continue;
    }
    const auto operands = g.operands(id);
    const bool from_others = std::all_of(operands.begin(), operands.end(), at_hand);
    if (is_cheap(g, id) && !operands.empty() && from_others) {
      kept[id] = false;
    } else if (moves_only(g, id) && weight(g.type(operands[0])) <= weight(g.type(id))) {
      kept[id] = false; // what it moves is kept instead, and is no larger
      kept[operands[0]] = true;
    }
  }
  Values result;
  for (NodeId id = 0; id < g.size(); ++id)
    if (kept[id]) result.emplace_back(graph.data(), id);
  return result;
}

Which BodyVjp::inputs_used(std::span<const Value> residuals) const {
  const GraphData& g = *graph.data();
  std::vector<bool> stop(g.size());
  for (Value v : residuals) stop[v.id()] = true;
  const std::vector<bool> marked = needed(g, gradients, stop);
  Which used;
  for (Value v : inputs) used.push_back(marked[v.id()] && !stop[v.id()]);
  return used;
}

BodyJvp::BodyJvp(const Graph& body, const Which& which, Where where)
    : graph(body.clone()), inputs(graph.inputs()), outputs(outputs_of(graph)),
      along(inputs.size()) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (which[i]) along[i] = parameter(graph.data(), inputs[i].type());
  tangents = forward_mode(graph.data(), outputs, inputs, along, where);
}

} // namespace nngc
