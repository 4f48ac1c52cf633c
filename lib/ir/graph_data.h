/// What a Graph owns: the append-only arena of nodes, the interned types and attributes, the table
/// that shares equal nodes. Node ids are topological: operands exist before their users.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "ir/attrs.h"
#include "ir/op_def.h"
#include "nngc/graph.h"

namespace nngc {

struct Node {
  Opcode op;
  Section section;
  std::uint8_t
      epoch; ///< recomputed copies carry another epoch, so that sharing cannot undo recomputation
  std::uint32_t operand_count;
  std::uint32_t first_operand; ///< in GraphData::operand_pool
  std::uint32_t type;          ///< in GraphData::types
  std::uint32_t attrs;         ///< in GraphData::attr_pool
  NodeId origin; ///< derivative nodes: the forward node whose rule made them; else itself
};

struct InputInfo {
  std::string name;
  NodeId node;
  Role role;
};

struct GraphData {
  std::string name;
  std::vector<Node> nodes;
  std::vector<NodeId> operand_pool;
  std::deque<TensorType> types; ///< deques: references stay valid while rules append nodes
  std::deque<Attrs> attr_pool;
  std::vector<InputInfo> inputs;
  std::vector<Output> outputs;
  std::unordered_map<std::string, std::uint32_t> input_by_name;
  bool has_parameters = false; ///< functions were traced in it (ops/trace.h)
  Section section = Section::Forward;
  std::uint8_t epoch = 0;
  NodeId origin = no_origin; ///< while a derivative rule runs: its forward node
  static constexpr NodeId no_origin = ~NodeId{0};

  [[nodiscard]] const Node& node(NodeId id) const { return nodes[id]; }
  [[nodiscard]] std::span<const NodeId> operands(NodeId id) const {
    return {operand_pool.data() + nodes[id].first_operand, nodes[id].operand_count};
  }
  [[nodiscard]] const TensorType& type(NodeId id) const { return types[nodes[id].type]; }
  [[nodiscard]] const Attrs& attrs(NodeId id) const { return attr_pool[nodes[id].attrs]; }
  [[nodiscard]] const OpDef& def(NodeId id) const { return op_def(nodes[id].op); }
  [[nodiscard]] NodeId size() const { return static_cast<NodeId>(nodes.size()); }

  std::uint32_t intern_type(const TensorType& type);
  std::uint32_t intern_attrs(const Attrs& attrs);
  /// The node with these parts, made if there is none. No checks: `append` is the front door.
  NodeId intern(Opcode op, std::span<const NodeId> operands, std::uint32_t type,
                std::uint32_t attrs);

  /// So many nodes will follow, more or less: what a table would move to grow is spared.
  void expect(std::size_t more);

  /// Splats are asked for again and again, by rules that do not know of each other: the last ones
  /// made are remembered.
  struct RecentSplat {
    DType dtype = DType::F32;
    std::uint8_t epoch = 0;
    std::uint64_t bits = 0;
    NodeId node = no_origin; ///< no_origin: none
  };
  /// The place of such a splat: with its node if it was made lately, else for the caller to fill.
  RecentSplat& recent_splat(DType dtype, double value, const Shape& shape);

private:
  [[nodiscard]] std::size_t hash(Opcode op, std::span<const NodeId> operands, std::uint32_t type,
                                 std::uint32_t attrs) const;
  void grow_far();
  /// Open addressing. The hash stands beside the id: a slot that does not match costs no look at
  /// its node.
  struct Slot {
    NodeId id = ~NodeId{0}; ///< ~0: free
    std::uint32_t hash = 0;
  };
  /// A node is looked for near the place of its youngest operand, which most often was made just
  /// before: a large graph's table lies in no cache, but what is asked for next does. Where an
  /// operand has many users, the rest of them are where their hash says; nodes without operands,
  /// too.
  static constexpr std::ptrdiff_t slots_per_node = 2, near_slots = 16;
  std::vector<Slot> near_, far_;
  std::size_t far_count_ = 0; ///< in far_, which is at most half full
  /// The slot of the node that fits, or the free one that is its.
  template <class Fits>
  Slot& slot_of(std::uint32_t hash, std::span<const NodeId> operands, const Fits& fits);
  std::unordered_multimap<std::size_t, std::uint32_t> type_ids_, attr_ids_;
  std::uint32_t no_attrs_ = ~std::uint32_t{0}; ///< where the empty list stands
  std::array<RecentSplat, 16> recent_splats_;
};

/// Builds one node: checks operands (same graph, arity), infers and checks the type, simplifies
/// exactly, shares. Throws Error at `where`. `expected`: a written type to check against the
/// inferred one (parser).
Value append(GraphData* graph, Opcode op, std::span<const Value> operands, Attrs attrs = {},
             Where where = Where::current());
inline Value append(Opcode op, std::initializer_list<Value> operands, Attrs attrs, Where where) {
  return append(operands.begin()->graph(), op, {operands.begin(), operands.size()},
                std::move(attrs), where);
}
/// Throws Error{Attribute} at `where` unless the attributes are those that the op's record asks
/// for.
void check_attrs(const OpDef& def, const Attrs& attrs, Where where = Where::current());
/// Another graph's node again in `graph`, with operands already there.
Value copy_node(const GraphData& from, NodeId id, GraphData* graph,
                std::span<const Value> operands);

/// Which nodes the outputs need; inputs count only when needed.
[[nodiscard]] std::vector<bool> live_nodes(const GraphData& graph);

/// Throws Error{Graph} at `where` unless all values belong to one graph; gives that graph.
GraphData* common_graph(std::string_view op, std::span<const Value> values, Where where);

/// A constant whose elements are all `value` (converted to the dtype). Rank 0 unless a shape is
/// given.
Value splat(GraphData* graph, DType dtype, double value, const Shape& shape = {},
            Where where = Where::current());
/// Whether `v` is a constant with equal elements, broadcasts of such included; gives the element as
/// a double.
[[nodiscard]] bool is_splat(Value v, double& element);

} // namespace nngc
