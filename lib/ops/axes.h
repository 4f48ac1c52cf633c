/// Shared by the structural primitives: axes, extents, and checks of both.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "ir/graph_data.h"
#include "ir/op_def.h"
#include "nngc/ops.h"

namespace nngc {

/// A negative axis counted from the end; what is out of range stays as it was written, for the
/// message.
inline std::int64_t normalized(std::int64_t axis, int rank) {
  return axis < 0 && axis >= -rank ? axis + rank : axis;
}
inline Axes normalized(Axes axes, int rank) {
  for (std::int64_t& a : axes) a = normalized(a, rank);
  return axes;
}
inline bool contains(const Axes& axes, std::int64_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}
inline Axes all_axes(int rank) {
  Axes axes;
  for (int i = 0; i < rank; ++i) axes.push_back(i);
  return axes;
}
/// The axes of a tensor of that rank that are in neither list, ascending.
inline Axes other_axes(int rank, const Axes& a, const Axes& b = {}) {
  Axes axes;
  for (int i = 0; i < rank; ++i)
    if (!contains(a, i) && !contains(b, i)) axes.push_back(i);
  return axes;
}

/// Throws Error{Attribute} unless 0 <= axis < rank.
void check_axis(const InferContext& c, std::int64_t axis, int rank);
/// Throws Error{Attribute} unless every axis is in range and none comes twice.
void check_axes(const InferContext& c, const Axes& axes, int rank);
/// Throws Error{Attribute} unless the list has one entry per axis.
void check_length(const InferContext& c, std::string_view key, std::size_t length, int rank);
/// Throws Error{Shape} for a negative static extent.
void check_extents(const InferContext& c, const std::vector<Dim>& dims);
/// Throws Error{Graph} at `where` for a Value that belongs to no graph.
void check_value(std::string_view op, Value x, Where where);

/// Whether a <= b for every value of their symbol that is at least `least`; false where that cannot
/// be told.
[[nodiscard]] bool at_most(Dim a, Dim b, std::int64_t least = 0);
/// Whether the shapes have equally many elements. Equal symbolic dims cancel, so `[batch,time,4]`
/// and
/// `[batch,time,2,2]` compare although their size is not `a*n + b`.
[[nodiscard]] bool same_size(const Shape& a, const Shape& b);
/// ceil(a / by) for by > 0; false where that is not of the form `a*n + b`.
[[nodiscard]] bool ceil_div(Dim a, std::int64_t by, Dim& quotient);

/// Zeros of that type, one splat node.
inline Value zeros(GraphData* graph, const TensorType& type) {
  return splat(graph, type.dtype, 0, type.shape);
}
/// The literal of a splat constant node; null for any other node.
[[nodiscard]] const Tensor* splat_literal(Value v);

} // namespace nngc
