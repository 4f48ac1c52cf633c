/// The emitters behind MathEmitter, one file per family. Arguments have the kernel's type.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "codegen/math_kernel.h"

namespace nngc::codegen {

// math_exp.cpp
llvm::Value* emit_exp(const MathKernel& k, llvm::Value* x);
llvm::Value* emit_expm1(const MathKernel& k, llvm::Value* x);
llvm::Value* emit_tanh(const MathKernel& k, llvm::Value* x);
llvm::Value* emit_logistic(const MathKernel& k, llvm::Value* x);
/// e^(x + rest); x is within the clamp of emit_exp, rest far below x.
llvm::Value* exp_of_sum(const MathKernel& k, llvm::Value* x, llvm::Value* rest);

// math_log.cpp
/// |x| = m 2^e for finite nonzero x, m within sqrt 2 of 1; subnormals too.
struct Binary {
  llvm::Value* mantissa;
  llvm::Value* exponent;
};
Binary split_binary(const MathKernel& k, llvm::Value* x, bool maybe_subnormal);
llvm::Value* emit_log(const MathKernel& k, llvm::Value* x);
llvm::Value* emit_log1p(const MathKernel& k, llvm::Value* x);

// math_pow.cpp
llvm::Value* emit_pow(const MathKernel& k, llvm::Value* x, llvm::Value* y);

/// An odd function of |x| in pieces, see math_tables.h: entry `index` mod their number, which is
/// the one at 0 where `first` is set.
template <std::size_t Count, std::size_t Rows>
llvm::Value* by_pieces(const MathKernel& k,
                       const std::array<std::array<double, Count>, Rows>& pieces,
                       llvm::Value* magnitude, llvm::Value* index, llvm::Value* first) {
  llvm::Value* d = k.sub(magnitude, k.lookup(pieces[0], index));
  llvm::Value* sum = k.lookup(pieces[Rows - 1], index);
  for (std::size_t row = Rows - 1; row-- > 2;) sum = k.fma(sum, d, k.lookup(pieces[row], index));
  return k.fma(sum, d, k.select(first, magnitude, k.lookup(pieces[1], index)));
}

// math_erf_atan.cpp
llvm::Value* emit_erf(const MathKernel& k, llvm::Value* x);
llvm::Value* emit_atan(const MathKernel& k, llvm::Value* x);

// math_trig.cpp
llvm::Value* emit_sin_cos(const MathKernel& k, llvm::Value* x, bool cosine);

// math_reduce.cpp
/// The module's function double -> {quadrant i64, double, double}: for finite |x| >= 2^20, x less
/// (quadrant mod 4) pi/2, as a sum of two, within pi/4.
llvm::Function* huge_reduction(const MathKernel& k);
/// An internal function of the builder's module with the caller's target; its body is empty when
/// new.
llvm::Function* helper_function(const MathKernel& k, const std::string& name, llvm::Type* result,
                                llvm::Type* parameter);

// math_patch.cpp
using Writer = std::function<llvm::Value*(const MathKernel&, llvm::Value*)>;
/// What `write` makes of x, in a function `name` of its own, written once per module.
llvm::Value* called(const MathKernel& k, llvm::Value* x, const std::string& name,
                    const Writer& write);
/// Lanes of x of whose `measure`, an integer without sign, those bits are above `limit`. It is
/// written once for the test, and once more where lanes are rare: what waited for that branch in a
/// register would be missing before it.
struct Rare {
  std::function<llvm::Value*(llvm::Value*)> measure;
  std::uint64_t limit;
  std::uint64_t bits = ~std::uint64_t{0};
};
/// `usual`, but in rare lanes what that function makes of x. Leaves the builder in a new block.
llvm::Value* patched(const MathKernel& k, llvm::Value* x, const Rare& when, llvm::Value* usual,
                     const std::string& name, const Writer& write);

// math_round.cpp
enum class Rounding { Floor, Ceil, Trunc, Even };
llvm::Value* emit_rounding(const MathKernel& k, llvm::Value* x, Rounding mode);
llvm::Value* emit_rsqrt(const MathKernel& k, llvm::Value* x);

} // namespace nngc::codegen
