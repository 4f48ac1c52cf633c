/// The instructions elementary functions are made of, for one float type and lane count.
#pragma once

#include <array>
#include <functional>

#include <cstdint>
#include <span>

#include "codegen/llvm_ir.h"
#include "codegen/target_traits.h"

namespace nngc::codegen {

/// An unevaluated sum, |lo| at most about half a last place of hi.
struct ValuePair {
  llvm::Value* hi = nullptr;
  llvm::Value* lo = nullptr;
};

/// 2^n in whatever form scales fastest, without overflow where only the product is in range.
struct PowerOfTwo {
  llvm::Value* exponent = nullptr; ///< n as a float, where the target scales by its floor
  llvm::Value* first = nullptr;    ///< else two factors
  llvm::Value* second = nullptr;
};

class MathKernel {
public:
  using Value = llvm::Value;

  /// `type`: float, double or a fixed vector of one.
  MathKernel(llvm::IRBuilder<>& builder, const TargetTraits& target, bool fused, llvm::Type* type);

  llvm::IRBuilder<>& builder;
  const TargetTraits target;
  const bool fused; ///< fma() rounds once
  llvm::Type* const type;
  llvm::Type* const integer_type; ///< as wide, lane for lane
  const bool is_f64;
  const unsigned lanes; ///< 0 for a scalar

  /// The same lane count, in f64.
  [[nodiscard]] MathKernel wide() const;
  /// `narrow` or `full`, by type: how constants of the two types are written side by side.
  template <class T> [[nodiscard]] T pick(T narrow, T full) const { return is_f64 ? full : narrow; }
  [[nodiscard]] int mantissa_bits() const { return pick(23, 52); }
  [[nodiscard]] std::uint64_t bias() const { return pick<std::uint64_t>(127, 1023); }

  [[nodiscard]] Value* constant(double value) const;
  [[nodiscard]] Value* integer(std::uint64_t value) const;
  [[nodiscard]] Value* infinity() const;
  [[nodiscard]] Value* quiet_nan() const;

  Value* add(Value* a, Value* b) const { return builder.CreateFAdd(a, b); }
  Value* sub(Value* a, Value* b) const { return builder.CreateFSub(a, b); }
  Value* mul(Value* a, Value* b) const { return builder.CreateFMul(a, b); }
  Value* div(Value* a, Value* b) const { return builder.CreateFDiv(a, b); }
  Value* negate(Value* a) const { return builder.CreateFNeg(a); }
  Value* abs(Value* a) const;
  Value* sqrt(Value* a) const;
  Value* fma(Value* a, Value* b, Value* c) const;
  /// c - a * b, with the rounding of fma().
  Value* fnma(Value* a, Value* b, Value* c) const { return fma(negate(a), b, c); }
  Value* less(Value* a, Value* b) const { return builder.CreateFCmpOLT(a, b); }
  Value* greater(Value* a, Value* b) const { return builder.CreateFCmpOGT(a, b); }
  Value* equal(Value* a, Value* b) const { return builder.CreateFCmpOEQ(a, b); }
  Value* select(Value* condition, Value* a, Value* b) const {
    return builder.CreateSelect(condition, a, b);
  }
  /// The nearest value of [low, high]; NaN stays.
  Value* clamp(Value* a, double low, double high) const;

  Value* to_bits(Value* a) const { return builder.CreateBitCast(a, integer_type); }
  Value* from_bits(Value* a) const { return builder.CreateBitCast(a, type); }
  /// The sign bit alone.
  Value* sign_of(Value* a) const;
  /// `a`, whose sign bit is clear, with that sign bit.
  Value* with_sign(Value* a, Value* sign_bits) const;

  /// c0 + x (c1 + x (c2 + ...)).
  Value* polynomial(Value* x, std::span<const double> coefficients) const;
  /// The same as a sum of its even and its odd terms: two chains of half the length, which pays
  /// where x^2 is there anyway.
  Value* polynomial(Value* x, Value* square, std::span<const double> coefficients) const;
  /// a + b exactly; fast_sum needs |a| >= |b| or a == 0, ordered_sum that neither is negative.
  ValuePair fast_sum(Value* a, Value* b) const;
  ValuePair ordered_sum(Value* a, Value* b) const;
  ValuePair exact_sum(Value* a, Value* b) const;
  /// a * b exactly, barring underflow of the low part and overflow.
  ValuePair exact_product(Value* a, Value* b) const;
  /// c - a * b where a * b is close to c: its leading bits cancel, so it is exact or nearly so.
  Value* residual(Value* a, Value* b, Value* c) const;
  /// (n.hi + n.lo) / (d.hi + d.lo), with an error little above half a last place.
  Value* divide(ValuePair n, ValuePair d) const;
  /// The same, to nearly twice the digits.
  ValuePair divide_long(ValuePair n, ValuePair d) const;

  /// The constant that, added, leaves the integer nearest to a small number in the low bits.
  [[nodiscard]] double rounder() const { return pick(0x1.8p23, 0x1.8p52); }
  /// The integer in rounder() + n, plus `offset`.
  Value* rounded_integer(Value* shifted, std::int64_t offset) const;
  /// 2^floor(n) for n, a float holding a multiple of 1/steps of at most 4 times the exponent range,
  /// and rounder() / steps + n; `steps` is a power of two.
  PowerOfTwo power_of_two(Value* n, Value* shifted, unsigned steps = 1) const;
  Value* scale(Value* a, const PowerOfTwo& power) const;
  /// 2^(n / powers.size()), which must be normal, of the bits of rounder() + n; powers[i] is that
  /// of i, and their number a power of two.
  Value* power_of_step(std::span<const double> powers, Value* shifted_bits) const;

  /// table[index mod its size], a power of two; `index` holds integers as wide as the lanes.
  Value* lookup(std::span<const double> table, Value* index) const;
  /// entries[quadrant mod 4], `quadrant` likewise.
  Value* by_quadrant(const std::array<double, 4>& entries, Value* quadrant) const;

private:
  /// Whether the lanes fill whole registers of 256 or 512 bits, which the target has.
  [[nodiscard]] bool fills_registers(unsigned bits) const;
  /// A function of registers that long, on those that make up the arguments.
  Value* per_register(unsigned bits, std::initializer_list<Value*> arguments,
                      const std::function<Value*(llvm::ArrayRef<Value*>)>& function) const;
  /// entries[index mod their number], as many as a 512-bit register has lanes.
  Value* permuted(llvm::ArrayRef<llvm::Constant*> entries, Value* index) const;
  /// The same with registers of 256 bits.
  Value* halves_permuted(llvm::ArrayRef<llvm::Constant*> entries, Value* index) const;
  ValuePair divide_in_parts(ValuePair n, ValuePair d) const;
};

} // namespace nngc::codegen
