/// Parts of a graph that have nothing to do with each other.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/graph_data.h"

namespace nngc {

/// The weakly connected component of each node, numbered from 0 in order of their first nodes.
[[nodiscard]] std::vector<std::uint32_t> components(const GraphData& graph);

} // namespace nngc
