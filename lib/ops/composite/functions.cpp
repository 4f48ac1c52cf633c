// Functions of analysis that no primitive is: powers and logarithms of base 2, inverse circular
// functions.
#include <numbers>

#include "ops/composite/composite.h"

namespace nngc {

// The primitive power is exact to an ulp; exp(x log 2) loses a digit for every digit of x.
Value exp2(Value x, Where where) {
  check_float("exp2", x, where);
  return pow({2, where}, {x, where});
}

Value log2(Value x, Where where) {
  check_float("log2", x, where);
  return log(x, where) / std::numbers::ln2;
}

Value tan(Value x, Where where) {
  check_float("tan", x, where);
  return sin(x, where) / cos(x, where);
}

// By the half angle, with the roots apart: 1 - x^2 would cancel near 1, and the product of (1 - x)
// and (1 + x) under one root has a derivative 0 * inf at the ends.
Value asin(Value x, Where where) {
  check_float("asin", x, where);
  const Value root = sqrt(1 - Operand(x), where) * sqrt(x + 1, where);
  return atan(x / (root + 1), where) * 2;
}

// 2 atan(sqrt((1 - |x|) / (1 + |x|))) keeps its digits near 1; below 0 it is pi less that. The
// magnitude is a select because abs has the derivative 0 at 0.
Value acos(Value x, Where where) {
  check_float("acos", x, where);
  const Value negative = x < 0;
  const Value size = select(negative, neg(x), x);
  const Value angle = atan(sqrt(1 - Operand(size), where) / sqrt(size + 1, where), where) * 2;
  return select(negative, std::numbers::pi - Operand(angle), angle);
}

// The quotient that is at most 1 goes to atan. At the origin both are replaced by (0, 1), and the
// select keeps derivatives out.
Value atan2(Operand y, Operand x) {
  const auto [b, a] = broadcast_operands("atan2", y, x);
  check_float("atan2", a, x.where);
  const Value origin = bit_and(eq(a, 0), eq(b, 0));
  const Value flat = ge(abs(a), abs(b));
  const Value turned = select(b < 0, like(b, -std::numbers::pi), std::numbers::pi);
  const Value by_y = atan(b / select(origin, 1, a)) + select(a < 0, turned, 0);
  const Value by_x = turned * 0.5 - atan(a / select(origin, 1, b));
  return select(origin, 0, select(flat, by_y, by_x));
}

} // namespace nngc
