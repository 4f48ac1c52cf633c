#include "codegen/frame.h"

#include <algorithm>

namespace nngc::codegen {

std::vector<int> used_buffers(const loop::Kernel& kernel) {
  std::vector<int> used;
  const auto add = [&](int buffer) {
    if (buffer >= 0 && std::ranges::find(used, buffer) == used.end()) used.push_back(buffer);
  };
  if (kernel.kind != loop::KernelKind::Nest) {
    add(kernel.a.buffer);
    add(kernel.b.buffer);
    add(kernel.scratch);
  }
  for (const loop::Phase& phase : kernel.phases)
    for (const loop::Instr& instr : phase.body) add(instr.buffer);
  return used;
}

Frame::Frame(IrContext& ir, llvm::Function& function, const loop::Entry& entry,
             const loop::Kernel& kernel, Value* context)
    : ir_(ir), entry_(entry), slots_(used_buffers(kernel)), context_(context) {
  start(function);
}

Frame::Frame(IrContext& ir, llvm::Function& function, const loop::Entry& entry,
             ConstantGlobals& constants, Value* args, Value* dims, Value* workspace)
    : ir_(ir), entry_(entry), constants_(&constants), args_(args), dims_array_(dims),
      workspace_(workspace) {
  start(function);
}

void Frame::start(llvm::Function& function) {
  auto* start = llvm::BasicBlock::Create(ir_.llvm, "start", &function);
  auto* body = llvm::BasicBlock::Create(ir_.llvm, "body", &function);
  ir_.builder.SetInsertPoint(start);
  end_of_start_ = ir_.builder.CreateBr(body);
  ir_.builder.SetInsertPoint(body);
}

Value* Frame::at_start(const std::function<Value*()>& make) {
  llvm::IRBuilderBase::InsertPointGuard guard(ir_.builder);
  ir_.builder.SetInsertPoint(end_of_start_);
  return make();
}

Value* Frame::pointer_at(Value* array, std::size_t n, const std::string& name) {
  return at_start([&] {
    Value* where = ir_.builder.CreateConstInBoundsGEP1_64(ir_.pointer_type(), array, n);
    return ir_.builder.CreateLoad(ir_.pointer_type(), where, name);
  });
}

Value* Frame::dims_address() {
  if (!dims_array_) dims_array_ = pointer_at(context_, 0, "dims");
  return dims_array_;
}

Value* Frame::buffer(int index) {
  if (const auto known = buffers_.find(index); known != buffers_.end()) return known->second;
  const loop::Buffer& buffer = entry_.buffers[static_cast<std::size_t>(index)];
  auto& b = ir_.builder;
  Value* address = nullptr;
  if (context_) {
    const auto slot = std::ranges::find(slots_, index) - slots_.begin();
    address = pointer_at(context_, static_cast<std::size_t>(slot) + 1, buffer.name);
    buffers_[index] = address;
    return address;
  }
  switch (buffer.kind) {
  case loop::BufferKind::Input:
  case loop::BufferKind::Output:
  case loop::BufferKind::InOut:
    address = pointer_at(args_, static_cast<std::size_t>(buffer.arg), buffer.name);
    break;
  case loop::BufferKind::Arena:
    address = dim(buffer.offset);
    address = at_start(
        [&] { return b.CreateInBoundsGEP(b.getInt8Ty(), workspace_, address, buffer.name); });
    break;
  case loop::BufferKind::Constant: {
    llvm::GlobalVariable*& global = (*constants_)[index];
    if (!global) {
      auto* data =
          llvm::ConstantDataArray::get(ir_.llvm, llvm::ArrayRef<std::uint8_t>(buffer.data));
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
  if (dim.is_static()) return ir_.i64(dim.value());
  Value*& known = dims_[{dim.symbol_id(), dim.scale(), dim.offset()}];
  if (known) return known;
  Value*& symbol = symbols_[dim.symbol_id()];
  auto& b = ir_.builder;
  if (!symbol) {
    unsigned position = 0;
    while (entry_.symbols.at(position) != dim.symbol_id()) ++position;
    Value* dims = dims_address();
    symbol = at_start([&] {
      Value* where = b.CreateConstInBoundsGEP1_64(ir_.i64_type(), dims, position);
      return b.CreateLoad(ir_.i64_type(), where, dim.symbol_name());
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
  if (const auto* constant = constant_of(offset); constant && constant->isZero()) return address;
  return ir.builder.CreateGEP(memory_type(ir, dtype), address, offset);
}

Value* scaled(IrContext& ir, Value* a, Value* b) {
  for (auto [one, other] : {std::pair(a, b), std::pair(b, a)})
    if (const auto* constant = constant_of(one)) {
      if (constant->isOne()) return other;
      if (constant->isZero()) return ir.i64(0);
    }
  return ir.builder.CreateMul(a, b);
}

} // namespace nngc::codegen
