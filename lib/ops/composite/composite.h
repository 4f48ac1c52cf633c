/// Checks that composites make before they build anything, so that a mistake names the function
/// that was called.
#pragma once

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
/// `axis` counted from the front; throws Error{Attribute} where x has no such axis.
int checked_axis(std::string_view op, Value x, int axis, Where where);

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
