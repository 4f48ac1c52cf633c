#include "codegen/float16.h"

namespace nngc::codegen {
namespace {

using llvm::Type;
using llvm::Value;

Type* like(const Value* value, Type* scalar) {
  if (auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(value->getType()))
    return llvm::FixedVectorType::get(scalar, vector->getNumElements());
  return scalar;
}

Value* number(Type* type, std::uint64_t n) { return llvm::ConstantInt::get(type, n); }

} // namespace

llvm::Value* f32_to_bf16(llvm::IRBuilder<>& b, Value* value) {
  Type* i32 = like(value, b.getInt32Ty());
  Value* bits = b.CreateBitCast(value, i32);
  Value* high = b.CreateLShr(bits, number(i32, 16));
  // Half a unit, a little less where the last kept bit is even; a carry into the exponent is right.
  Value* tie = b.CreateAdd(b.CreateAnd(high, number(i32, 1)), number(i32, 0x7fff));
  Value* rounded = b.CreateLShr(b.CreateAdd(bits, tie), number(i32, 16));
  Value* quiet = b.CreateOr(high, number(i32, 0x40));
  Value* result = b.CreateSelect(b.CreateFCmpUNO(value, value), quiet, rounded);
  return b.CreateTrunc(result, like(value, b.getInt16Ty()));
}

llvm::Value* bf16_to_f32(llvm::IRBuilder<>& b, Value* bits) {
  Type* i32 = like(bits, b.getInt32Ty());
  Value* wide = b.CreateShl(b.CreateZExt(bits, i32), number(i32, 16));
  return b.CreateBitCast(wide, like(bits, b.getFloatTy()));
}

llvm::Value* f32_to_f16(llvm::IRBuilder<>& b, const TargetTraits& target, Value* value) {
  if (target.has_f16c)
    return b.CreateBitCast(b.CreateFPTrunc(value, like(value, b.getHalfTy())),
                           like(value, b.getInt16Ty()));
  Type* i32 = like(value, b.getInt32Ty());
  Value* bits = b.CreateBitCast(value, i32);
  Value* magnitude = b.CreateAnd(bits, number(i32, 0x7fffffff));
  Value* sign = b.CreateLShr(b.CreateXor(bits, magnitude), number(i32, 16));
  // Normal: rebias by 112 and round at bit 13.
  Value* cut = b.CreateLShr(magnitude, number(i32, 13));
  Value* tie = b.CreateAdd(b.CreateAnd(cut, number(i32, 1)), number(i32, 0xfff));
  Value* rebiased = b.CreateSub(b.CreateAdd(magnitude, tie), number(i32, 112U << 23));
  Value* normal = b.CreateLShr(rebiased, number(i32, 13));
  // Subnormal: 0.5 has the last place 2^-24 that they have, so adding it rounds them.
  Type* f32 = like(value, b.getFloatTy());
  Value* shifted = b.CreateFAdd(b.CreateBitCast(magnitude, f32), llvm::ConstantFP::get(f32, 0.5));
  Value* subnormal = b.CreateSub(b.CreateBitCast(shifted, i32), number(i32, 0x3f000000));
  Value* result =
      b.CreateSelect(b.CreateICmpULT(magnitude, number(i32, 0x38800000)), subnormal, normal);
  result = b.CreateSelect(b.CreateICmpUGE(magnitude, number(i32, 0x47800000)), number(i32, 0x7c00),
                          result);
  Value* payload = b.CreateAnd(cut, number(i32, 0x3ff));
  Value* quiet = b.CreateOr(payload, number(i32, 0x7e00));
  result = b.CreateSelect(b.CreateFCmpUNO(value, value), quiet, result);
  return b.CreateTrunc(b.CreateOr(result, sign), like(value, b.getInt16Ty()));
}

llvm::Value* f16_to_f32(llvm::IRBuilder<>& b, const TargetTraits& target, Value* bits) {
  Type* f32 = like(bits, b.getFloatTy());
  if (target.has_f16c) return b.CreateFPExt(b.CreateBitCast(bits, like(bits, b.getHalfTy())), f32);
  Type* i32 = like(bits, b.getInt32Ty());
  Value* wide = b.CreateZExt(bits, i32);
  Value* magnitude = b.CreateAnd(wide, number(i32, 0x7fff));
  Value* sign = b.CreateShl(b.CreateXor(wide, magnitude), number(i32, 16));
  // With the fields in place but the exponent 112 too small; subnormals are right too.
  Value* placed = b.CreateShl(magnitude, number(i32, 13));
  Value* scaled = b.CreateFMul(b.CreateBitCast(placed, f32), llvm::ConstantFP::get(f32, 0x1p112));
  Value* finite = b.CreateBitCast(scaled, i32);
  Value* special = b.CreateOr(placed, number(i32, 0x7f800000));
  Value* quiet = b.CreateOr(special, number(i32, 0x400000));
  special = b.CreateSelect(b.CreateICmpUGT(magnitude, number(i32, 0x7c00)), quiet, special);
  Value* result = b.CreateSelect(b.CreateICmpUGE(magnitude, number(i32, 0x7c00)), special, finite);
  return b.CreateBitCast(b.CreateOr(result, sign), f32);
}

} // namespace nngc::codegen
