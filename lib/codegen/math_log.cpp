/// log and log1p: x = m 2^e, then log x = e ln 2 + log(1 + f) with f = m - 1. In f32, log has a
/// table: with m near c, log x = e ln 2 + log c + log(1 - q).
#include "codegen/math_coefficients.h"
#include "codegen/math_families.h"
#include "codegen/math_tables.h"

namespace nngc::codegen {
namespace {

using llvm::Value;

// log(1 + f) - f.
Value* bend(const MathKernel& k, Value* f) {
  if (!k.is_f64) {
    // f^3 P(f) - f^2/2, in which no rounding weighs as much as f^2's own.
    Value* square = k.mul(f, f);
    Value* cubic = k.mul(k.mul(f, square), k.polynomial(f, square, k_log_f32));
    return k.fma(square, k.constant(-0.5), cubic);
  }
  // With s = f / (2 + f), log(1 + f) = 2 atanh s, which is f - f^2/2 + s (f^2/2 + R(s^2)): half as
  // many terms, and the division takes its time beside them.
  Value* s = k.div(f, k.add(k.constant(2), f));
  Value* z = k.mul(s, s);
  Value* half_square = k.mul(k.mul(f, k.constant(0.5)), f);
  Value* rest = k.mul(z, k.polynomial(z, k_log_f64));
  return k.fma(s, k.add(half_square, rest), k.negate(half_square));
}

// log(m 2^e) + correction.
Value* finish_log(const MathKernel& k, const Binary& x, Value* correction) {
  Value* f = k.sub(x.mantissa, k.constant(1));
  Value* beyond = bend(k, f);
  // e ln2_hi is exact; it may cancel with f, so their sum is kept exact too.
  Value* whole = k.mul(x.exponent, k.constant(k.pick(k_ln2_hi_f32, k_ln2_hi_f64)));
  const ValuePair sum = k.fast_sum(whole, f);
  Value* ln2_lo = k.constant(k.pick(k_ln2_lo_f32, k_ln2_lo_f64));
  Value* low = k.add(sum.lo, k.fma(x.exponent, ln2_lo, beyond));
  if (correction != nullptr) low = k.add(low, correction);
  return k.add(sum.hi, low);
}

// f32. With `scaled`, where that is true x was multiplied by 2^25 first.
Value* log_by_table(const MathKernel& k, Value* x, Value* scaled) {
  auto& b = k.builder;
  // Bits count from the table's start: above 2^23 the exponent of the c that is nearest, then its
  // index.
  Value* moved = b.CreateSub(k.to_bits(x), k.integer(k_log_start_f32));
  Value* exponent_bits = b.CreateAnd(moved, k.integer(0xff800000));
  Value* m = k.from_bits(b.CreateSub(k.to_bits(x), exponent_bits));
  Value* index = b.CreateLShr(moved, k.integer(18));
  Value* exponent = b.CreateSIToFP(exponent_bits, k.type); // times 2^23, as the constants know
  if (scaled != nullptr)
    exponent = k.sub(exponent, k.select(scaled, k.constant(0x1.9p+27), k.constant(0)));
  // 1 - m / c cancels; e ln 2 + log c is exact, as both are short.
  Value* q = k.residual(m, k.lookup(k_log_reciprocals_f32, index), k.constant(1));
  Value* whole = k.fma(exponent, k.constant(k_log_step_hi_f32), k.lookup(k_log_centres_f32, index));
  Value* near = k.fnma(exponent, k.constant(k_log_step_lo_f32), q);
  near = k.fma(k.mul(q, q), k.polynomial(q, k_log_near_f32), near);
  return k.sub(whole, near);
}

// The value at 0, below 0 and at infinity; `x` is the argument of the logarithm proper.
Value* with_special_values(const MathKernel& k, Value* x, Value* value) {
  Value* zero = k.constant(0);
  Value* pole = k.select(k.equal(x, zero), k.negate(k.infinity()), k.quiet_nan());
  value = k.select(k.greater(x, zero), value, pole);
  return k.select(k.equal(x, k.infinity()), x, value);
}

} // namespace

Binary split_binary(const MathKernel& k, Value* x, bool maybe_subnormal) {
  auto& b = k.builder;
  const auto bits = static_cast<std::uint64_t>(k.mantissa_bits());
  const double offset = k.pick(0x1p23, 0x1p52);
  const double bias = static_cast<double>(k.bias());
  Value* away = k.constant(offset + bias);
  if (maybe_subnormal) {
    Value* small = k.less(x, k.constant(k.pick(0x1p-126, 0x1p-1022)));
    x = k.select(small, k.mul(x, k.constant(k.pick(0x1p25, 0x1p54))), x);
    away = k.select(small, k.constant(offset + bias + k.pick(25.0, 54.0)), away);
  }
  // Adding the distance from sqrt 1/2 to 1 carries into the exponent just where m would exceed
  // sqrt 2.
  const std::uint64_t one = k.bias() << bits;
  const std::uint64_t root_half = k.pick<std::uint64_t>(0x3f3504f3, 0x3fe6a09e667f3bcd);
  Value* moved = b.CreateAdd(k.to_bits(x), k.integer(one - root_half));
  Value* mantissa = b.CreateAnd(moved, k.integer((std::uint64_t{1} << bits) - 1));
  // The exponent becomes a float as the last bits of a large number: no conversion of 64-bit
  // integers.
  Value* exponent = b.CreateOr(b.CreateLShr(moved, k.integer(bits)),
                               k.integer(k.pick<std::uint64_t>(0x4b000000, 0x4330000000000000)));
  return {k.from_bits(b.CreateAdd(mantissa, k.integer(root_half))),
          k.sub(k.from_bits(exponent), away)};
}

llvm::Value* emit_log(const MathKernel& k, Value* x) {
  // Below the smallest normal number, with the sign set, infinite or NaN: as bits, all others are
  // neighbours.
  const auto bits = static_cast<std::uint64_t>(k.mantissa_bits());
  const std::uint64_t smallest = std::uint64_t{1} << bits;
  const auto distance = [&](Value* argument) {
    return k.builder.CreateSub(k.to_bits(argument), k.integer(smallest));
  };
  const Rare unusual = {distance, (2 * k.bias() << bits) - 1};
  Value* usual =
      k.is_f64 ? finish_log(k, split_binary(k, x, false), nullptr) : log_by_table(k, x, nullptr);
  return patched(k, x, unusual, usual, "nngc.log", [](const MathKernel& all, Value* any) {
    if (all.is_f64)
      return with_special_values(all, any, finish_log(all, split_binary(all, any, true), nullptr));
    Value* small = all.less(any, all.constant(0x1p-126));
    Value* normal = all.select(small, all.mul(any, all.constant(0x1p25)), any);
    return with_special_values(all, any, log_by_table(all, normal, small));
  });
}

llvm::Value* emit_log1p(const MathKernel& k, Value* x) {
  // log(1 + x) = log(u) + (what u = 1 + x lost) / u.
  const ValuePair sum = k.exact_sum(k.constant(1), x);
  Value* value = finish_log(k, split_binary(k, sum.hi, false), k.div(sum.lo, sum.hi));
  value = with_special_values(k, sum.hi, value);
  Value* tiny = k.less(k.abs(x), k.constant(k.pick(0x1p-26, 0x1p-55)));
  return k.select(tiny, x, value);
}

} // namespace nngc::codegen
