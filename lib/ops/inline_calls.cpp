#include "ops/inline_calls.h"

#include <algorithm>
#include <unordered_map>

#include "ir/rewriter.h"
#include "ops/regions.h"
#include "ops/trace.h"

namespace nngc {

namespace {

bool has_calls(const GraphData& g) {
  return std::any_of(g.nodes.begin(), g.nodes.end(),
                     [](const Node& n) { return n.op == Opcode::Call; });
}

Graph inline_once(const Graph& graph) {
  Rewriter rewriter(graph);
  std::unordered_map<NodeId, std::vector<Value>> results;
  return rewriter.run([&](NodeId id, std::span<const Value> operands) -> Value {
    const GraphData& from = rewriter.from();
    if (from.node(id).op == Opcode::Result) {
      const auto made = results.find(from.operands(id)[0]);
      if (made == results.end()) return {};
      return made->second[static_cast<std::size_t>(from.attrs(id).get<std::int64_t>("index"))];
    }
    if (from.node(id).op != Opcode::Call) return {};
    const Graph& body = region(from.attrs(id), "body");
    std::vector<Value> known(body.data()->size()), roots;
    const std::vector<Value> inputs = body.inputs();
    for (std::size_t i = 0; i < inputs.size(); ++i) known[inputs[i].id()] = operands[i];
    for (const Output& o : body.outputs()) roots.push_back(o.value);
    // What a call computes again is of the call's epoch, all of it.
    results[id] =
        copy_into(rewriter.to(), *body.data(), roots, std::move(known), from.node(id).epoch);
    return results[id].front();
  });
}

} // namespace

Graph inline_calls(const Graph& graph) {
  if (!has_calls(*graph.data())) return graph.clone();
  Graph next = inline_once(graph);
  while (has_calls(*next.data())) next = inline_once(next);
  return next;
}

} // namespace nngc
