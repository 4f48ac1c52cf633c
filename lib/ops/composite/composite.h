/// Checks that composites make before they build anything, so that a mistake names the function
/// that was called.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ops/axes.h"
#include "ops/elementwise.h"

namespace nngc {

/// Throws Error{Graph} for an empty Value, Error{Type} for anything but floats.
void check_float(std::string_view op, Value x, Where where);
/// Throws Error{Graph, Shape, Type} unless both are floats of one graph and one type: no silent
/// broadcasting.
void check_same_floats(std::string_view op, Value a, Value b, Where where);
/// Throws Error{Graph, Type} unless all are floats of one dtype and one graph.
void check_floats(std::string_view op, std::span<const Value> values, Where where);
/// Throws Error{Shape}, `op: needs x[n], w[n], got <types of values>`, unless it fits.
void check_fit(bool fits, std::string_view op, std::string_view needs,
               std::span<const Value> values, Where where);
/// Throws Error{Argument} unless value > 0.
void check_positive(std::string_view op, std::string_view what, double value, Where where);
/// `axis` counted from the front; throws Error{Attribute} where x has no such axis.
int checked_axis(std::string_view op, Value x, int axis, Where where);

/// The same for a list; an empty one stands for all axes.
Axes checked_axes(std::string_view op, Value x, Axes axes, Where where);
/// x without these axes, which have extent 1.
Value without_axes(Value x, const Axes& axes, Where where);
/// x in f32 if it has 16 bits: squares of such floats overflow from 256 on.
Value wide(Value x);

/// 0, 1, 2, ... along `axis`, in that type or in x's.
Value positions(GraphData* graph, const TensorType& type, int axis);
inline Value positions(Value x, int axis) { return positions(x.graph(), x.type(), axis); }

/// bool[indices.shape, classes]: true where the last position equals the index. Narrow ints are
/// widened first, so that more classes than they can count do not wrap onto others.
Value class_hits(Value indices, Dim classes, Where where);

/// x shifted by its greatest finite value along `axes` (kept with extent 1), which derivatives do
/// not see; the shift is 0 where no element is finite at the top, so that nothing becomes inf -
/// inf.
struct Shifted {
  Value shift; ///< extent 1 along the axes
  Value x;     ///< x - shift: at most 0
};
Shifted shifted_by_max(Value x, const Axes& axes);

} // namespace nngc
