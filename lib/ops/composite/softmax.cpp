// Softmax and its logarithms. A row that is all -inf (fully masked) has softmax 0, log_softmax and
// logsumexp -inf, and finite derivatives; a row with +inf or NaN is NaN where IEEE says so.
#include <limits>

#include "ops/composite/composite.h"

namespace nngc {

Value softmax(Value x, int axis, Where where) {
  check_float("softmax", x, where);
  const Axes axes{checked_axis("softmax", x, axis, where)};
  const Value powers = exp(shifted_by_max(x, axes).x);
  const Value sum = reduce_sum(powers, axes, true);
  return powers / select(eq(sum, 0), 1, sum);
}

// (x - max) - log(sum): x - logsumexp(x) would round away what a large max leaves.
Value log_softmax(Value x, int axis, Where where) {
  check_float("log_softmax", x, where);
  const Axes axes{checked_axis("log_softmax", x, axis, where)};
  const Value below = shifted_by_max(x, axes).x;
  const Value sum = reduce_sum(exp(below), axes, true);
  return below - log(select(eq(sum, 0), 1, sum));
}

Value logsumexp(Value x, Axes axes, bool keepdims, Where where) {
  check_float("logsumexp", x, where);
  axes = checked_axes("logsumexp", x, std::move(axes), where);
  const Shifted s = shifted_by_max(x, axes);
  const Value sum = reduce_sum(exp(s.x), axes, true);
  // log(0) is right as a value; the mask of select keeps its infinite derivative out.
  const Value result =
      s.shift + select(eq(sum, 0), -std::numeric_limits<double>::infinity(), log(sum));
  return keepdims ? result : without_axes(result, axes, where);
}

} // namespace nngc
