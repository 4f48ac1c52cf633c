// The kernel that puts an axis in order.
#include "lower/plan.h"

namespace nngc::lower_detail {

loop::Kernel sort_kernel(const Plan& plan, const Group& group, const std::vector<int>& store_to,
                         const std::vector<int>& buffer_of) {
  const GraphData& g = *plan.graph;
  const NodeId v = group.anchors[0], x = g.operands(v)[0];
  const Attrs& attrs = g.attrs(v);
  const auto along = static_cast<int>(attrs.get<std::int64_t>("axis"));
  const int rank = group.space.rank();
  loop::Kernel k;
  k.kind = loop::KernelKind::Sort;
  Index index(static_cast<std::size_t>(rank));
  for (int axis = 0; axis < rank; ++axis) {
    if (axis == along) continue;
    index[static_cast<std::size_t>(axis)] = dim_index(k.parallel++);
    k.dims.push_back({group.space[axis], "i" + std::to_string(axis)});
  }
  index[static_cast<std::size_t>(along)] = dim_index(k.parallel);
  k.dims.push_back({group.space[along], "s" + std::to_string(along)});
  NodeId base = x;
  resolve(plan, x, index, base, k.a.index);
  k.a.buffer = buffer_of[base];
  k.b.buffer = store_to[v];
  k.b.index = linear(g.type(v).shape, index);
  k.operand_type = g.type(x).dtype;
  k.count = g.type(v).shape[along];
  k.descending = g.node(v).op == Opcode::TopK || attrs.get<bool>("descending");
  return k;
}

} // namespace nngc::lower_detail
