// An edge is implied exactly when its tail reaches another operand of its head. One closure in
// words of 64 bits answers that; boost::transitive_reduction (which a test compares with) looks at
// every pair of nodes bit by bit, and allocates as much.
#include "ir/analysis/transitive_reduction.h"

#include "ir/analysis/reachability.h"

namespace nngc {

std::vector<bool> needed_edges(const GraphData& graph) {
  const Reachability closure(graph);
  std::vector<bool> needed(graph.operand_pool.size());
  for (NodeId id = 0; id < graph.size(); ++id) {
    const auto operands = graph.operands(id);
    for (std::size_t i = 0; i < operands.size(); ++i) {
      bool implied = false;
      for (NodeId other : operands)
        implied |= other != operands[i] && closure.reaches(operands[i], other);
      needed[graph.node(id).first_operand + i] = !implied;
    }
  }
  return needed;
}

} // namespace nngc
