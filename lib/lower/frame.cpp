// How the axes of a pending value's views lie in the space of its group.
#include <algorithm>
#include <numeric>

#include "lower/plan.h"

namespace nngc::lower_detail {

bool frame_through(const Plan& plan, NodeId v, int home, Frame& frame) {
  const GraphData& g = *plan.graph;
  const NodeId o = g.operands(v)[0];
  const Frame& f = plan.frame[o];
  const Shape &to = g.type(v).shape, &from = g.type(o).shape;
  const Group& group = plan.groups[static_cast<std::size_t>(home)];
  if (g.node(v).op == Opcode::StopGradient) return frame = f, true;
  if (plan.lowering(v) == Lowering::Reshape) {
    Index index, mapped;
    for (int i = 0; i < to.rank(); ++i) index.push_back(dim_index(i));
    if (!squeeze_index(to, from, index, mapped)) return false;
    frame.assign(static_cast<std::size_t>(to.rank()), -1);
    for (int i = 0; i < from.rank(); ++i)
      for (const auto& t : mapped[static_cast<std::size_t>(i)].terms)
        frame[static_cast<std::size_t>(t.dim)] = f[static_cast<std::size_t>(i)];
    return true;
  }
  if (g.node(v).op != Opcode::BroadcastInDim || !(to == group.space)) return false;
  const auto& dims = g.attrs(v).get<Axes>("dims");
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const bool one = from[static_cast<int>(i)] == Dim(1);
    if (f[i] != dims[i] &&
        !(one && (f[i] < 0 || to[static_cast<int>(dims[i])] != Dim(1)) && f[i] < 0))
      return false;
  }
  // What is not broadcast along must be reduced, else the value would be needed at several
  // parallel points.
  for (int d = 0; d < to.rank(); ++d) {
    const bool covered = std::find(f.begin(), f.end(), d) != f.end();
    if (!covered && !group.reduced[static_cast<std::size_t>(d)] && to[d] != Dim(1)) return false;
  }
  frame.resize(static_cast<std::size_t>(to.rank()));
  std::iota(frame.begin(), frame.end(), 0);
  return true;
}

} // namespace nngc::lower_detail
