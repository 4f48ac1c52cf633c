// In a DAG visited in topological order the immediate dominator of a node is the lowest common
// ancestor, in the tree built so far, of its predecessors. Ancestors are found by jump pointers:
// O(log n) each, O(1) memory per node. boost::lengauer_tarjan_dominator_tree gives the same tree (a
// test compares) but recurses as deep as the graph, which a chain of a million nodes forbids.
#include "ir/analysis/dominators.h"

#include <utility>

#include "ir/analysis/users.h"

namespace nngc {

namespace {

/// A tree that grows at its leaves. Node 0 is the root, above all of the graph's nodes.
class JumpTree {
public:
  explicit JumpTree(std::size_t size) : parent_(size), jump_(size), depth_(size) {}

  void attach(std::uint32_t node, std::uint32_t parent) {
    parent_[node] = parent;
    depth_[node] = depth_[parent] + 1;
    // Skew-binary jumps: two equal jumps above make one of twice the length.
    const std::uint32_t j = jump_[parent];
    const bool merge = depth_[parent] - depth_[j] == depth_[j] - depth_[jump_[j]];
    jump_[node] = merge ? jump_[j] : parent;
  }
  [[nodiscard]] std::uint32_t common(std::uint32_t a, std::uint32_t b) const {
    if (depth_[a] < depth_[b]) std::swap(a, b);
    while (depth_[a] > depth_[b]) a = depth_[jump_[a]] >= depth_[b] ? jump_[a] : parent_[a];
    while (a != b) {
      const bool far = jump_[a] != jump_[b]; // nodes of one depth jump equally far
      a = far ? jump_[a] : parent_[a];
      b = far ? jump_[b] : parent_[b];
    }
    return a;
  }
  [[nodiscard]] std::uint32_t parent(std::uint32_t node) const { return parent_[node]; }

private:
  std::vector<std::uint32_t> parent_, jump_, depth_;
};

std::vector<NodeId> parents(const JumpTree& tree, NodeId size) {
  std::vector<NodeId> result(size);
  for (NodeId id = 0; id < size; ++id)
    result[id] = tree.parent(id + 1) == 0 ? no_node : tree.parent(id + 1) - 1;
  return result;
}

} // namespace

std::vector<NodeId> immediate_dominators(const GraphData& graph) {
  JumpTree tree(graph.size() + std::size_t{1});
  for (NodeId id = 0; id < graph.size(); ++id) {
    const auto operands = graph.operands(id);
    std::uint32_t above = operands.empty() ? 0 : operands[0] + 1;
    for (NodeId operand : operands) above = tree.common(above, operand + 1);
    tree.attach(id + 1, above);
  }
  return parents(tree, graph.size());
}

std::vector<NodeId> immediate_post_dominators(const GraphData& graph) {
  JumpTree tree(graph.size() + std::size_t{1});
  const Users users(graph);
  std::vector<bool> leaves(graph.size()); // as an output
  for (const Output& o : graph.outputs) leaves[o.value.id()] = true;
  for (NodeId id = graph.size(); id-- > 0;) {
    const auto uses = users.of(id);
    std::uint32_t below = uses.empty() || leaves[id] ? 0 : uses[0] + 1;
    for (NodeId user : uses) below = tree.common(below, user + 1);
    tree.attach(id + 1, below);
  }
  return parents(tree, graph.size());
}

} // namespace nngc
