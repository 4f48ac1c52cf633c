/// Rounding to integers, and the reciprocal square root.
#include "codegen/math_families.h"

namespace nngc::codegen {

using llvm::Value;

llvm::Value* emit_rounding(const MathKernel& k, Value* x, Rounding mode) {
  if (k.target.has_sse41) {
    static constexpr llvm::Intrinsic::ID ids[] = {llvm::Intrinsic::floor, llvm::Intrinsic::ceil,
                                                  llvm::Intrinsic::trunc,
                                                  llvm::Intrinsic::roundeven};
    return k.builder.CreateUnaryIntrinsic(ids[static_cast<int>(mode)], x);
  }
  // Without SSE4.1 those are library calls. Adding 2^23 (2^52) leaves the nearest integer.
  Value* magnitude = k.abs(x);
  Value* sign = k.sign_of(x);
  Value* big = k.constant(k.pick(0x1p23, 0x1p52));
  Value* nearest = k.sub(k.add(magnitude, big), big);
  if (mode == Rounding::Trunc) {
    Value* less_one = k.sub(nearest, k.constant(1));
    nearest = k.select(k.greater(nearest, magnitude), less_one, nearest);
  }
  Value* rounded = k.with_sign(nearest, sign);
  if (mode == Rounding::Floor) {
    rounded = k.select(k.greater(rounded, x), k.sub(rounded, k.constant(1)), rounded);
  } else if (mode == Rounding::Ceil) {
    // The sum may be a zero that must stay negative.
    Value* up = k.with_sign(k.abs(k.add(rounded, k.constant(1))), sign);
    rounded = k.select(k.less(rounded, x), up, rounded);
  }
  // From there on every number is an integer; NaN stays as well.
  return k.select(k.less(magnitude, big), rounded, x);
}

llvm::Value* emit_rsqrt(const MathKernel& k, Value* x) {
  // A Newton step on the rounded value, its residual 1 - x y^2 computed exactly.
  Value* y = k.div(k.constant(1), k.sqrt(x));
  const ValuePair xy = k.exact_product(x, y);
  Value* left = k.fnma(xy.lo, y, k.residual(xy.hi, y, k.constant(1)));
  Value* better = k.fma(k.mul(y, k.constant(0.5)), left, y);
  // At 0 and infinity the residual is NaN and y is right.
  return k.select(k.builder.CreateFCmpORD(left, left), better, y);
}

} // namespace nngc::codegen
