/// The fusion plan: which values get a buffer, and which kernel computes each. Private to
/// lib/lower.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ir/graph_data.h"
#include "loop/loop_ir.h"
#include "nngc/graph.h"
#include "nngc/ops.h"

namespace nngc::lower_detail {

/// Where the axes of a pending value lie in its group's space: axis -> space dim, -1 for an axis of
/// extent 1.
using Frame = std::vector<int>;

/// Nodes that will be one kernel. `space` is the iteration space in the graph's axes: the operand's
/// shape of a Reduce (with `reduced` marking the reduced axes) or a Cumulate (the axis walked
/// along) or a Sort (the axis put in order), the result's shape of a Dot, the root's shape of a
/// Map, the updates' shape of a Scatter. A Region is a call of bodies: its roots are the op's
/// results.
struct Group {
  enum class Kind : std::uint8_t { Map, Reduce, Cumulate, Sort, Dot, Scatter, Region };
  Kind kind = Kind::Map;
  /// Its roots are written by the anchor itself, not computed element by element after it.
  [[nodiscard]] bool stores_itself() const {
    return kind == Kind::Scatter || kind == Kind::Sort || kind == Kind::Region;
  }
  Shape space;
  std::vector<bool> reduced;
  std::vector<NodeId> anchors; ///< reductions, the dot, the scatter
  std::vector<NodeId> roots;   ///< values it stores
  bool alive = true;
};

struct Plan {
  const GraphData* graph = nullptr;
  std::vector<bool> live;
  std::vector<std::uint32_t> users;
  std::vector<Group> groups;
  std::vector<int> home; ///< group whose anchors the inlined value still needs in registers, or -1
  std::vector<Frame> frame;   ///< of values with a home
  std::vector<int> stored_by; ///< group that stores the value, or -1
  std::vector<int> cost;      ///< instructions it takes to recompute the value from buffers
  std::vector<bool> heavy;    ///< ... and whether a function call is among them
  /// Groups that must have run before the value can be computed (its home excluded), sorted.
  std::vector<std::vector<int>> needs;
  /// Of a result: the value that it shares memory with, element for element.
  std::vector<std::optional<NodeId>> shares;
  /// Of an operand of a region that nothing stores: the value whose memory it is, in order.
  std::vector<std::optional<NodeId>> lies_in;
  std::vector<std::vector<std::uint64_t>>
      closure; ///< by group: bit set of all groups it needs, transitively

