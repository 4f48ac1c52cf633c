// What cum_reduce, cum_arg and linrec share.
#include "ops/running.h"

namespace nngc {

Direction direction_of(const Attrs& attrs) {
  return {static_cast<int>(attrs.get<std::int64_t>("axis")), attrs.get<bool>("reverse")};
}

Value moved_along(Value v, Direction d, int by, double fill) {
  Axes lo(static_cast<std::size_t>(v.rank()), 0), hi = lo;
  const std::int64_t distance = d.reverse ? -by : by;
  lo[static_cast<std::size_t>(d.axis)] = distance;
  hi[static_cast<std::size_t>(d.axis)] = -distance;
  return pad(v, fill, lo, hi);
}

Value sum_along(Value v, Value positions, int axis) {
  const int last = v.rank() - 1;
  Axes to_last = other_axes(v.rank(), {axis}), back(to_last.size() + 1);
  to_last.push_back(axis);
  for (std::size_t i = 0; i < to_last.size(); ++i)
    back[static_cast<std::size_t>(to_last[i])] = static_cast<std::int64_t>(i);
  const Value updates = transpose(v, to_last);
  const Value sums = scatter_add(zeros(v.graph(), updates.type()), transpose(positions, to_last),
                                 updates, last, IndexMode::Fill, last);
  return transpose(sums, back);
}

} // namespace nngc
