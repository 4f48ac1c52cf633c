#include "codegen/transpose_square.h"

namespace nngc::codegen {
namespace {

constexpr int side = square_side;

llvm::Align alignment(Type* element) { return llvm::Align(element->getIntegerBitWidth() / 8); }

/// Swaps the off-diagonal blocks of 8, 4, 2, then 1 elements.
void transpose(IrContext& ir, Values& rows) {
  for (int block = side / 2; block > 0; block /= 2)
    for (int i = 0; i < side; ++i) {
      if ((i & block) != 0) continue;
      Value*& a = rows[static_cast<std::size_t>(i)];
      Value*& b = rows[static_cast<std::size_t>(i + block)];
      std::vector<int> first, second;
      for (int lane = 0; lane < side; ++lane) {
        const bool right = (lane & block) != 0;
        first.push_back(right ? side + lane - block : lane);
        second.push_back(right ? side + lane : lane + block);
      }
      Value* upper = ir.builder.CreateShuffleVector(a, b, first);
      b = ir.builder.CreateShuffleVector(a, b, second);
      a = upper;
    }
}

/// The function of that name if the module has it, else a new one for `body` to fill.
llvm::Function* shared(IrContext& ir, const std::string& name, const std::vector<Type*>& parameters,
                       const std::function<void(llvm::Function&)>& body) {
  if (llvm::Function* known = ir.module.getFunction(name)) return known;
  llvm::IRBuilderBase::InsertPointGuard guard(ir.builder);
  llvm::Function* function = ir.create_function(name, ir.builder.getVoidTy(), parameters, true);
  function->addFnAttr(llvm::Attribute::NoInline);
  ir.builder.SetInsertPoint(llvm::BasicBlock::Create(ir.llvm, "body", function));
  body(*function);
  ir.builder.CreateRetVoid();
  return function;
}

std::string suffix(Type* element) { return ".i" + std::to_string(element->getIntegerBitWidth()); }

} // namespace

llvm::Function* whole_square(IrContext& ir, Type* element) {
  auto& b = ir.builder;
  Type* pointer = ir.pointer_type();
  const auto emit = [&](llvm::Function& function) {
    Type* type = llvm::FixedVectorType::get(element, side);
    const auto row = [&](unsigned argument, int i) {
      return b.CreateGEP(element, function.getArg(argument),
                         b.CreateMul(function.getArg(argument + 1), ir.i64(i)));
    };
    Values rows;
    for (int i = 0; i < side; ++i)
      rows.push_back(b.CreateAlignedLoad(type, row(0, i), alignment(element)));
    transpose(ir, rows);
    for (int i = 0; i < side; ++i)
      b.CreateAlignedStore(rows[static_cast<std::size_t>(i)], row(2, i), alignment(element));
  };
  return shared(ir, "transpose" + suffix(element), {pointer, ir.i64_type(), pointer, ir.i64_type()},
                emit);
}

llvm::Function* part_of_square(IrContext& ir, Type* element) {
  auto& b = ir.builder;
  Type* pointer = ir.pointer_type();
  Type* integer = ir.i64_type();
  llvm::Function* whole = whole_square(ir, element);
  const auto emit = [&](llvm::Function& function) {
    Value *from = function.getArg(0), *from_stride = function.getArg(1), *to = function.getArg(2),
          *to_stride = function.getArg(3), *columns = function.getArg(4),
          *rows = function.getArg(5);
    Type* type = llvm::FixedVectorType::get(element, side);
    // Copies of it as whole squares; what does not exist is never written out.
    Value* before = b.CreateAlloca(type, ir.i64(side));
    Value* after = b.CreateAlloca(type, ir.i64(side));
    const auto row = [&](Value* address, Value* stride, Value* i) {
      return b.CreateGEP(element, address, b.CreateMul(stride, i));
    };
    Value* mask = first_lanes(ir, columns, side);
    emit_loop(ir, ir.i64(0), rows, 1, [&](Value* i) {
      Value* values = b.CreateMaskedLoad(type, row(from, from_stride, i), alignment(element), mask,
                                         llvm::Constant::getNullValue(type));
      b.CreateStore(values, b.CreateGEP(type, before, i));
    });
    b.CreateCall(whole, {before, ir.i64(side), after, ir.i64(side)});
    mask = first_lanes(ir, rows, side);
    emit_loop(ir, ir.i64(0), columns, 1, [&](Value* i) {
      Value* values = b.CreateLoad(type, b.CreateGEP(type, after, i));
      b.CreateMaskedStore(values, row(to, to_stride, i), alignment(element), mask);
    });
  };
  return shared(ir, "transpose_part" + suffix(element),
                {pointer, integer, pointer, integer, integer, integer}, emit);
}

} // namespace nngc::codegen
