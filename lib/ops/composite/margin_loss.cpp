// Losses that are content beyond a margin.
#include "ops/composite/composite.h"

namespace nngc {

Value hinge(Value score, Value target, Where where) {
  check_same_floats("hinge", score, target, where);
  return reduce_mean(relu(1 - Operand(target * score)));
}

Value triplet(Value anchor, Value positive, Value negative, double margin, Where where) {
  check_same_floats("triplet", anchor, positive, where);
  check_same_floats("triplet", anchor, negative, where);
  const Axes row{checked_axis("triplet", anchor, -1, where)};
  const Value near = l2_norm(anchor - positive, row), far = l2_norm(anchor - negative, row);
  return reduce_mean(relu(near - far + margin));
}

} // namespace nngc
