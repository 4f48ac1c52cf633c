// What the pass manager counted, for people.
#include <fmt/format.h>

#include "ir/graph_data.h"
#include "nngc/passes.h"

namespace nngc {

std::size_t shared_nodes(const Graph& graph) {
  const GraphData& g = *graph.data();
  const std::vector<bool> live = live_nodes(g);
  std::vector<bool> shared(g.size());
  for (NodeId id = 0; id < g.size(); ++id) {
    if (!live[id] || g.node(id).section == Section::Forward) continue;
    for (NodeId operand : g.operands(id)) {
      // Inputs and constants are there anyway; what counts is what was computed.
      const bool computed = (g.def(operand).traits & trait::Leaf) == 0;
      if (computed && g.node(operand).section == Section::Forward) shared[operand] = true;
    }
  }
  std::size_t count = 0;
  for (bool s : shared) count += s ? 1 : 0;
  return count;
}

std::string PassStats::str(bool times) const {
  std::string text;
  for (const PassRun& run : passes) {
    text += fmt::format("{:<22} {:>7} -> {:>7} nodes", run.name, run.nodes_before, run.nodes_after);
    text += times ? fmt::format(" {:>9.3f} ms\n", run.seconds * 1e3) : "\n";
  }
  for (const RuleCount& rule : rules)
    text += fmt::format("{:<22} {:>7} times ({})\n", rule.rule, rule.fired, name(rule.rule_class));
  text += fmt::format("{:<22} {:>7}\n", "shared nodes", shared_nodes);
  return text;
}

} // namespace nngc
