/// exp and what is made of it. All start from x = n ln 2 + r, with r kept in two parts: n is an
/// integer, or where a table of its powers pays a multiple of 1/16, in f64 of 1/8.
#include <bit>

#include "codegen/math_coefficients.h"
#include "codegen/math_families.h"
#include "codegen/math_tables.h"

namespace nngc::codegen {
namespace {

using llvm::Value;

struct Reduced {
  Value* n;       // a float with an integer
  Value* shifted; // rounder() + n
  Value* r;
  Value* rest; // r + rest is good to far more than r alone
};

Reduced reduce(const MathKernel& k, Value* x) {
  Value* rounder = k.constant(k.rounder());
  Value* shifted = k.fma(x, k.constant(k_log2_e), rounder);
  Value* n = k.sub(shifted, rounder);
  // n ln2_hi is exact and so is the difference, fused or not.
  Value* near = k.fnma(n, k.constant(k.pick(k_ln2_hi_f32, k_ln2_hi_f64)), x);
  Value* ln2_lo = k.constant(k.pick(k_ln2_lo_f32, k_ln2_lo_f64));
  Value* r = k.fnma(n, ln2_lo, near);
  return {n, shifted, r, k.fnma(n, ln2_lo, k.sub(near, r))};
}

// Coefficients of (e^r - 1 - r) / r^2; the first is 1/2.
std::span<const double> coefficients(const MathKernel& k) {
  std::span<const double> list(k_exp_f32);
  if (k.is_f64) list = k_exp_f64;
  return list;
}

// e^r - 1 - r, plus the rest of r.
Value* beyond_linear(const MathKernel& k, const Reduced& reduced) {
  Value* r = reduced.r;
  return k.fma(k.mul(r, r), k.polynomial(r, coefficients(k)), reduced.rest);
}

Value* finish_exp(const MathKernel& k, const Reduced& reduced) {
  Value* value = k.add(k.constant(1), k.add(reduced.r, beyond_linear(k, reduced)));
  return k.scale(value, k.power_of_two(reduced.n, reduced.shifted));
}

// e^-x = 2^n (1 + loss) e^-r, n a multiple of 1/16, in f64 of 1/8: the powers of these are in a
// table, with what they lost.
struct Stepped {
  Value* n;
  Value* shifted; // n and a constant that leaves its multiple in the low bits
  Value* r;       // short of n times step_lost
  Value* step_lost;
  Value* loss;
};

std::span<const double> powers_of_step(const MathKernel& k) {
  return k.is_f64 ? std::span<const double>(k_exp2_f64) : std::span<const double>(k_exp2_f32);
}

Stepped reduce_by_steps(const MathKernel& k, Value* x) {
  const auto steps = static_cast<double>(powers_of_step(k).size());
  std::span<const double> losses(k_exp2_lost_f32);
  if (k.is_f64) losses = k_exp2_lost_f64;
  Value* rounder = k.constant(k.rounder() / steps);
  Value* shifted = k.fnma(x, k.constant(k_log2_e), rounder);
  Value* n = k.sub(shifted, rounder);
  Value* step = k.constant(steps * k.pick(k_exp_step_f32, k_exp_step_f64));
  Value* step_lost = k.constant(steps * k.pick(k_exp_step_lost_f32, k_exp_step_lost_f64));
  Value* r = k.residual(k.negate(n), step, x);
  return {n, shifted, r, step_lost, k.lookup(losses, k.to_bits(shifted))};
}

// (1 + loss) e^-r - 1.
Value* growth(const MathKernel& k, const Stepped& s) {
  std::span<const double> terms(k_exp_less_f32);
  if (k.is_f64) terms = k_exp_less_f64;
  Value* r = k.fma(s.n, s.step_lost, s.r);
  return k.fma(k.mul(r, r), k.polynomial(r, terms), k.sub(s.loss, r));
}

// Half of e^x - 1. Halved, because 2^n itself overflows where the result is near the largest
// number.
ValuePair half_expm1_f32(const MathKernel& k, Value* x) {
  const Reduced reduced = reduce(k, x);
  Value* biased = k.rounded_integer(reduced.shifted, static_cast<std::int64_t>(k.bias()) - 1);
  Value* half_power = k.from_bits(
      k.builder.CreateShl(biased, k.integer(static_cast<std::uint64_t>(k.mantissa_bits()))));
  // (2^n - 1)/2 + 2^n/2 (r + r^2/2 + ...): the first terms may cancel, so their sums are kept
  // exact. Where 2^n is so small that fast_sum is wrong about what it lost, that is 0 and so is the
  // loss.
  Value* r = reduced.r;
  Value* square = k.mul(r, r);
  const ValuePair whole = k.fast_sum(half_power, k.constant(-0.5));
  const ValuePair linear = k.fast_sum(whole.hi, k.mul(half_power, r));
  const ValuePair sum = k.fast_sum(linear.hi, k.mul(k.mul(half_power, k.constant(0.5)), square));
  Value* cubic = k.fma(k.mul(square, r), k.polynomial(r, coefficients(k).subspan(1)), reduced.rest);
  return {sum.hi, k.fma(half_power, cubic, k.add(sum.lo, k.add(linear.lo, whole.lo)))};
}

// The same by steps: r is so small that the terms beyond it need no second part.
ValuePair half_expm1_f64(const MathKernel& k, Value* x) {
  const Stepped s = reduce_by_steps(k, k.negate(x));
  Value* power = k.power_of_step(powers_of_step(k), k.to_bits(s.shifted));
  Value* one_off = k.integer(std::uint64_t{1} << k.mantissa_bits());
  Value* half_power = k.from_bits(k.builder.CreateSub(k.to_bits(power), one_off));
  const ValuePair whole = k.exact_sum(half_power, k.constant(-0.5));
  // Less half_power r, exactly.
  ValuePair linear;
  if (k.fused) {
    linear.hi = k.fnma(half_power, s.r, whole.hi);
    linear.lo = k.fnma(half_power, s.r, k.sub(whole.hi, linear.hi));
  } else {
    const ValuePair product = k.exact_product(half_power, s.r);
    linear = k.fast_sum(whole.hi, k.negate(product.hi));
    linear.lo = k.sub(linear.lo, product.lo);
  }
  Value* lost = k.fnma(s.n, s.step_lost, s.loss);
  Value* r = k.fma(s.n, s.step_lost, s.r);
  const std::span<const double> terms(k_expm1_less_f64);
  Value* rest = k.fma(k.mul(r, r), k.polynomial(r, terms), lost);
  return {linear.hi, k.fma(half_power, rest, k.add(linear.lo, whole.lo))};
}

// For all x, with results down to the smallest.
Value* logistic_of_any(const MathKernel& k, Value* x) {
  // With e = e^-|x|: e / (1 + e) for negative x, else 1 / (1 + e).
  Value* floor = k.constant(k.pick(-104.0, -746.0));
  Value* below = k.negate(k.abs(x));
  const Reduced reduced = reduce(k, k.select(k.less(below, floor), floor, below));
  const PowerOfTwo power = k.power_of_two(reduced.n, reduced.shifted);
  Value* one = k.constant(1);
  const ValuePair linear = k.fast_sum(one, reduced.r);
  const ValuePair mantissa = k.fast_sum(linear.hi, k.add(linear.lo, beyond_linear(k, reduced)));
  ValuePair divisor = k.fast_sum(one, k.scale(mantissa.hi, power));
  divisor.lo = k.add(divisor.lo, k.scale(mantissa.lo, power));

  // The numerator's power of two comes last, so that a subnormal result is rounded once.
  Value* negative = k.less(x, k.constant(0));
  Value* zero = k.constant(0);
  const ValuePair numerator = {k.select(negative, mantissa.hi, one),
                               k.select(negative, mantissa.lo, zero)};
  PowerOfTwo chosen;
  if (power.exponent != nullptr)
    chosen.exponent = k.select(negative, power.exponent, zero);
  else
    chosen = {.first = k.select(negative, power.first, one),
              .second = k.select(negative, power.second, one)};
  return k.scale(k.divide(numerator, divisor), chosen);
}

} // namespace

llvm::Value* emit_exp(const MathKernel& k, Value* x) {
  // Beyond the clamp the result is 0 or infinity, which the scaling gives.
  Value* clamped = k.clamp(x, k.pick(-104.0, -746.0), k.pick(89.0, 710.0));
  // Machines without fma have no permutation either, and there the table of floats costs more than
  // it spares.
  if (!k.fused && !k.is_f64) return finish_exp(k, reduce(k, clamped));
  const Stepped s = reduce_by_steps(k, k.negate(clamped));
  Value* mantissa = k.lookup(powers_of_step(k), k.to_bits(s.shifted));
  const auto steps = static_cast<unsigned>(powers_of_step(k).size());
  return k.scale(k.fma(mantissa, growth(k, s), mantissa), k.power_of_two(s.n, s.shifted, steps));
}

llvm::Value* exp_of_sum(const MathKernel& k, Value* x, Value* rest) {
  Reduced reduced = reduce(k, x);
  // What is not far below r has to go through the polynomial.
  const ValuePair r = k.exact_sum(reduced.r, rest);
  reduced.r = r.hi;
  reduced.rest = k.add(reduced.rest, r.lo);
  return finish_exp(k, reduced);
}

llvm::Value* emit_expm1(const MathKernel& k, Value* x) {
  Value* clamped = k.clamp(x, k.pick(-30.0, -60.0), k.pick(89.0, 710.0));
  const ValuePair half = k.is_f64 ? half_expm1_f64(k, clamped) : half_expm1_f32(k, clamped);
  Value* sum = k.add(half.hi, half.lo);
  // Halving a subnormal is not exact; there, and up to here, x itself is the nearest.
  Value* tiny = k.less(k.abs(x), k.constant(k.pick(0x1p-26, 0x1p-55)));
  return k.select(tiny, x, k.add(sum, sum));
}

llvm::Value* emit_tanh(const MathKernel& k, Value* x) {
  Value* magnitude = k.abs(x);
  Value* ceiling = k.constant(k.pick(9.5, 20.0)); // from here on tanh rounds to 1
  Value* capped = k.select(k.greater(magnitude, ceiling), ceiling, magnitude);
  if (!k.is_f64) {
    // Quarters of octaves, the first of them down to 0.
    Value* low = k.constant(0x1p-4);
    Value* placed = k.select(k.less(capped, low), low, capped);
    Value* index = k.builder.CreateLShr(k.to_bits(placed), k.integer(21));
    Value* first = k.less(capped, k.constant(0x1.4p-4));
    return k.with_sign(by_pieces(k, k_tanh_f32, capped, index, first), k.sign_of(x));
  }
  // With h = (e^2|x| - 1)/2, tanh |x| = h / (h + 1): a quotient q of rounded ones, and what is left
  // of h - q (h + 1) = h (1 - q) - q, for which 1 - q is all that has to be known exactly.
  Value* one = k.constant(1);
  const ValuePair h = half_expm1_f64(k, k.add(capped, capped));
  Value* whole = k.add(h.hi, h.lo);
  Value* reciprocal = k.div(one, k.add(whole, one));
  Value* q = k.mul(whole, reciprocal);
  const ValuePair other = k.fast_sum(one, k.negate(q));
  Value* over = k.residual(h.hi, other.hi, q);
  over = k.fnma(h.hi, other.lo, k.fnma(h.lo, other.hi, over));
  Value* tiny = k.less(magnitude, k.constant(0x1p-28));
  return k.select(tiny, x, k.with_sign(k.fnma(over, reciprocal, q), k.sign_of(x)));
}

llvm::Value* emit_logistic(const MathKernel& k, Value* x) {
  Value* one = k.constant(1);
  // e^|x| and e^-|x| are normal up to here.
  constexpr float most_f32 = 87;
  constexpr double most_f64 = 708;

  const Stepped s = reduce_by_steps(k, x);
  Value* power = k.power_of_step(powers_of_step(k), k.to_bits(s.shifted));
  Value* usual = nullptr;
  if (k.is_f64) {
    Value* grown = growth(k, s);
    // 1 / (1 + e^-x): the divisor as a sum, its quotient, and what that leaves.
    const ValuePair whole = k.ordered_sum(one, power);
    Value* rest = k.fma(power, grown, whole.lo);
    Value* quotient = k.div(one, k.add(whole.hi, rest));
    Value* left = k.fnma(quotient, rest, k.residual(quotient, whole.hi, one));
    // What the quotient lost may be subnormal, so it stays inside of fma.
    usual = k.fma(quotient, left, quotient);
  } else {
    // q = 1 / (1 + power) is the value where r is 0; from there it is three terms of a series, for
    // q' = q (1 - q), q'' = q' (1 - 2q), q''' = q' (1 - 6 q (1 - q)).
    Value* q = k.div(one, k.add(one, power));
    // 1 - q, and what it loses; less q power that is what the quotient lost, as a part of it.
    const ValuePair other = k.fast_sum(one, k.negate(q));
    Value* lost = k.add(k.residual(q, power, other.hi), other.lo);
    Value* half_second = k.sub(k.constant(0.5), q);
    Value* sixth_third = k.fnma(q, other.hi, k.constant(1.0 / 6));
    // What the step and the power lost is too little to matter in r^2.
    Value* all_of_r = k.sub(s.r, k.fnma(s.n, s.step_lost, s.loss));
    Value* moved = k.fma(k.mul(s.r, s.r), k.fma(s.r, sixth_third, half_second), all_of_r);
    // The slope is that of the true quotient: 1 - q may have few digits.
    usual = k.fma(q, k.fma(k.sub(other.hi, lost), moved, lost), q);
  }
  // As bits, NaN is larger than all numbers.
  const auto size = [&](Value* argument) { return k.to_bits(k.abs(argument)); };
  const Rare beyond = {size, k.pick(std::uint64_t{std::bit_cast<std::uint32_t>(most_f32)},
                                    std::bit_cast<std::uint64_t>(most_f64))};
  return patched(k, x, beyond, usual, "nngc.logistic", logistic_of_any);
}

} // namespace nngc::codegen
