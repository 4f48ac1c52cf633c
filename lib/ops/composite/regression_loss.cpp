// Losses between numbers: means over all elements, rank 0. Both sides have the same shape: a
// broadcast here is nearly always a mistake ([n] against [n,1]).
#include "ops/composite/composite.h"

namespace nngc {

Value mse(Value prediction, Value target, Where where) {
  check_same_floats("mse", prediction, target, where);
  return reduce_mean(square(prediction - target));
}

Value mae(Value prediction, Value target, Where where) {
  check_same_floats("mae", prediction, target, where);
  return reduce_mean(abs(prediction - target));
}

// d^2 / (2 beta) inside |d| < beta, |d| - beta / 2 outside: value and slope meet at beta.
Value smooth_l1(Value prediction, Value target, double beta, Where where) {
  check_same_floats("smooth_l1", prediction, target, where);
  check_positive("smooth_l1", "beta", beta, where);
  const Value difference = prediction - target, distance = abs(difference);
  return reduce_mean(
      select(distance < beta, square(difference) * (0.5 / beta), distance - 0.5 * beta));
}

} // namespace nngc
