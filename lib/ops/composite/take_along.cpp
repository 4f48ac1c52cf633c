// take_along: elements by number along an axis, as rows of one element each, of which all axes but
// that one are shared.
#include "ops/composite/composite.h"

namespace nngc {

Value take_along(Value x, Value indices, int axis, IndexMode mode, Where where) {
  check_value("take_along", x, where);
  check_value("take_along", indices, where);
  axis = checked_axis("take_along", x, axis, where);
  if (indices.rank() != x.rank())
    throw Error(Error::Kind::Shape,
                "take_along: the ranks differ: operands " + x.type().str() + ", " +
                    indices.type().str(),
                where);
  const int last = x.rank() - 1;
  if (axis == last) return gather(x, indices, last, mode, last, where);
  Axes to_last = other_axes(x.rank(), {axis}), back(to_last.size() + 1);
  to_last.push_back(axis);
  for (std::size_t i = 0; i < to_last.size(); ++i)
    back[static_cast<std::size_t>(to_last[i])] = static_cast<std::int64_t>(i);
  return transpose(gather(transpose(x, to_last, where), transpose(indices, to_last, where), last,
                          mode, last, where),
                   back, where);
}

} // namespace nngc
