/// erf and atan, both odd: computed for |x|, the sign put back.
#include "codegen/math_coefficients.h"
#include "codegen/math_families.h"
#include "codegen/math_tables.h"

namespace nngc::codegen {

using llvm::Value;

llvm::Value* emit_erf(const MathKernel& k, Value* x) {
  // In f64 eight pieces, whose table is one register wide; where products are rounded before they
  // are added, sixteen shorter ones, in which less is added.
  const bool wide = k.is_f64 && k.fused;
  Value* magnitude = k.abs(x);
  Value* ceiling = k.constant(k.pick(3.93, 5.95)); // erf rounds to 1 from here on
  Value* capped = k.select(k.greater(magnitude, ceiling), ceiling, magnitude);
  // The nearest of the even steps, whose number is in the low bits.
  Value* rounder = k.constant(k.rounder());
  Value* shifted = k.fma(capped, k.constant(wide ? 1.25 : k.pick(8.0, 2.5)), rounder);
  Value* index = k.to_bits(shifted);
  Value* first = k.less(shifted, k.constant(k.rounder() + (wide ? 1 : 2))); // those that start at 0
  Value* value = wide       ? by_pieces(k, k_erf_f64, capped, index, first)
                 : k.is_f64 ? by_pieces(k, k_erf_short_f64, capped, index, first)
                            : by_pieces(k, k_erf_f32, capped, index, first);
  return k.with_sign(value, k.sign_of(x));
}

llvm::Value* emit_atan(const MathKernel& k, Value* x) {
  std::span<const double> terms(k_atan_f32);
  if (k.is_f64) terms = k_atan_f64;
  // Rotated by 0, pi/4 or pi/2 so that |t| <= tan(pi/8): t = a, (a - 1)/(a + 1) or -1/a.
  Value* one = k.constant(1);
  Value* zero = k.constant(0);
  Value* ceiling = k.constant(k.pick(0x1p30, 0x1p60)); // atan rounds to pi/2, and 1/a is no 0
  Value* magnitude = k.abs(x);
  Value* a = k.select(k.greater(magnitude, ceiling), ceiling, magnitude);
  Value* middle = k.greater(a, k.constant(0.41421356237309503));
  Value* steep = k.greater(a, k.constant(2.414213562373095));
  auto choose = [&](Value* at_0, Value* at_45, Value* at_90) {
    return k.select(steep, at_90, k.select(middle, at_45, at_0));
  };
  const ValuePair below = k.exact_sum(a, k.constant(-1));
  const ValuePair above = k.exact_sum(a, one);
  const ValuePair numerator = {choose(a, below.hi, k.constant(-1)), choose(zero, below.lo, zero)};
  const ValuePair denominator = {choose(one, above.hi, a), choose(zero, above.lo, zero)};
  auto value_of = [&](double f32, double f64) { return k.constant(k.pick(f32, f64)); };
  Value* base_hi =
      choose(zero, value_of(k_pi_4_hi_f32, k_pi_4_hi_f64), value_of(k_pi_2_hi_f32, k_pi_2_hi_f64));
  Value* base_lo =
      choose(zero, value_of(k_pi_4_lo_f32, k_pi_4_lo_f64), value_of(k_pi_2_lo_f32, k_pi_2_lo_f64));

  const ValuePair t = k.divide_long(numerator, denominator);
  Value* z = k.mul(t.hi, t.hi);
  Value* bend = k.fma(k.mul(t.hi, z), k.polynomial(z, terms), k.add(base_lo, t.lo));
  const ValuePair sum = k.fast_sum(base_hi, t.hi);
  Value* value = k.add(sum.hi, k.add(sum.lo, bend));
  return k.with_sign(value, k.sign_of(x));
}

} // namespace nngc::codegen
