#include "codegen/frame.h"

#include <cassert>

namespace nngc::codegen {

llvm::StructType* call_type(IrContext& ir) {
  return llvm::StructType::get(ir.llvm, {ir.pointer_type(), ir.pointer_type(), ir.pointer_type()});
}

Frame::Frame(IrContext& ir, llvm::Function& function, const loop::Entry& entry,
             ConstantGlobals& constants, Value* call)
    : ir_(ir), entry_(entry), constants_(constants), call_(call) {
  auto* start = llvm::BasicBlock::Create(ir.llvm, "start", &function);
  auto* body = llvm::BasicBlock::Create(ir.llvm, "body", &function);
  ir.builder.SetInsertPoint(start);
  end_of_start_ = ir.builder.CreateBr(body);
  ir.builder.SetInsertPoint(body);
}

Value* Frame::at_start(const std::function<Value*()>& make) {
  llvm::IRBuilderBase::InsertPointGuard guard(ir_.builder);
  ir_.builder.SetInsertPoint(end_of_start_);
  return make();
}

Value* Frame::field(unsigned number) {
  Value*& known = fields_[number];
  if (!known)
    known = at_start([&] {
      return ir_.builder.CreateLoad(ir_.pointer_type(),
                                    ir_.builder.CreateStructGEP(call_type(ir_), call_, number));
    });
  return known;
}

Value* Frame::buffer(int index) {
  if (const auto known = buffers_.find(index); known != buffers_.end())
    return known->second;
  const loop::Buffer& buffer = entry_.buffers[static_cast<std::size_t>(index)];
  auto& b = ir_.builder;
  Value* address = nullptr;
  switch (buffer.kind) {
  case loop::BufferKind::Input:
  case loop::BufferKind::Output:
  case loop::BufferKind::InOut:
    address = at_start([&] {
      return b.CreateLoad(ir_.pointer_type(),
                          b.CreateConstInBoundsGEP1_64(ir_.pointer_type(), field(CallFields::Args),
                                                       static_cast<std::uint64_t>(buffer.arg)),
                          buffer.name);
    });
    break;
  case loop::BufferKind::Arena:
    address = at_start([&] {
      return b.CreateInBoundsGEP(b.getInt8Ty(), field(CallFields::Workspace), dim(buffer.offset),
                                 buffer.name);
    });
    break;
  case loop::BufferKind::Constant: {
    llvm::GlobalVariable*& global = constants_[index];
    if (!global) {
      auto* data = llvm::ConstantDataArray::get(ir_.llvm, llvm::ArrayRef<std::uint8_t>(buffer.data));
      global = new llvm::GlobalVariable(ir_.module, data->getType(), true,
                                        llvm::GlobalValue::PrivateLinkage, data, "constant");
      global->setAlignment(llvm::Align(64));
    }
    address = global;
    break;
  }
  }
  buffers_[index] = address;
  return address;
}

Value* Frame::dim(const Dim& dim) {
  if (dim.is_static())
    return ir_.i64(dim.value());
  Value*& known = dims_[{dim.symbol_id(), dim.scale(), dim.offset()}];
  if (known)
    return known;
  Value*& symbol = symbols_[dim.symbol_id()];
  auto& b = ir_.builder;
  if (!symbol) {
    unsigned position = 0;
    while (entry_.symbols.at(position) != dim.symbol_id())
      ++position;
    symbol = at_start([&] {
      return b.CreateLoad(
          ir_.i64_type(),
          b.CreateConstInBoundsGEP1_64(ir_.i64_type(), field(CallFields::Dims), position),
          dim.symbol_name());
    });
  }
  known = at_start([&] {
    return b.CreateAdd(scaled(ir_, symbol, ir_.i64(dim.scale())), ir_.i64(dim.offset()));
  });
  return known;
}

Value* Frame::base(int buffer, const Dim& offset) {
  Value* address = this->buffer(buffer);
  Value* start = dim(offset);
  return at_start([&] { return element(ir_, buffer_type(buffer), address, start); });
}

Value* element(IrContext& ir, DType dtype, Value* address, Value* offset) {
  if (const auto* constant = constant_of(offset); constant && constant->isZero())
    return address;
  return ir.builder.CreateGEP(memory_type(ir, dtype), address, offset);
}

Value* scaled(IrContext& ir, Value* a, Value* b) {
  for (auto [one, other] : {std::pair(a, b), std::pair(b, a)})
    if (const auto* constant = constant_of(one)) {
      if (constant->isOne())
        return other;
      if (constant->isZero())
        return ir.i64(0);
    }
  return ir.builder.CreateMul(a, b);
}

}  // namespace nngc::codegen
