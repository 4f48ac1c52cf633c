// Rebuilding instead of editing: the arena only grows, so a pass makes the next graph from the last
// one.
#include "ir/rewriter.h"

#include <cassert>

namespace nngc {

Rewriter::Rewriter(const Graph& from)
    : from_(*from.data()), next_(from.name()), live_(live_nodes(from_)), uses_(from_.size()),
      map_(from_.size()) {
  for (const InputInfo& input : from_.inputs)
    map_[input.node] = next_.input(input.name, from_.type(input.node), input.role);
  for (NodeId id = 0; id < from_.size(); ++id)
    if (live_[id])
      for (NodeId operand : from_.operands(id)) ++uses_[operand];
  for (const Output& o : from_.outputs) ++uses_[o.value.id()];
}

Graph Rewriter::run(const Visit& visit) {
  GraphData* const to = next_.data();
  std::vector<Value> operands;
  for (NodeId id = 0; id < from_.size(); ++id) {
    const Node& node = from_.node(id);
    if (!live_[id] || node.op == Opcode::Input) continue;
    operands.clear();
    for (NodeId operand : from_.operands(id)) operands.push_back(map_[operand]);
    to->section = node.section;
    to->epoch = node.epoch;
    // A derivative's forward node may be gone by now; then the derivative stands for itself.
    const Value origin = node.origin != id ? map_[node.origin] : Value{};
    to->origin = origin ? origin.id() : GraphData::no_origin;
    Value result = visit(id, operands);
    if (!result) result = copy(id, operands);
    assert(result.graph() == to && result.type() == from_.type(id));
    map_[id] = result;
  }
  to->section = from_.section;
  to->epoch = from_.epoch;
  to->origin = GraphData::no_origin;
  for (const Output& o : from_.outputs)
    if (o.updates)
      next_.update(map_[o.updates.id()], map_[o.value.id()]);
    else
      next_.output(o.name, map_[o.value.id()]);
  return std::move(next_);
}

} // namespace nngc
