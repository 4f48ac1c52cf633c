/// pow: e^(y log|x|) with the logarithm to many more bits than the result, then the special cases.
#include "codegen/math_coefficients.h"
#include "codegen/math_families.h"

namespace nngc::codegen {
namespace {

using llvm::Value;

// f32: 2^(y log2 |x|) in f64, rounded once at the end; 2^-40 is plenty. |x| is finite and not 0.
Value* core_f32(const MathKernel& k, Value* magnitude, Value* y) {
  auto& b = k.builder;
  const MathKernel w = k.wide();
  const Binary x = split_binary(w, b.CreateFPExt(magnitude, w.type), false);
  Value* one = w.constant(1);
  Value* s = w.div(w.sub(x.mantissa, one), w.add(x.mantissa, one));
  Value* log2 = w.fma(s, w.polynomial(w.mul(s, s), k_pow_log2_f32), x.exponent);
  Value* power = w.clamp(w.mul(b.CreateFPExt(y, w.type), log2), -200, 200);
  Value* rounder = w.constant(w.rounder());
  Value* shifted = w.add(power, rounder);
  Value* r = w.sub(power, w.sub(shifted, rounder));
  Value* mantissa = w.fma(r, w.polynomial(r, k_pow_exp2_f32), one);
  Value* biased = w.rounded_integer(shifted, static_cast<std::int64_t>(w.bias()));
  Value* scale = w.from_bits(b.CreateShl(biased, w.integer(52)));
  return b.CreateFPTrunc(w.mul(mantissa, scale), k.type);
}

// log(m 2^e) to about 2^-66 of itself, by 2 atanh(s) with s = (m - 1)/(m + 1) in two parts.
ValuePair long_log(const MathKernel& k, const Binary& x) {
  Value* one = k.constant(1);
  Value* f = k.sub(x.mantissa, one);
  const ValuePair sum = k.exact_sum(x.mantissa, one);
  Value* s_hi = k.div(f, sum.hi);
  Value* s_lo = k.div(k.fnma(s_hi, sum.lo, k.residual(s_hi, sum.hi, f)), sum.hi);
  auto times = [&](ValuePair a, ValuePair b) {
    const ValuePair product = k.exact_product(a.hi, b.hi);
    Value* cross = k.fma(a.hi, b.lo, k.mul(a.lo, b.hi));
    return k.fast_sum(product.hi, k.add(product.lo, cross));
  };
  // c + a, |a| < |c|.
  auto onto = [&](Value* c_hi, Value* c_lo, ValuePair a) {
    const ValuePair total = k.fast_sum(c_hi, a.hi);
    return k.fast_sum(total.hi, k.add(total.lo, k.add(a.lo, c_lo)));
  };
  const ValuePair s = k.fast_sum(s_hi, s_lo);
  const ValuePair z = times(s, s);
  // s (2 + z (2/3 + z (2/5 + z R(z)))): only R is good enough in one double.
  const ValuePair rest = k.exact_product(z.hi, k.polynomial(z.hi, k_pow_log_f64));
  ValuePair inner = onto(k.constant(k_two_fifths_hi), k.constant(k_two_fifths_lo), rest);
  inner = onto(k.constant(k_two_thirds_hi), k.constant(k_two_thirds_lo), times(z, inner));
  inner = times(s, times(z, inner));
  Value* two = k.constant(2);
  const ValuePair log_m = onto(k.mul(s.hi, two), k.mul(s.lo, two), inner);

  // e ln2_hi is exact.
  const ValuePair whole = k.fast_sum(k.mul(x.exponent, k.constant(k_ln2_hi_f64)), log_m.hi);
  Value* low = k.fma(x.exponent, k.constant(k_ln2_lo_f64), log_m.lo);
  // ln2_lo x e is below 2^-31: its own rounding error, below 2^-84, does not count.
  const ValuePair low_sum = k.exact_sum(whole.lo, low);
  const ValuePair total = k.fast_sum(whole.hi, low_sum.hi);
  return k.fast_sum(total.hi, k.add(total.lo, low_sum.lo));
}

Value* core_f64(const MathKernel& k, Value* magnitude, Value* y) {
  const ValuePair log = long_log(k, split_binary(k, magnitude, true));
  // |log| >= 2^-53 unless it is 0: beyond 2^64 y decides overflow or underflow alone.
  y = k.clamp(y, -0x1p64, 0x1p64);
  const ValuePair product = k.exact_product(log.hi, y);
  Value* low = k.fma(log.lo, y, product.lo);
  const ValuePair sum = k.fast_sum(product.hi, low);
  Value* power = k.clamp(sum.hi, -746, 710);
  // A clamped power has a low part of another number; the result is 0 or infinity anyway.
  Value* rest = k.select(k.equal(power, sum.hi), sum.lo, k.constant(0));
  return exp_of_sum(k, power, rest);
}

} // namespace

llvm::Value* emit_pow(const MathKernel& k, Value* x, Value* y) {
  auto& b = k.builder;
  Value* zero = k.constant(0);
  Value* one = k.constant(1);
  Value* infinity = k.infinity();
  Value* magnitude = k.abs(x);
  Value* value = k.is_f64 ? core_f64(k, magnitude, y) : core_f32(k, magnitude, y);

  // |x| is 0 or infinity, then 1 (where y may be infinite).
  Value* is_zero = k.equal(magnitude, zero);
  Value* edge = b.CreateOr(is_zero, k.equal(magnitude, infinity));
  Value* vanishes = b.CreateXor(is_zero, k.less(y, zero));
  value = k.select(edge, k.select(vanishes, zero, infinity), value);
  value = k.select(k.equal(magnitude, one), one, value);

  // A negative x: the sign of an odd y, no value where y is no integer.
  Value* whole = k.equal(emit_rounding(k, y, Rounding::Even), y);
  Value* y_half = k.mul(y, k.constant(0.5));
  Value* half_whole = k.equal(emit_rounding(k, y_half, Rounding::Even), y_half);
  Value* odd = b.CreateAnd(whole, b.CreateNot(half_whole));
  Value* sign = b.CreateSelect(odd, k.sign_of(x), k.integer(0));
  value = k.with_sign(value, sign);
  Value* undefined = b.CreateAnd(b.CreateAnd(k.less(x, zero), k.greater(x, k.negate(infinity))),
                                 b.CreateNot(whole));
  undefined = b.CreateOr(undefined, b.CreateFCmpUNO(x, y));
  value = k.select(undefined, k.quiet_nan(), value);
  // Annex F: 1 even if the other argument is NaN.
  return k.select(b.CreateOr(k.equal(x, one), k.equal(y, zero)), one, value);
}

} // namespace nngc::codegen
