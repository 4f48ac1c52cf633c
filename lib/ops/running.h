/// What cum_reduce, cum_arg and linrec share: attributes, shifts, lines of the interpreter.
#pragma once

#include "ops/axes.h"
#include "ops/eval_index.h"

namespace nngc {

/// Which way the steps go along which axis.
struct Direction {
  int axis = 0;
  bool reverse = false;
};
Direction direction_of(const Attrs& attrs);

/// Every element takes the place of the next step's, `by` -1: of the step before; `fill` moves in.
Value moved_along(Value v, Direction d, int by, double fill);

/// x[.., i, ..] += v[.., k, ..] for i = positions[.., k, ..] along the axis, from x = 0 of v's
/// shape; what has a negative position is dropped.
Value sum_along(Value v, Value positions, int axis);

/// Interpreter: f(result vector, zero) with what runs along: f32 and 16-bit floats in float, in
/// double with `acc` = f64.
template <class F> void with_total(EvalContext& c, F f) {
  std::visit(
      [&](auto& out) {
        using T = typename std::decay_t<decltype(out)>::value_type;
        if constexpr (std::is_same_v<T, float>)
          if (accumulates_in_double(c.attrs)) return f(out, 0.0);
        f(out, T{});
      },
      c.result.data);
}

/// Interpreter: f(first, step, count) for every line of elements along the axis, in the order of
/// the steps: element k is at first + k * step.
template <class F> void each_line(const Index& shape, Direction d, F f) {
  const auto axis = static_cast<std::size_t>(d.axis);
  const std::int64_t count = shape[axis];
  std::int64_t stride = 1;
  for (std::size_t i = axis + 1; i < shape.size(); ++i) stride *= shape[i];
  each_index(shape, [&](const Index& index, std::size_t at) {
    if (index[axis] != 0) return;
    const auto first = static_cast<std::int64_t>(at);
    if (d.reverse)
      f(first + (count - 1) * stride, -stride, count);
    else
      f(first, stride, count);
  });
}

} // namespace nngc
