#include "ops/trace.h"

#include <algorithm>
#include <cassert>

#include "ops/regions.h"

namespace nngc {

namespace {

using Values = std::vector<Value>;

/// Whether a node is better copied into a body than handed over: a small constant, a count, or such
/// in another shape.
bool belongs_everywhere(const GraphData& g, NodeId id) {
  constexpr std::int64_t few = 16;
  for (;;) {
    switch (g.node(id).op) {
    case Opcode::Constant: return g.attrs(id).get<Literal>("value")->size() <= few;
    case Opcode::Iota: return true;
    case Opcode::BroadcastInDim:
    case Opcode::Reshape:
    case Opcode::Convert: id = g.operands(id)[0]; break;
    default: return false;
    }
  }
}

/// The nodes of a body, by id, and what they capture.
struct Body {
  Values captured;
  std::vector<bool> inside;
};

Body find_body(const Extent& extent, std::span<const Value> results) {
  const GraphData& g = *results.front().graph();
  NodeId end = 0;
  for (Value v : results) end = std::max(end, v.id() + 1);
  std::vector<bool> depends(end), needed(end), is_parameter(end);
  NodeId first = std::min(end, extent.since);
  for (Value p : extent.parameters)
    if (p.id() < end)
      is_parameter[p.id()] = depends[p.id()] = true, first = std::min(first, p.id());
  for (NodeId id = first; id < end; ++id) {
    if (id >= extent.since) depends[id] = true;
    for (NodeId o : g.operands(id))
      if (depends[o]) depends[id] = true;
  }
  // A parameter of a function that is still being traced around this one is handed over.
  for (NodeId id = first; id < end; ++id)
    if (g.node(id).op == Opcode::Input && !is_parameter[id]) depends[id] = false;
  Body body;
  body.inside.resize(end);
  for (Value v : results) needed[v.id()] = true;
  for (NodeId id = end; id-- > 0;) {
    if (!needed[id] || is_parameter[id]) continue;
    if (!depends[id] && !belongs_everywhere(g, id)) {
      body.captured.emplace_back(results.front().graph(), id);
      continue;
    }
    body.inside[id] = true;
    for (NodeId o : g.operands(id)) needed[o] = true;
  }
  std::reverse(body.captured.begin(), body.captured.end());
  return body;
}

Values joined(std::initializer_list<std::span<const Value>> lists) {
  Values all;
  for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

} // namespace

Value parameter(GraphData* graph, const TensorType& type) {
  // No identifier, so no user's input has such a name.
  Attrs attrs{{"name", "%" + std::to_string(graph->size())}, {"role", std::string("data")}};
  const NodeId id =
      graph->intern(Opcode::Input, {}, graph->intern_type(type), graph->intern_attrs(attrs));
  graph->has_parameters = true;
  return {graph, id};
}

Values captures(const Extent& extent, std::span<const Value> results) {
  return find_body(extent, results).captured;
}

Graph cut_out(std::string_view name, std::span<const Value> inputs,
              std::span<const Value> results) {
  const GraphData& from = *results.front().graph();
  Graph body{std::string(name)};
  std::vector<Value> known(from.size());
  std::size_t number = 0;
  for (Value v : inputs) {
    const Value input = body.input("x" + std::to_string(number++), v.type());
    if (!known[v.id()]) known[v.id()] = input;
  }
  const Values made = copy_into(body.data(), from, results, std::move(known));
  number = 0;
  for (Value v : made) body.output("y" + std::to_string(number++), v);
  return body;
}

Values copy_into(GraphData* to, const GraphData& from, std::span<const Value> roots, Values known,
                 std::uint8_t epoch) {
  std::vector<bool> needed(from.size());
  NodeId end = 0;
  for (Value v : roots) needed[v.id()] = true, end = std::max(end, v.id() + 1);
  for (NodeId id = end; id-- > 0;)
    if (needed[id] && !known[id])
      for (NodeId o : from.operands(id)) needed[o] = true;
  const std::uint8_t before = to->epoch;
  Values operands;
  for (NodeId id = 0; id < end; ++id) {
    if (!needed[id] || known[id]) continue;
    assert(from.node(id).op != Opcode::Input);
    operands.clear();
    for (NodeId o : from.operands(id)) operands.push_back(known[o]);
    to->epoch = static_cast<std::uint8_t>(from.node(id).epoch + epoch);
    known[id] = copy_node(from, id, to, operands);
  }
  to->epoch = before;
  Values result;
  for (Value v : roots) result.push_back(known[v.id()]);
  return result;
}

Values append_scan(GraphData* graph, const ScanParts& parts, std::span<const Value> next,
                   std::span<const Value> ys, Where where) {
  const Values parameters = joined({parts.carry, parts.row}), results = joined({next, ys});
  const Values consts = captures({parameters}, results);
  const Values inputs = joined({consts, parameters});
  Values operands = joined({consts, parts.init, parts.xs});
  Attrs attrs{
      {"body", Region(std::make_shared<Graph>(cut_out("body", inputs, results)))},
      {"carries", static_cast<std::int64_t>(parts.carry.size())},
      {"consts", static_cast<std::int64_t>(consts.size())},
      {"length", std::vector<Dim>{parts.length}},
      {"counted", static_cast<bool>(parts.count)},
      {"reverse", parts.reverse},
  };
  if (parts.snapshots > 0) attrs.set("snapshots", parts.snapshots);
  if (parts.count) operands.push_back(parts.count);
  return results_of(append(graph, Opcode::Scan, operands, std::move(attrs), where));
}

Values append_while(GraphData* graph, const WhileParts& parts, Value go_on,
                    std::span<const Value> next, std::span<const Value> ys, Where where) {
  const Values results = joined({next, ys});
  const Values all = joined({std::span(&go_on, 1), results});
  const Values consts = captures({parts.carry}, all);
  const Values inputs = joined({consts, parts.carry});
  Attrs attrs{
      {"body", Region(std::make_shared<Graph>(cut_out("body", inputs, results)))},
      {"carries", static_cast<std::int64_t>(parts.carry.size())},
      {"cond", Region(std::make_shared<Graph>(cut_out("cond", inputs, {&go_on, 1})))},
      {"consts", static_cast<std::int64_t>(consts.size())},
  };
  if (parts.bounded) attrs.set("max_steps", std::vector<Dim>{parts.max_steps});
  return results_of(
      append(graph, Opcode::While, joined({consts, parts.init}), std::move(attrs), where));
}

Values append_cond(Value p, std::span<const Value> parameters, std::span<const Value> arguments,
                   NodeId since, std::span<const Value> on_true, std::span<const Value> on_false,
                   Where where) {
  const Values all = joined({on_true, on_false});
  const Values consts = captures({parameters, since}, all);
  const Values inputs = joined({consts, parameters});
  Attrs attrs{
      {"on_false", Region(std::make_shared<Graph>(cut_out("on_false", inputs, on_false)))},
      {"on_true", Region(std::make_shared<Graph>(cut_out("on_true", inputs, on_true)))},
  };
  return results_of(append(p.graph(), Opcode::Cond, joined({std::span(&p, 1), consts, arguments}),
                           std::move(attrs), where));
}

} // namespace nngc
