/// Who uses a node.
#pragma once

#include <span>
#include <vector>

#include "ir/graph_data.h"

namespace nngc {

/// For every node the nodes that take it as an operand, in id order, once per operand slot (x * x
/// uses x twice).
class Users {
public:
  explicit Users(const GraphData& graph);
  [[nodiscard]] std::span<const NodeId> of(NodeId id) const {
    return {ids_.data() + first_[id], first_[id + 1] - first_[id]};
  }
  [[nodiscard]] std::size_t count(NodeId id) const { return first_[id + 1] - first_[id]; }

private:
  std::vector<std::size_t> first_; ///< of each node, and one behind the last
  std::vector<NodeId> ids_;
};

} // namespace nngc
