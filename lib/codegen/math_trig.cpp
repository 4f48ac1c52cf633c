/// sin and cos: x = q pi/2 + r, |r| <= pi/4. With fma, arguments of moderate size take a short road
/// in their own type. For all others the reduction runs in f64: up to 2^20 by subtracting multiples
/// of pi/2 in parts, beyond that lane by lane with huge_reduction().
#include "codegen/math_coefficients.h"
#include "codegen/math_families.h"

namespace nngc::codegen {
namespace {

using llvm::Value;

constexpr double huge = 0x1p20;

struct Angle {
  Value* quadrant; // 64-bit integers, mod 4
  ValuePair r;     // f64
};

// `w` is the f64 kernel; `precise` asks for a low part (else it is 0).
Angle reduce_small(const MathKernel& w, Value* x, bool precise) {
  Value* rounder = w.constant(w.rounder());
  Value* shifted = w.fma(x, w.constant(k_two_over_pi), rounder);
  Value* n = w.sub(shifted, rounder);
  Value* quadrant = w.to_bits(shifted);
  Value* zero = w.constant(0);
  // x - n part[0] is always exact: with fma as the result fits, else because the product does.
  if (w.fused) {
    Value* near = w.fnma(n, w.constant(k_pi_2_fused[0]), x);
    Value* second = w.constant(k_pi_2_fused[1]);
    if (!precise) return {quadrant, {w.fnma(n, second, near), zero}};
    const ValuePair product = w.exact_product(n, second);
    const ValuePair sum = w.exact_sum(near, w.negate(product.hi));
    Value* lo = w.fnma(n, w.constant(k_pi_2_fused[2]), w.sub(sum.lo, product.lo));
    return {quadrant, w.fast_sum(sum.hi, lo)};
  }
  auto times = [&](std::size_t part) { return w.mul(n, w.constant(k_pi_2_short[part])); };
  Value* near = w.sub(x, times(0));
  if (!precise) return {quadrant, {w.sub(w.sub(near, times(1)), times(2)), zero}};
  const ValuePair one = w.exact_sum(near, w.negate(times(1)));
  const ValuePair two = w.exact_sum(one.hi, w.negate(times(2)));
  Value* lo = w.sub(w.add(one.lo, two.lo), times(3));
  return {quadrant, w.fast_sum(two.hi, lo)};
}

// Replaces the lanes with a large finite x. Leaves the builder in a new block.
Angle patch_huge(const MathKernel& w, Value* x, const Angle& angle) {
  auto& b = w.builder;
  llvm::Function* function = b.GetInsertBlock()->getParent();
  auto block = [&](const char* name) {
    return llvm::BasicBlock::Create(b.getContext(), name, function);
  };
  auto* entry = b.GetInsertBlock();
  auto* loop = block("lane");
  auto* reduce = block("reduce");
  auto* next = block("next");
  auto* done = block("done");
  Value* big = w.greater(w.abs(x), w.constant(huge));
  b.CreateCondBr(w.lanes != 0 ? b.CreateOrReduce(big) : big, loop, done);

  Value* values[3] = {angle.quadrant, angle.r.hi, angle.r.lo};
  llvm::PHINode* in_loop[3];
  llvm::PHINode* after[3];
  b.SetInsertPoint(loop);
  llvm::PHINode* lane = b.CreatePHI(b.getInt64Ty(), 2);
  lane->addIncoming(b.getInt64(0), entry);
  for (int i = 0; i < 3; ++i) {
    in_loop[i] = b.CreatePHI(values[i]->getType(), 2);
    in_loop[i]->addIncoming(values[i], entry);
  }
  Value* one = w.lanes != 0 ? b.CreateExtractElement(x, lane) : x;
  Value* size = b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, one);
  llvm::Type* f64 = b.getDoubleTy();
  Value* wanted = b.CreateAnd(b.CreateFCmpOGT(size, llvm::ConstantFP::get(f64, huge)),
                              b.CreateFCmpOLT(size, llvm::ConstantFP::getInfinity(f64)));
  b.CreateCondBr(wanted, reduce, next);

  b.SetInsertPoint(reduce);
  Value* reduced = b.CreateCall(huge_reduction(w), {one});
  Value* patched[3];
  for (unsigned i = 0; i < 3; ++i) {
    Value* part = b.CreateExtractValue(reduced, i);
    patched[i] = w.lanes != 0 ? b.CreateInsertElement(in_loop[i], part, lane) : part;
  }
  b.CreateBr(next);

