/// Builds the body of a phase: values of the graph as scalar instructions at an index.
#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "lower/plan.h"

namespace nngc::lower_detail {

class Body {
public:
  /// `reduced(anchor)`: phase and number of the result of an anchor of the group that an earlier
  /// phase computed.
  using Results = std::unordered_map<NodeId, std::pair<int, int>>;
  Body(const Plan& plan, int group, const std::vector<int>& buffer_of, const Results& results,
       loop::Phase& phase)
      : plan_(plan), g_(*plan.graph), group_(group), buffer_of_(buffer_of), results_(results),
        phase_(phase) {}

  /// The instruction that gives element `index` of v. Recursion is bounded: longer expressions have
  /// been stored.
  int value(NodeId v, Index index);
  int load(NodeId base, loop::Affine position);
  int emit(loop::Op op, DType type, int a = -1, int b = -1, int c = -1);
  int constant(DType type, std::int64_t bits);
  int position(loop::Affine index); ///< an I64
  /// i, of dtype `from`, in [0, n) as asked by the mode: the index to use, and the condition under
  /// which it counts (-1: always).
  std::pair<int, int> checked_index(int i, DType from, Dim n, const std::string& mode);
  /// Position of element `index` of v, whose axis `axis` is dynamic: the static part, and that
  /// axis' stride.
  void split_axis(NodeId v, Index index, int axis, NodeId& base, loop::Affine& rest,
                  Dim& stride) const;

private:
  int compute(NodeId v, const Index& index);
  int elementwise(NodeId v, const Index& index);
  int constant_element(NodeId v, const Index& index);
  int reduced(NodeId v);
  int pad(NodeId v, const Index& index);
  int spread_pad(NodeId v, const Index& index);
  int concat(NodeId v, const Index& index);
  int gather(NodeId v, const Index& index);
  int dynamic_slice(NodeId v, const Index& index);
  int dynamic_update_slice(NodeId v, const Index& index);
  /// Element `index` of x moved on by `start` (-1: not along that axis), or back by it.
  int load_window(NodeId x, const Index& index, const std::vector<int>& start, bool back,
                  int condition);
  /// The start operands from number `first` on as I64s, so that a window of that shape fits into
  /// operand 0.
  std::vector<int> window_start(NodeId v, std::size_t first, const Shape& window);
  int running(NodeId v);
  int both(int a, int b);
  int plus(int a, int b); ///< of two I64s; -1 is none
  int times(int a, Dim by);
  int load_where(NodeId base, loop::Affine position, int offset, int condition);

  const Plan& plan_;
  const GraphData& g_;
  int group_;
  const std::vector<int>& buffer_of_;
  const Results& results_;
  loop::Phase& phase_;
  std::unordered_map<NodeId, std::vector<std::pair<Index, int>>> memo_;
};

} // namespace nngc::lower_detail
