/// How far a node is from the leaves.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/graph_data.h"

namespace nngc {

/// Edges of the longest path that ends in each node; 0 for leaves.
[[nodiscard]] std::vector<std::uint32_t> depths(const GraphData& graph);

} // namespace nngc
