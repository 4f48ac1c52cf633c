// Norms. Squares are taken of x divided by its greatest magnitude, which derivatives do not see: so
// nothing overflows, and tiny vectors keep their length. At 0 a select keeps the root's infinite
// derivative out, at every order.
#include "ops/composite/composite.h"

namespace nngc {

namespace {

/// What the euclidean norms are made of.
struct Length {
  Value zero;   ///< bool: x is all zeros
  Value scaled; ///< x / size
  Value size;   ///< the greatest magnitude, 1 where that is 0 or not finite
  Value root;   ///< of the sum of squares of `scaled`; 1 where it is 0
};
Length length_of(Value x, const Axes& axes) {
  const Value greatest = stop_gradient(reduce_max(abs(x), axes, true));
  const Value size = select(bit_and(is_finite(greatest), greatest > 0), greatest, 1);
  const Value scaled = x / size;
  const Value sum = reduce_sum(square(scaled), axes, true);
  const Value zero = eq(sum, 0);
  return {zero, scaled, size, sqrt(select(zero, 1, sum))};
}

} // namespace

Value l1_norm(Value x, Axes axes, bool keepdims, Where where) {
  check_float("l1_norm", x, where);
  return reduce_sum(abs(x), checked_axes("l1_norm", x, std::move(axes), where), keepdims, where);
}

Value l2_norm(Value x, Axes axes, bool keepdims, Where where) {
  check_float("l2_norm", x, where);
  axes = checked_axes("l2_norm", x, std::move(axes), where);
  const Length l = length_of(x, axes);
  const Value result = select(l.zero, 0, l.root * l.size);
  return keepdims ? result : without_axes(result, axes, where);
}

Value max_norm(Value x, Axes axes, bool keepdims, Where where) {
  check_float("max_norm", x, where);
  return reduce_max(abs(x), checked_axes("max_norm", x, std::move(axes), where), keepdims, where);
}

Value normalize(Value x, int axis, Where where) {
  check_float("normalize", x, where);
  const Length l = length_of(x, {checked_axis("normalize", x, axis, where)});
  return select(l.zero, 0, l.scaled / l.root);
}

Value cosine_similarity(Value a, Value b, int axis, Where where) {
  check_same_floats("cosine_similarity", a, b, where);
  const int along = checked_axis("cosine_similarity", a, axis, where);
  return reduce_sum(normalize(a, along) * normalize(b, along), {along});
}

} // namespace nngc
