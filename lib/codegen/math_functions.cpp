#include "codegen/math_functions.h"

#include <cassert>

#include "codegen/math_families.h"

namespace nngc::codegen {

llvm::Value* MathEmitter::emit(MathFn fn, llvm::Value* x, llvm::Value* y) {
  // Under reassociation the error terms would vanish.
  llvm::IRBuilderBase::FastMathFlagGuard guard(builder_);
  builder_.clearFastMathFlags();
  const MathKernel k(builder_, target_, fused_, x->getType());
  switch (fn) {
  case MathFn::Exp: return emit_exp(k, x);
  case MathFn::Expm1: return emit_expm1(k, x);
  case MathFn::Log: return emit_log(k, x);
  case MathFn::Log1p: return emit_log1p(k, x);
  case MathFn::Tanh: return emit_tanh(k, x);
  case MathFn::Logistic: return emit_logistic(k, x);
  case MathFn::Erf: return emit_erf(k, x);
  case MathFn::Sin:
  case MathFn::Cos: return emit_sin_cos(k, x, fn == MathFn::Cos);
  case MathFn::Atan: return emit_atan(k, x);
  case MathFn::Pow: assert(y != nullptr && "pow has two arguments"); return emit_pow(k, x, y);
  case MathFn::Sqrt: return k.sqrt(x);
  case MathFn::Rsqrt: return emit_rsqrt(k, x);
  case MathFn::Floor: return emit_rounding(k, x, Rounding::Floor);
  case MathFn::Ceil: return emit_rounding(k, x, Rounding::Ceil);
  case MathFn::Trunc: return emit_rounding(k, x, Rounding::Trunc);
  case MathFn::RoundEven: return emit_rounding(k, x, Rounding::Even);
  }
  assert(false && "not a function");
  return nullptr;
}

} // namespace nngc::codegen
