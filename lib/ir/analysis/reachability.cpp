// One walk for one question, a bit matrix for many.
#include "ir/analysis/reachability.h"

namespace nngc {

bool reaches(const GraphData& graph, NodeId from, NodeId to) {
  if (from >= to) return from == to;
  // Ids are topological, so a sweep down the ids visits users before their operands.
  std::vector<bool> marked(to - from + 1);
  marked[to - from] = true;
  for (NodeId id = to; id > from; --id)
    if (marked[id - from])
      for (NodeId operand : graph.operands(id))
        if (operand >= from) marked[operand - from] = true;
  return marked[0];
}

Reachability::Reachability(const GraphData& graph) : words_((graph.size() + 63) / 64) {
  if (graph.size() > max_nodes)
    throw Error(Error::Kind::Unsupported, "reachability: " + std::to_string(graph.size()) +
                                              " nodes, more than " + std::to_string(max_nodes));
  bits_.resize(words_ * graph.size());
  for (NodeId id = 0; id < graph.size(); ++id) {
    std::uint64_t* row = bits_.data() + id * words_;
    row[id / 64] |= std::uint64_t{1} << (id % 64);
    for (NodeId operand : graph.operands(id))
      for (std::size_t w = 0; w <= operand / 64; ++w) row[w] |= bits_[operand * words_ + w];
  }
}

} // namespace nngc
