#include "ir/analysis/depth.h"

#include <algorithm>

namespace nngc {

std::vector<std::uint32_t> depths(const GraphData& graph) {
  std::vector<std::uint32_t> depth(graph.size());
  for (NodeId id = 0; id < graph.size(); ++id)
    for (NodeId operand : graph.operands(id)) depth[id] = std::max(depth[id], depth[operand] + 1);
  return depth;
}

} // namespace nngc
