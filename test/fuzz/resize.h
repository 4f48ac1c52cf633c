/// A graph again with other extents: what makes failing graphs small in elements, not in nodes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nngc/graph.h"

namespace nngc::test {

/// Wherever a node brings an extent into the graph (inputs, constants, `iota`, `rng_bits`, what
/// `broadcast_in_dim` repeats and `slice` takes), `from` becomes the smaller `to`; what computes
/// with them follows.
struct Resize {
  std::int64_t from, to;
  std::optional<NodeId> only = {}; ///< nothing but what this node brings
  bool unit_strides = false;       ///< slices take as many elements, but side by side
};

/// Throws Error where shapes do not fit any more.
[[nodiscard]] Graph resized(const Graph& graph, const Resize& resize);

/// The nodes that bring extents, and the static extents above 1 that they bring, descending.
[[nodiscard]] std::vector<NodeId> nodes_with_extents(const Graph& graph);
[[nodiscard]] std::vector<std::int64_t> extents_of(const Graph& graph);

} // namespace nngc::test
