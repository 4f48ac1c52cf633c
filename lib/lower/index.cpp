// Indices through views: where in memory an element of a value lies.
#include "lower/plan.h"
#include "ops/lower_context.h"

namespace nngc::lower_detail {

loop::Affine dim_index(int dim) {
  loop::Affine a;
  a.terms.push_back({dim, Dim(1)});
  return a;
}

loop::Affine linear(const Shape& shape, const Index& index) {
  loop::Affine position;
  Dim stride = 1;
  for (int axis = shape.rank(); axis-- > 0;) {
    position = sum(position, scaled(index[static_cast<std::size_t>(axis)], stride));
    if (axis > 0) stride = stride * shape[axis];
  }
  return position;
}

bool squeeze_index(const Shape& result, const Shape& operand, const Index& index, Index& mapped) {
  mapped.assign(static_cast<std::size_t>(operand.rank()), loop::Affine{});
  int r = 0;
  for (int o = 0; o < operand.rank(); ++o) {
    if (operand[o] == Dim(1)) continue;
    while (r < result.rank() && result[r] == Dim(1)) ++r;
    if (r == result.rank() || !(result[r] == operand[o])) return false;
    mapped[static_cast<std::size_t>(o)] = index[static_cast<std::size_t>(r++)];
  }
  while (r < result.rank() && result[r] == Dim(1)) ++r;
  return r == result.rank();
}

RowIndices row_indices(const GraphData& graph, NodeId v, const Index& index) {
  const Attrs& attrs = graph.attrs(v);
  const std::int64_t axis = attrs.get<std::int64_t>("axis"),
                     batch = attrs.get_or<std::int64_t>("batch", 0);
  const auto first = index.begin() + axis;
  const auto last = first + graph.type(graph.operands(v)[1]).shape.rank() - batch;
  RowIndices at{Index(index.begin(), index.begin() + batch), Index(index.begin(), first)};
  at.indices.insert(at.indices.end(), first, last);
  at.row.emplace_back();
  at.row.insert(at.row.end(), last, index.end());
  return at;
}

Index view_index(const GraphData& graph, NodeId v, const Index& index) {
  ViewContext c(graph.attrs(v), graph.type(v), graph.type(graph.operands(v)[0]), index);
  graph.def(v).view(c);
  return std::move(c.operand_index);
}

bool Plan::in_memory(NodeId v) const {
  if (stored_by[v] >= 0 || lowering(v) == Lowering::Input) return true;
  return lowering(v) == Lowering::Constant && graph->attrs(v).get<Literal>("value")->size() != 1;
}

bool resolve(const Plan& plan, NodeId v, Index index, NodeId& base, loop::Affine& position) {
  const GraphData& g = *plan.graph;
  for (;;) {
    if (plan.in_memory(v)) {
      base = v;
      position = linear(g.type(v).shape, index);
      return true;
    }
    if (plan.lowering(v) == Lowering::View) {
      index = view_index(g, v, index);
      v = g.operands(v)[0];
    } else if (plan.lowering(v) == Lowering::Reshape) {
      const NodeId operand = g.operands(v)[0];
      Index mapped;
      if (squeeze_index(g.type(v).shape, g.type(operand).shape, index, mapped)) {
        index = std::move(mapped);
      } else if (plan.in_memory(operand)) {
        base = operand;
        position = linear(g.type(v).shape, index);
        return true;
      } else {
        return false;
      }
      v = operand;
    } else {
      return false;
    }
  }
}

} // namespace nngc::lower_detail
