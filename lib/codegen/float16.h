/// 16-bit floats, held as i16, to and from f32. Scalars and fixed vectors alike.
#pragma once

#include "codegen/llvm_ir.h"
#include "codegen/target_traits.h"

namespace nngc::codegen {

/// To the nearest, ties to even; too large goes to infinity, NaN stays NaN (quiet), subnormals are
/// kept. f32 (or a vector of it) to i16.
llvm::Value* f32_to_bf16(llvm::IRBuilder<>& builder, llvm::Value* value);
llvm::Value* f32_to_f16(llvm::IRBuilder<>& builder, const TargetTraits& target, llvm::Value* value);
/// Exact; a NaN becomes quiet. i16 (or a vector of it) to f32.
llvm::Value* bf16_to_f32(llvm::IRBuilder<>& builder, llvm::Value* bits);
llvm::Value* f16_to_f32(llvm::IRBuilder<>& builder, const TargetTraits& target, llvm::Value* bits);

} // namespace nngc::codegen
