/// The edges that say something new.
#pragma once

#include <vector>

#include "ir/graph_data.h"

namespace nngc {

/// For every operand slot (an index of GraphData::operand_pool) whether no longer path leads from
/// the operand to the node: what is left when readable dumps drop the implied edges. Throws
/// Error{Unsupported} above Reachability::max_nodes nodes.
[[nodiscard]] std::vector<bool> needed_edges(const GraphData& graph);

} // namespace nngc
