/// Which node every path must pass.
#pragma once

#include <vector>

#include "ir/graph_data.h"

namespace nngc {

inline constexpr NodeId no_node = ~NodeId{0};

/// The immediate dominator of each node: the last node that every path from any leaf to it passes;
/// no_node where there is none (leaves, and nodes that different leaves reach by disjoint paths).
[[nodiscard]] std::vector<NodeId> immediate_dominators(const GraphData& graph);

/// The same from the other end: the first node that every path from the node to any output or dead
/// end passes; no_node where there is none. What is output itself has none.
[[nodiscard]] std::vector<NodeId> immediate_post_dominators(const GraphData& graph);

} // namespace nngc
