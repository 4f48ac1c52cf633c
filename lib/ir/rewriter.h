/// The one walk that passes share: visits the live nodes of a graph in order and builds the next
/// graph. Inputs (all of them, in order), outputs, updates, sections, origins and epochs are kept;
/// the old graph is not touched, and what nobody needs any more is left behind.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "ir/graph_data.h"

namespace nngc {

class Rewriter {
public:
  explicit Rewriter(const Graph& from);
  Rewriter(const Rewriter&) = delete;
  Rewriter& operator=(const Rewriter&) = delete;

  /// What becomes of one node, given its operands in the new graph: a value of the new graph of the
  /// same type, or an empty Value for the node itself. Never called for inputs.
  using Visit = std::function<Value(NodeId id, std::span<const Value> operands)>;
  /// Walks all live nodes and gives the new graph. Call once.
  [[nodiscard]] Graph run(const Visit& visit);

  [[nodiscard]] const GraphData& from() const { return from_; }
  [[nodiscard]] GraphData* to() { return next_.data(); }
  [[nodiscard]] Graph* graph() { return &next_; } ///< until run() is over
  /// The old node again in the new graph (shared with an equal one).
  Value copy(NodeId id, std::span<const Value> operands) {
    return copy_node(from_, id, to(), operands);
  }
  /// What an old node became; empty before it is visited.
  [[nodiscard]] Value at(NodeId id) const { return map_[id]; }
  /// How many users an old node has, outputs included.
  [[nodiscard]] std::uint32_t uses(NodeId id) const { return uses_[id]; }

private:
  const GraphData& from_;
  Graph next_;
  std::vector<bool> live_;
  std::vector<std::uint32_t> uses_;
  std::vector<Value> map_;
};

} // namespace nngc