  b.SetInsertPoint(next);
  for (int i = 0; i < 3; ++i) {
    after[i] = b.CreatePHI(values[i]->getType(), 2);
    after[i]->addIncoming(in_loop[i], loop);
    after[i]->addIncoming(patched[i], reduce);
    in_loop[i]->addIncoming(after[i], next);
  }
  Value* following = b.CreateAdd(lane, b.getInt64(1));
  lane->addIncoming(following, next);
  const std::uint64_t count = w.lanes != 0 ? w.lanes : 1;
  b.CreateCondBr(b.CreateICmpULT(following, b.getInt64(count)), loop, done);

  b.SetInsertPoint(done);
  for (int i = 0; i < 3; ++i) {
    auto* joined = b.CreatePHI(values[i]->getType(), 2);
    joined->addIncoming(values[i], entry);
    joined->addIncoming(after[i], next);
    values[i] = joined;
  }
  return {values[0], {values[1], values[2]}};
}

// sin and cos of r.hi + r.lo, one of them chosen and signed by the quadrant.
Value* evaluate(const MathKernel& k, ValuePair r, Value* quadrant) {
  auto& b = k.builder;
  std::span<const double> sine(k_sin_f32);
  std::span<const double> cosine(k_cos_f32);
  if (k.is_f64) {
    sine = k_sin_f64;
    cosine = k_cos_f64;
  }
  Value* z = k.mul(r.hi, r.hi);
  Value* half = k.mul(z, k.constant(0.5));
  // sin: r.hi + (r.hi^3 S(z) + r.lo cos r.hi); the cosine of so small a term may be 1 - z/2.
  Value* bend = k.fma(k.mul(r.hi, z), k.polynomial(z, sine), k.fnma(half, r.lo, r.lo));
  Value* sin_r = k.add(r.hi, bend);
  // cos: 1 - z/2 in two parts, then z^2 C(z) - r.hi r.lo.
  const ValuePair bulk = k.fast_sum(k.constant(1), k.negate(half));
  // What rounding z lost is far below; only its use in 1 - z/2 matters, and there it is exact
  // enough.
  Value* tail = k.fma(k.mul(z, z), k.polynomial(z, cosine), k.fnma(r.hi, r.lo, bulk.lo));
  Value* cos_r = k.add(bulk.hi, tail);

  Value* odd = b.CreateICmpNE(b.CreateAnd(quadrant, k.integer(1)), k.integer(0));
  const unsigned top = k.pick(30U, 62U);
  Value* flip = b.CreateShl(b.CreateAnd(quadrant, k.integer(2)), k.integer(top));
  Value* value = k.select(odd, cos_r, sin_r);
  return k.from_bits(b.CreateXor(k.to_bits(value), flip));
}

// For all x.
Value* any_sin_cos(const MathKernel& k, Value* x, bool cosine) {
  auto& b = k.builder;
  const MathKernel w = k.wide();
  Value* wide_x = k.is_f64 ? x : b.CreateFPExt(x, w.type);
  const Angle angle = patch_huge(w, wide_x, reduce_small(w, wide_x, k.is_f64));
  Value* quadrant = k.is_f64 ? angle.quadrant : b.CreateTrunc(angle.quadrant, k.integer_type);
  if (cosine) quadrant = b.CreateAdd(quadrant, k.integer(1));
  ValuePair r = angle.r;
  if (!k.is_f64) {
    Value* hi = b.CreateFPTrunc(r.hi, k.type);
    Value* lo = w.add(w.sub(r.hi, b.CreateFPExt(hi, w.type)), r.lo);
    r = {hi, b.CreateFPTrunc(lo, k.type)};
  }
  Value* value = evaluate(k, r, quadrant);
  if (!cosine) {
    // Here r is x itself; only the sign of zero would be lost.
    Value* tiny = k.less(k.abs(x), k.constant(k.pick(0x1p-13, 0x1p-27)));
    value = k.select(tiny, x, value);
  }
  Value* finite = k.less(k.abs(x), k.infinity());
  return k.select(finite, value, k.quiet_nan());
}

// n multiples of pi/2 are next to x; for the cosine n + 1 in the low bits of `shifted`. They are
// counted in a unit in which those that are too large are at least 2: as for infinity and NaN, the
// highest bit of the exponent is set.
struct Multiples {
  Value* shifted;
  Value* n;
};

double unit_of(const MathKernel& k) {
  return 2.0 / k.pick(1 << k_moderate_bits_f32, 1 << k_moderate_bits_f64);
}

Multiples multiples(const MathKernel& k, Value* x, bool cosine) {
  const double unit = unit_of(k);
  Value* rounder = k.constant((k.rounder() + (cosine ? 1 : 0)) * unit);
  Value* shifted = k.fma(x, k.constant(k_two_over_pi * unit), rounder);
  return {shifted, k.sub(shifted, rounder)};
}

// x less a multiple n of pi/2, in two parts: `r` less `lost`.
struct Moderate {
  Value* q; // n, for the cosine n + 1, in the low bits
  Value* r;
  Value* lost;
};

Moderate reduce_moderate(const MathKernel& k, Value* x, bool cosine) {
  const auto [shifted, n] = multiples(k, x, cosine);
  const std::span<const double> parts = k.is_f64 ? std::span<const double>(k_pi_2_moderate_f64)
                                                 : std::span<const double>(k_pi_2_moderate_f32);
  const auto part = [&](std::size_t i) { return k.constant(parts[i] / unit_of(k)); };
  // Exact, all three: the difference fits; the second part is short; and where that product is the
  // larger one both have so few bits that the difference fits too. A negative zero stays one.
  Value* near = k.fnma(n, part(0), x);
  Value* second = k.mul(n, part(1));
  Value* r = k.sub(near, second);
  Value* lost = k.add(k.sub(r, near), second);
  return {k.to_bits(shifted), r, k.fma(n, part(2), lost)};
}

// With w = sin r, and with w = 2 sin(r/2), whose square gives the cosine: cos r = 1 - w^2/2. Both
// are r + r z P(z), but for the factor in z = r^2 or r^2/4; so little depends on the quadrant that
// it is looked up.
Value* moderate_sin_cos(const MathKernel& k, const Moderate& a) {
  const auto table = [&](double e0, double e1, double e2, double e3) {
    return k.by_quadrant({e0, e1, e2, e3}, a.q);
  };
  // r^2, and where a quarter of it is asked for, two off the exponent: integers need none of the
  // multipliers, of which all the rest is made. With something added that is nothing to any r but
  // those whose square is, the exponent is never too small for that.
  const double two_off = k.pick(0x1p-125, 0x1p-1021); // whose bits are 2 in the exponent's place
  Value* square = k.fma(a.r, a.r, k.constant(k.pick(0x1p-100, 0x1p-1000)));
  Value* less = k.to_bits(table(0, two_off, 0, two_off));
  Value* z = k.from_bits(k.builder.CreateSub(k.to_bits(square), less));
  std::vector<double> negated(k.pick(k_sin_f32.size(), k_sin_f64.size()));
  for (std::size_t i = 0; i < negated.size(); ++i)
    negated[i] = -(k.is_f64 ? k_sin_f64.at(i) : k_sin_f32.at(i));
  // Subtracted, all of this is a positive zero where r is a zero, and that keeps its sign; as does
  // the last sum, with a negative zero.
  Value* bend = k.fma(k.mul(a.r, z), k.polynomial(z, negated), a.lost);
  Value* w = k.sub(a.r, bend);
  Value* factor = k.fma(w, table(0, -0.5, 0, 0.5), table(1, 0, -1, 0));
  return k.fma(w, factor, table(-0.0, 1, -0.0, -1));
}

} // namespace

llvm::Value* emit_sin_cos(const MathKernel& k, Value* x, bool cosine) {
  const auto any = [cosine](const MathKernel& inside, Value* argument) {
    return any_sin_cos(inside, argument, cosine);
  };
  const char* name = cosine ? "nngc.cos" : "nngc.sin";
  // Two roundings where the short road counts on one: all take the long one.
  if (!k.fused) return called(k, x, name, any);
  const auto n = [&](Value* argument) { return k.to_bits(multiples(k, argument, cosine).n); };
  const Rare too_large = {n, 0, std::uint64_t{1} << k.pick(30, 62)};
  Value* usual = moderate_sin_cos(k, reduce_moderate(k, x, cosine));
  return patched(k, x, too_large, usual, name, any);
}

} // namespace nngc::codegen
