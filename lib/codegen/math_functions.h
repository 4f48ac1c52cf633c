/// Elementary functions as LLVM IR: polynomials of our own, the same for scalars and vectors of any
/// lane count, f32 and f64. No call, no intrinsic that becomes one; docs/accuracy.md has the
/// errors.
#pragma once

#include "codegen/llvm_ir.h"
#include "codegen/target_traits.h"

namespace nngc::codegen {

enum class MathFn {
  Exp,
  Expm1,
  Log,
  Log1p,
  Tanh,
  Logistic,
  Erf,
  Sin,
  Cos,
  Atan,
  Pow,
  Sqrt,
  Rsqrt,
  Floor,
  Ceil,
  Trunc,
  RoundEven
};

/// Emits functions at the builder's place. All keep the special values of C's Annex F (NaN,
/// infinities, signed zeros, subnormals); the builder's fast-math flags are not used, so results do
/// not depend on them. Targets with fma get the same bits from each other; so do targets without.
///
/// Needs an insertion block inside a function of a module: arguments that are rare have internal
/// functions beside it, called behind a branch. So the builder may be left in a new block.
class MathEmitter {
public:
  MathEmitter(llvm::IRBuilder<>& builder, const TargetTraits& target, bool allow_fma)
      : builder_(builder), target_(target), fused_(allow_fma && target.has_fma) {}

  /// `x` is float, double or a fixed vector of one; `y`, of the same type, is for Pow alone.
  llvm::Value* emit(MathFn fn, llvm::Value* x, llvm::Value* y = nullptr);

private:
  llvm::IRBuilder<>& builder_;
  TargetTraits target_;
  bool fused_;
};

} // namespace nngc::codegen
