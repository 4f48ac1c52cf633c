#include "codegen/ir_context.h"

namespace nngc::codegen {

llvm::Function* IrContext::create_function(const std::string& name, Type* result,
                                           const std::vector<Type*>& parameters, bool internal) {
  auto* type = llvm::FunctionType::get(result, parameters, false);
  auto* function = llvm::Function::Create(
      type, internal ? llvm::Function::InternalLinkage : llvm::Function::ExternalLinkage, name,
      module);
  function->addFnAttr(llvm::Attribute::NoUnwind);
  traits.apply(*function);
  return function;
}

Type* memory_type(IrContext& ir, DType dtype) {
  if (dtype == DType::F32) return ir.builder.getFloatTy();
  if (dtype == DType::F64) return ir.builder.getDoubleTy();
  return ir.builder.getIntNTy(static_cast<unsigned>(8 * byte_size(dtype)));
}

Type* register_type(IrContext& ir, DType dtype) {
  if (dtype == DType::Bool) return ir.builder.getInt1Ty();
  if (dtype == DType::BF16 || dtype == DType::F16) return ir.builder.getFloatTy();
  return memory_type(ir, dtype);
}

Type* with_lanes(Type* type, int lanes) {
  return lanes == 1 ? type : llvm::FixedVectorType::get(type, static_cast<unsigned>(lanes));
}

int lanes_of(const Value* value) {
  const auto* type = llvm::dyn_cast<llvm::FixedVectorType>(value->getType());
  return type ? static_cast<int>(type->getNumElements()) : 1;
}

Value* splat(IrContext& ir, Value* value, int lanes) {
  if (lanes == 1 || value->getType()->isVectorTy()) return value;
  return ir.builder.CreateVectorSplat(static_cast<unsigned>(lanes), value);
}

const llvm::ConstantInt* constant_of(const Value* value) {
  return llvm::dyn_cast<llvm::ConstantInt>(value);
}

Value* lane_numbers(IrContext&, Type* integer, int lanes) {
  std::vector<llvm::Constant*> numbers;
  for (int i = 0; i < lanes; ++i)
    numbers.push_back(llvm::ConstantInt::get(integer, static_cast<std::uint64_t>(i)));
  return llvm::ConstantVector::get(numbers);
}

Value* first_lanes(IrContext& ir, Value* count, int lanes) {
  auto& b = ir.builder;
  if (const auto* constant = constant_of(count); constant && constant->getSExtValue() >= lanes)
    return nullptr;
  Value* left = b.CreateTrunc(smaller(ir, count, ir.i64(lanes)), b.getInt32Ty());
  return b.CreateICmpULT(lane_numbers(ir, b.getInt32Ty(), lanes), splat(ir, left, lanes));
}

Value* smaller(IrContext& ir, Value* a, Value* b) {
  return ir.builder.CreateSelect(ir.builder.CreateICmpSLT(a, b), a, b);
}

Value* larger(IrContext& ir, Value* a, Value* b) {
  return ir.builder.CreateSelect(ir.builder.CreateICmpSGT(a, b), a, b);
}

Value* ceil_divide(IrContext& ir, Value* a, Value* b) {
  return ir.builder.CreateUDiv(ir.builder.CreateAdd(a, ir.builder.CreateSub(b, ir.i64(1))), b);
}

Values emit_loop(IrContext& ir, Value* low, Value* high, std::int64_t step, Values carried,
                 const std::function<Values(Value*, const Values&)>& body) {
  auto& b = ir.builder;
  const auto* first = constant_of(low);
  const auto* last = constant_of(high);
  bool runs = false;
  if (first && last) {
    if (first->getSExtValue() >= last->getSExtValue()) return carried;
    if (last->getSExtValue() - first->getSExtValue() <= step) return body(low, carried);
    runs = true;
  }
  llvm::BasicBlock* before = b.GetInsertBlock();
  llvm::Function* function = before->getParent();
  auto* inside = llvm::BasicBlock::Create(ir.llvm, "loop", function);
  auto* after = llvm::BasicBlock::Create(ir.llvm, "done", function);
  if (runs)
    b.CreateBr(inside);
  else
    b.CreateCondBr(b.CreateICmpSLT(low, high), inside, after);
  b.SetInsertPoint(inside);
  auto* index = b.CreatePHI(ir.i64_type(), 2, "i");
  index->addIncoming(low, before);
  Values state;
  for (Value* value : carried) {
    auto* phi = b.CreatePHI(value->getType(), 2);
    phi->addIncoming(value, before);
    state.push_back(phi);
  }
  const Values next = body(index, state);
  Value* following = b.CreateNSWAdd(index, ir.i64(step));
  llvm::BasicBlock* end = b.GetInsertBlock();
  index->addIncoming(following, end);
  for (std::size_t i = 0; i < next.size(); ++i)
    llvm::cast<llvm::PHINode>(state[i])->addIncoming(next[i], end);
  b.CreateCondBr(b.CreateICmpSLT(following, high), inside, after);
  b.SetInsertPoint(after);
  Values result;
  for (std::size_t i = 0; i < next.size(); ++i) {
    if (runs) {
      result.push_back(next[i]);
      continue;
    }
    auto* phi = b.CreatePHI(next[i]->getType(), 2);
    phi->addIncoming(carried[i], before);
    phi->addIncoming(next[i], end);
    result.push_back(phi);
  }
  return result;
}

void emit_loop(IrContext& ir, Value* low, Value* high, std::int64_t step,
               const std::function<void(Value*)>& body) {
  emit_loop(ir, low, high, step, {}, [&](Value* index, const Values&) {
    body(index);
    return Values{};
  });
}

void emit_if(IrContext& ir, Value* condition, const std::function<void()>& body) {
  if (const auto* known = constant_of(condition)) {
    if (!known->isZero()) body();
    return;
  }
  auto& b = ir.builder;
  llvm::Function* function = b.GetInsertBlock()->getParent();
  auto* inside = llvm::BasicBlock::Create(ir.llvm, "then", function);
  auto* after = llvm::BasicBlock::Create(ir.llvm, "end", function);
  b.CreateCondBr(condition, inside, after);
  b.SetInsertPoint(inside);
  body();
  b.CreateBr(after);
  b.SetInsertPoint(after);
}

} // namespace nngc::codegen
