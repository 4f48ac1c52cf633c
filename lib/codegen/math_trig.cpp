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

// |x| less the nearest multiple n of pi/2, where n times the second part of pi/2 is small, in two
// parts; and rounder() + n.
ValuePair reduce_moderate(const MathKernel& k, Value* magnitude, Value*& shifted) {
  Value* rounder = k.constant(k.rounder());
  shifted = k.fma(magnitude, k.constant(k_two_over_pi), rounder);
  Value* n = k.sub(shifted, rounder);
  const std::span<const double> parts =
      k.is_f64 ? std::span<const double>(k_pi_2_fused) : std::span<const double>(k_pi_2_fused_f32);
  // Exact: the difference fits.
  Value* near = k.fnma(n, k.constant(parts[0]), magnitude);
  const ValuePair second = k.exact_product(n, k.constant(parts[1]));
  // Where the second part is the larger one both have so few bits that the sum is exact anyway.
  const ValuePair sum = k.fast_sum(near, k.negate(second.hi));
  return {sum.hi, k.fnma(n, k.constant(parts[2]), k.sub(sum.lo, second.lo))};
}

Value* moderate_sin_cos(const MathKernel& k, Value* x, Value* magnitude, bool cosine) {
  auto& b = k.builder;
  Value* shifted = nullptr;
  const ValuePair r = reduce_moderate(k, magnitude, shifted);
  Value* quadrant = k.to_bits(shifted);
  if (cosine) quadrant = b.CreateAdd(quadrant, k.integer(1));
  Value* odd = b.CreateICmpNE(b.CreateAnd(quadrant, k.integer(1)), k.integer(0));
  std::span<const double> sine(k_sin_f32), cosines(k_cos_f32);
  if (k.is_f64) sine = k_sin_f64, cosines = k_cos_f64;
  // sin r = r + (r Q + lo) with Q = z S(z), cos r = 1 + r (r Q - lo) with Q = -1/2 + z C(z): one
  // road with chosen coefficients.
  const auto choose = [&](double for_cos, double for_sin) {
    return k.select(odd, k.constant(for_cos), k.constant(for_sin));
  };
  Value* z = k.mul(r.hi, r.hi);
  const auto every = [&](std::size_t start, std::size_t step, Value* by) {
    std::size_t i = start + (sine.size() - 1 - start) / step * step;
    Value* sum = choose(cosines[i], sine[i]);
    for (; i >= start + step; i -= step)
      sum = k.fma(sum, by, choose(cosines[i - step], sine[i - step]));
    return sum;
  };
  // Many terms are two chains, the even and the odd ones.
  Value* square = k.is_f64 ? k.mul(z, z) : nullptr;
  Value* sum = k.is_f64 ? k.fma(every(1, 2, square), z, every(0, 2, square)) : every(0, 1, z);
  sum = k.fma(sum, z, choose(-0.5, 0));
  Value* inner = k.fma(r.hi, sum, k.select(odd, k.negate(r.lo), r.lo));
  Value* one = k.constant(1);
  Value* value = k.fma(k.select(odd, r.hi, one), inner, k.select(odd, one, r.hi));
  Value* flip = b.CreateShl(quadrant, k.integer(k.pick(30U, 62U)));
  if (!cosine) flip = b.CreateXor(flip, k.to_bits(x));
  flip = b.CreateAnd(flip, k.integer(std::uint64_t{1} << k.pick(31, 63)));
  return k.from_bits(b.CreateXor(k.to_bits(value), flip));
}

} // namespace

llvm::Value* emit_sin_cos(const MathKernel& k, Value* x, bool cosine) {
  const auto any = [cosine](const MathKernel& inside, Value* argument) {
    return any_sin_cos(inside, argument, cosine);
  };
  const char* name = cosine ? "nngc.cos" : "nngc.sin";
  // Two roundings where the short road counts on one: all take the long one.
  if (!k.fused) return called(k, x, name, any);
  Value* magnitude = k.abs(x);
  Value* special = k.builder.CreateFCmpUGT(magnitude, k.constant(k.pick(0x1p15, huge)));
  return patched(k, x, special, moderate_sin_cos(k, x, magnitude, cosine), name, any);
}

} // namespace nngc::codegen
