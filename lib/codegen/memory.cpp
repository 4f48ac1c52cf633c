#include "codegen/memory.h"

#include "codegen/float16.h"
#include "codegen/frame.h"

namespace nngc::codegen {
namespace {

llvm::Align alignment(DType dtype) {
  return llvm::Align(static_cast<std::uint64_t>(byte_size(dtype)));
}

/// Addresses of elements with offsets, one per lane.
Value* addresses(IrContext& ir, DType dtype, Value* address, Value* offsets) {
  if (const auto* known = constant_of(offsets); known && known->isZero()) return address;
  return ir.builder.CreateGEP(memory_type(ir, dtype), address, offsets);
}

/// Offsets of lanes that lie `stride` elements apart.
Value* lane_offsets(IrContext& ir, Value* stride, int lanes) {
  return ir.builder.CreateMul(lane_numbers(ir, ir.i64_type(), lanes), splat(ir, stride, lanes));
}

Value* all_lanes(IrContext& ir, int lanes) {
  return llvm::ConstantInt::getTrue(with_lanes(ir.builder.getInt1Ty(), lanes));
}

} // namespace

bool is_one(const Value* stride) {
  const auto* constant = constant_of(stride);
  return constant && constant->isOne();
}

Value* to_register(IrContext& ir, DType dtype, Value* memory) {
  if (dtype == DType::Bool)
    return ir.builder.CreateICmpNE(memory, llvm::Constant::getNullValue(memory->getType()));
  if (dtype == DType::BF16) return bf16_to_f32(ir.builder, memory);
  if (dtype == DType::F16) return f16_to_f32(ir.builder, ir.traits, memory);
  return memory;
}

Value* to_memory(IrContext& ir, DType dtype, Value* value) {
  if (dtype == DType::Bool)
    return ir.builder.CreateZExt(value, with_lanes(ir.builder.getInt8Ty(), lanes_of(value)));
  if (dtype == DType::BF16) return f32_to_bf16(ir.builder, value);
  if (dtype == DType::F16) return f32_to_f16(ir.builder, ir.traits, value);
  return value;
}

Value* rounded(IrContext& ir, DType dtype, Value* value) {
  if (dtype != DType::BF16 && dtype != DType::F16) return value;
  return to_register(ir, dtype, to_memory(ir, dtype, value));
}

Value* load_lanes(IrContext& ir, DType dtype, Value* address, Value* stride, int lanes,
                  Value* mask) {
  auto& b = ir.builder;
  Type* type = with_lanes(memory_type(ir, dtype), lanes);
  if (!is_one(stride))
    return load_offsets(ir, dtype, address, lane_offsets(ir, stride, lanes), mask);
  Value* loaded =
      mask ? static_cast<Value*>(b.CreateMaskedLoad(type, address, alignment(dtype), mask,
                                                    llvm::Constant::getNullValue(type)))
           : b.CreateAlignedLoad(type, address, alignment(dtype));
  return to_register(ir, dtype, loaded);
}

void store_lanes(IrContext& ir, DType dtype, Value* address, Value* stride, Value* value,
                 Value* mask, bool past_caches) {
  auto& b = ir.builder;
  const int lanes = lanes_of(value);
  if (!is_one(stride)) {
    store_offsets(ir, dtype, address, lane_offsets(ir, stride, lanes), value, mask);
    return;
  }
  Value* stored = to_memory(ir, dtype, value);
  if (mask) {
    b.CreateMaskedStore(stored, address, alignment(dtype), mask);
    return;
  }
  llvm::StoreInst* store =
      b.CreateAlignedStore(stored, address, past_caches ? llvm::Align(64) : alignment(dtype));
  if (past_caches)
    store->setMetadata(llvm::LLVMContext::MD_nontemporal,
                       llvm::MDNode::get(ir.llvm, llvm::ConstantAsMetadata::get(b.getInt32(1))));
}

Value* load_offsets(IrContext& ir, DType dtype, Value* address, Value* offsets, Value* mask) {
  auto& b = ir.builder;
  const int lanes = lanes_of(offsets);
  Type* type = with_lanes(memory_type(ir, dtype), lanes);
  Value* where = addresses(ir, dtype, address, offsets);
  if (lanes > 1) {
    Value* loaded =
        b.CreateMaskedGather(type, where, alignment(dtype), mask ? mask : all_lanes(ir, lanes),
                             llvm::Constant::getNullValue(type));
    return to_register(ir, dtype, loaded);
  }
  Value* zero = llvm::Constant::getNullValue(type);
  if (!mask) return to_register(ir, dtype, b.CreateAlignedLoad(type, where, alignment(dtype)));
  // One element under a condition: the load must not happen where it is false.
  Value* loaded = zero;
  llvm::BasicBlock* before = nullptr;
  llvm::BasicBlock* end = nullptr;
  if (const auto* known = constant_of(mask); known)
    return to_register(ir, dtype,
                       known->isZero() ? zero : b.CreateAlignedLoad(type, where, alignment(dtype)));
  before = b.GetInsertBlock();
  emit_if(ir, mask, [&] {
    loaded = b.CreateAlignedLoad(type, where, alignment(dtype));
    end = b.GetInsertBlock();
  });
  auto* phi = b.CreatePHI(type, 2);
  phi->addIncoming(zero, before);
  phi->addIncoming(loaded, end);
  return to_register(ir, dtype, phi);
}

void store_offsets(IrContext& ir, DType dtype, Value* address, Value* offsets, Value* value,
                   Value* mask) {
  auto& b = ir.builder;
  const int lanes = std::max(lanes_of(offsets), lanes_of(value));
  Value* where = addresses(ir, dtype, address, splat(ir, offsets, lanes));
  Value* stored = to_memory(ir, dtype, splat(ir, value, lanes));
  if (lanes > 1) {
    b.CreateMaskedScatter(stored, where, alignment(dtype),
                          mask ? splat(ir, mask, lanes) : all_lanes(ir, lanes));
    return;
  }
  emit_if(ir, mask ? mask : b.getTrue(),
          [&] { b.CreateAlignedStore(stored, where, alignment(dtype)); });
}

} // namespace nngc::codegen
