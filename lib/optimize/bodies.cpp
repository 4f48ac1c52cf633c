#include "optimize/bodies.h"

#include <algorithm>

#include "ir/rewriter.h"
#include "ops/regions.h"
#include "ops/trace.h"

namespace nngc {

bool has_regions(const GraphData& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [](const Node& n) { return (op_def(n.op).traits & trait::Region) != 0; });
}

Graph change_bodies(const Graph& graph, const std::function<Graph(const Graph&)>& change) {
  Rewriter rewriter(graph);
  return rewriter.run([&](NodeId id, std::span<const Value> operands) -> Value {
    const GraphData& from = rewriter.from();
    if ((from.def(id).traits & trait::Region) == 0) return {};
    Attrs attrs = from.attrs(id);
    for (const Attr& a : from.attrs(id).list())
      if (const auto* body = std::get_if<Region>(&a.value)) {
        const Graph inner =
            has_regions(*(*body)->data()) ? change_bodies(**body, change) : (*body)->clone();
        attrs.set(a.key, Region(std::make_shared<Graph>(change(inner))));
      }
    return append(rewriter.to(), from.node(id).op, operands, std::move(attrs));
  });
}

Graph rewired(const Graph& body, const std::vector<int>& input,
              std::span<const std::size_t> outputs) {
  const GraphData& from = *body.data();
  Graph next(body.name());
  std::vector<Value> known(from.size()), made, roots;
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (input[i] < 0) continue;
    const Value old = body.inputs()[i];
    if (static_cast<std::size_t>(input[i]) == made.size())
      made.push_back(next.input("x" + std::to_string(made.size()), old.type()));
    known[old.id()] = made[static_cast<std::size_t>(input[i])];
  }
  for (std::size_t o : outputs) roots.push_back(body.outputs()[o].value);
  const std::vector<Value> results = copy_into(next.data(), from, roots, std::move(known));
  for (std::size_t i = 0; i < results.size(); ++i) next.output("y" + std::to_string(i), results[i]);
  return next;
}

ResultUse::ResultUse(const GraphData& graph) : used_(graph.size()) {
  const std::vector<bool> live = live_nodes(graph);
  const auto use = [&](NodeId id) {
    std::size_t index = 0;
    if (graph.node(id).op == Opcode::Result) {
      index = static_cast<std::size_t>(graph.attrs(id).get<std::int64_t>("index"));
      id = graph.operands(id)[0];
    } else if ((graph.def(id).traits & trait::Region) == 0) {
      return;
    }
    if (used_[id].size() <= index) used_[id].resize(index + 1);
    used_[id][index] = true;
  };
  for (NodeId id = 0; id < graph.size(); ++id)
    if (live[id] && graph.node(id).op != Opcode::Result)
      for (NodeId o : graph.operands(id)) use(o);
  for (const Output& o : graph.outputs) use(o.value.id());
}

bool ResultUse::used(NodeId region, std::size_t index) const {
  return index < used_[region].size() && used_[region][index];
}

} // namespace nngc
