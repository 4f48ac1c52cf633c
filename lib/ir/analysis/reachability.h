/// Whether one value is computed from another.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/graph_data.h"

namespace nngc {

/// Whether a path of operand-to-user edges leads from `from` to `to`; a node reaches itself. Looks
/// at no node outside of the ids between the two.
[[nodiscard]] bool reaches(const GraphData& graph, NodeId from, NodeId to);

/// All pairs at once, one bit each: for many questions about a graph of moderate size.
class Reachability {
public:
  /// Above this the bits would take more than 512 MiB.
  static constexpr std::size_t max_nodes = std::size_t{1} << 16;
  /// Throws Error{Unsupported} for a graph of more than max_nodes nodes.
  explicit Reachability(const GraphData& graph);
  [[nodiscard]] bool reaches(NodeId from, NodeId to) const {
    return (bits_[to * words_ + from / 64] >> (from % 64) & 1) != 0;
  }

private:
  std::size_t words_;
  std::vector<std::uint64_t> bits_; ///< row `to`: who reaches it
};

} // namespace nngc