  [[nodiscard]] bool depends(int group, int on) const {
    const auto& bits = closure[static_cast<std::size_t>(group)];
    const auto word = static_cast<std::size_t>(on) / 64;
    return word < bits.size() && (bits[word] >> (on % 64) & 1) != 0;
  }
  /// Whether the value has (or will have) a buffer: inputs, dense constants, stored values.
  [[nodiscard]] bool in_memory(NodeId v) const;
  [[nodiscard]] Lowering lowering(NodeId v) const { return graph->def(v).lowering; }
};

/// Rewrites dots to [batch, m..., k...] x [batch, k..., n...], turns those that are better as sums
/// into multiply and reduce, and what has windows into dots and reductions of them.
Graph legalize(const Graph& graph);
/// Records that `group` runs after everything in `needs`; whoever depends on it now does too.
void add_needs(Plan& plan, int group, const std::vector<int>& needs);
/// Whether `group` may wait for everything in `needs` without waiting for itself.
[[nodiscard]] bool may_need(const Plan& plan, int group, const std::vector<int>& needs);
/// Whether such an op takes the operand's elements as they are needed, wherever they come from:
/// pad's value, gather's indices, starts, and what an update leaves.
[[nodiscard]] bool taken_by_value(Lowering op, std::size_t operand);
/// Whether neighbouring windows of that node have elements in common.
[[nodiscard]] bool windows_overlap(const GraphData& g, NodeId windows);
/// Whether a node is a pad that puts elements between neighbours.
[[nodiscard]] bool pads_between(const GraphData& g, NodeId id);
/// Whether small windows lie over what is in memory but for a border, and all lanes of a vector are
/// of the border or none. Asking at every vector costs less than a copy of everything.
[[nodiscard]] bool small_windows_of_border(const Plan& plan, NodeId windows);
/// reduce_window, arg_window and conv_general as reductions and dots over views of windows.
[[nodiscard]] Value legal_reduce_window(Value x, const Attrs& attrs, const TensorType& type);
[[nodiscard]] Value legal_arg_window(Value x, const Attrs& attrs, const TensorType& type);
[[nodiscard]] Value legal_conv(Value x, Value w, const Attrs& attrs, const TensorType& type);
/// Decides groups, in id order.
Plan make_plan(const GraphData& graph);
/// The frame of a view `v` of a value pending in group `home`, if the view keeps it in the group's
/// space.
bool frame_through(const Plan& plan, NodeId v, int home, Frame& frame);
/// Joins groups over one space whose union needs fewer trips to memory; drops stores that nobody
/// reads.
void merge_groups(Plan& plan);

/// Has values computed again where they are needed, rather than stored, if that moves less.
void recompute_cheap(Plan& plan);

/// Drops groups that would only copy a value to a result, or for a region, in order.
void share_views(Plan& plan);

/// An index of each axis of a value, affine over the kernel's dims.
using Index = std::vector<loop::Affine>;
[[nodiscard]] loop::Affine dim_index(int dim);
/// Whether the reshape only inserts or drops axes of extent 1; then maps the index of the result to
/// the operand's.
bool squeeze_index(const Shape& result, const Shape& operand, const Index& index, Index& mapped);
/// Row-major position of `index` in `shape`, in elements.
[[nodiscard]] loop::Affine linear(const Shape& shape, const Index& index);
/// Follows views down to a value in memory: its node and the element's position there. False if the
/// chain ends in something that is computed.
bool resolve(const Plan& plan, NodeId v, Index index, NodeId& base, loop::Affine& position);

/// gather and the scatters: the index of the operand `indices` that belongs to an index of the
/// gathered shape; and that of the row, whose own axis is left empty.
struct RowIndices {
  Index indices;
  Index row;
};
RowIndices row_indices(const GraphData& graph, NodeId v, const Index& index);
/// Whether resolve() finds a value in memory; and what that one waits for, v itself where it does
/// not.
[[nodiscard]] bool resolves(const Plan& plan, NodeId v);
[[nodiscard]] const std::vector<int>& needs_of_memory(const Plan& plan, NodeId v);

/// The index map of a view node.
Index view_index(const GraphData& graph, NodeId v, const Index& index);

/// The values in memory that a group reads, sorted. False if it needs one of its own stored values
/// at another element than the one being computed.
bool collect_loads(const Plan& plan, int group, std::vector<NodeId>& loads);
/// Whether the group may store `root` where `input` lies: it reads that input, if at all, only at
/// the element it is about to store.
bool may_overwrite(const Plan& plan, int group, NodeId input, NodeId root);

/// Kernels of the groups in order of execution, buffers, memory.
loop::Entry make_entry(Plan& plan, const std::string& symbol, std::vector<int>& group_of_node,
                       std::vector<std::string>& names);
/// The kernel of one group. `buffer_of[v]`: number of the buffer that holds v when the kernel runs;
/// `store_to[v]`: buffer a root is stored to.
loop::Kernel make_kernel(const Plan& plan, int group, const std::vector<int>& buffer_of,
                         const std::vector<int>& store_to);
/// The entry's symbols, extents and limits, from its arguments, kernels and bodies and the values
/// of the plan; bodies are given the symbols, too.
void find_symbols(loop::Entry& entry, const Plan& plan);
/// Lowers the bodies of call, cond, scan and while nodes.
loop::Entry lower_body(const Graph& body, const std::string& symbol);
/// The kernel that calls them: `operands` and `results` are the node's buffers; `buffer` makes an
/// arena buffer of so many elements, `body` enters a lowered body in the entry and gives its
/// number.
struct ControlMaker {
  std::function<int(const char* name, DType dtype, Dim size)> buffer;
  std::function<int(const Graph& graph, const std::string& name)> body;
  std::function<const loop::Entry&(int body)> entry;
};
loop::Kernel make_control(const GraphData& graph, NodeId node, const std::vector<int>& operands,
                          const std::vector<int>& results, const ControlMaker& make);
/// Elements of the buffer that the kernel wants for copies of B's columns; 0: none.
[[nodiscard]] std::int64_t scratch_elements(const loop::Kernel& kernel);
/// The kernel of a Sort group.
loop::Kernel sort_kernel(const Plan& plan, const Group& group, const std::vector<int>& store_to,
                         const std::vector<int>& buffer_of);
/// Says how many rows of a nest go at a time, and lets later phases read functions that earlier
/// ones computed from scratch memory, which will be buffer `buffer`: its elements, 0 if there is
/// none, and their type.
std::int64_t keep_rows(loop::Kernel& kernel, int buffer, DType& type);
/// Merges neighbouring dims that every access walks as one.
void collapse_dims(loop::Kernel& kernel);
/// Gives every arena buffer an offset; buffers whose lives do not meet share memory. Returns the
/// bytes needed. `first` and `last`: position of the first write and last use of each buffer in the
/// order of kernels.
Dim plan_memory(std::vector<loop::Buffer>& buffers, const std::vector<int>& first,
                const std::vector<int>& last);

} // namespace nngc::lower_detail
