/// The instructions that are functions: elementary ones by MathEmitter, the remainder by an exact
/// loop.
#include <cassert>

#include "codegen/instr_emitter.h"
#include "codegen/math_functions.h"
#include "loop/loop_printer.h"

namespace nngc::codegen {

using loop::Op;

namespace {

Value* inline_function(IrContext& ir, Op op, Value* a, Value* b) {
  MathEmitter math(ir.builder, ir.traits, ir.contract);
  switch (op) {
  case Op::Exp: return math.emit(MathFn::Exp, a);
  case Op::Expm1: return math.emit(MathFn::Expm1, a);
  case Op::Log: return math.emit(MathFn::Log, a);
  case Op::Log1p: return math.emit(MathFn::Log1p, a);
  case Op::Sqrt: return math.emit(MathFn::Sqrt, a);
  case Op::Rsqrt: return math.emit(MathFn::Rsqrt, a);
  case Op::Sin: return math.emit(MathFn::Sin, a);
  case Op::Cos: return math.emit(MathFn::Cos, a);
  case Op::Tan: return ir.builder.CreateFDiv(math.emit(MathFn::Sin, a), math.emit(MathFn::Cos, a));
  case Op::Tanh: return math.emit(MathFn::Tanh, a);
  case Op::Logistic: return math.emit(MathFn::Logistic, a);
  case Op::Erf: return math.emit(MathFn::Erf, a);
  case Op::Atan: return math.emit(MathFn::Atan, a);
  case Op::Pow: return math.emit(MathFn::Pow, a, b);
  case Op::Floor: return math.emit(MathFn::Floor, a);
  case Op::Ceil: return math.emit(MathFn::Ceil, a);
  case Op::RoundEven: return math.emit(MathFn::RoundEven, a);
  case Op::Trunc: return math.emit(MathFn::Trunc, a);
  default: assert(false && "not a function"); return nullptr;
  }
}

/// One function for all its uses: a kernel with many would take long to compile with each written
/// out.
Value* called_function(IrContext& ir, Op op, Value* a, Value* b) {
  Type* type = a->getType();
  const std::string name = std::string(loop::name(op)) +
                           (type->getScalarType()->isFloatTy() ? ".f32x" : ".f64x") +
                           std::to_string(lanes_of(a));
  llvm::Function* function = ir.module.getFunction(name);
  if (!function) {
    llvm::IRBuilderBase::InsertPointGuard guard(ir.builder);
    std::vector<Type*> parameters(b ? 2 : 1, type);
    function = ir.create_function(name, type, parameters, true);
    function->addFnAttr(llvm::Attribute::NoInline);
    function->setDoesNotAccessMemory();
    ir.builder.SetInsertPoint(llvm::BasicBlock::Create(ir.llvm, "body", function));
    ir.builder.CreateRet(
        inline_function(ir, op, function->getArg(0), b ? function->getArg(1) : nullptr));
  }
  return b ? ir.builder.CreateCall(function, {a, b}) : ir.builder.CreateCall(function, {a});
}

} // namespace

Value* InstrEmitter::function(Op op, DType, Value* a, Value* b) {
  return ir_.calls_functions && is_function(op) ? called_function(ir_, op, a, b)
                                                : inline_function(ir_, op, a, b);
}

namespace {

/// `T remainder(T x, T y)` as C's fmod: exact, by subtracting y times falling powers of two. LLVM's
/// frem would be a call of the C library.
llvm::Function* remainder_function(IrContext& ir, Type* type) {
  const std::string name = type->isFloatTy() ? "remainder.f32" : "remainder.f64";
  if (llvm::Function* known = ir.module.getFunction(name)) return known;
  llvm::IRBuilderBase::InsertPointGuard guard(ir.builder);
  auto& b = ir.builder;
  llvm::Function* function = ir.create_function(name, type, {type, type}, true);
  function->addFnAttr(llvm::Attribute::NoInline);
  const auto block = [&](const char* label) {
    return llvm::BasicBlock::Create(ir.llvm, label, function);
  };
  auto *entry = block("entry"), *grow = block("grow"), *shrink = block("shrink"),
       *small = block("small"), *done = block("done");
  Value* half = llvm::ConstantFP::get(type, 0.5);
  Value* infinity = llvm::ConstantFP::getInfinity(type);
  b.SetInsertPoint(entry);
  Value* x = b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, function->getArg(0));
  Value* y = b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, function->getArg(1));
  // Infinite x, zero y and NaN give NaN; x below y is its own remainder.
  Value* defined = b.CreateAnd(b.CreateFCmpOLT(x, infinity),
                               b.CreateFCmpOGT(y, llvm::ConstantFP::get(type, 0.0)));
  Value* result = b.CreateSelect(defined, function->getArg(0), llvm::ConstantFP::getNaN(type));
  b.CreateCondBr(b.CreateAnd(defined, b.CreateFCmpOGE(x, y)), grow, small);

  // The largest y * 2^n that is not far above x; every doubling is exact.
  b.SetInsertPoint(grow);
  auto* scaled = b.CreatePHI(type, 2);
  scaled->addIncoming(y, entry);
  Value* fits = b.CreateFCmpOLE(scaled, b.CreateFMul(x, half));
  Value* doubled = b.CreateFAdd(scaled, scaled);
  scaled->addIncoming(doubled, grow);
  b.CreateCondBr(fits, grow, shrink);

  b.SetInsertPoint(shrink);
  auto* part = b.CreatePHI(type, 2);
  auto* rest = b.CreatePHI(type, 2);
  part->addIncoming(scaled, grow);
  rest->addIncoming(x, grow);
  Value* left = b.CreateSelect(b.CreateFCmpOGE(rest, part), b.CreateFSub(rest, part), rest);
  Value* halved = b.CreateFMul(part, half);
  part->addIncoming(halved, shrink);
  rest->addIncoming(left, shrink);
  // The last part is y itself; halving it may round, but is not used.
  b.CreateCondBr(b.CreateFCmpOGT(part, y), shrink, done);

  b.SetInsertPoint(done);
  b.CreateRet(b.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, left, function->getArg(0)));
  b.SetInsertPoint(small);
  b.CreateRet(result);
  return function;
}

} // namespace

Value* InstrEmitter::float_remainder(DType, Value* a, Value* b) {
  auto& builder = ir_.builder;
  llvm::Function* function = remainder_function(ir_, a->getType()->getScalarType());
  const int lanes = lanes_of(a);
  if (lanes == 1) return builder.CreateCall(function, {a, b});
  Value* all = llvm::PoisonValue::get(a->getType());
  for (int i = 0; i < lanes; ++i) {
    const auto lane = static_cast<std::uint64_t>(i);
    Value* one = builder.CreateCall(
        function, {builder.CreateExtractElement(a, lane), builder.CreateExtractElement(b, lane)});
    all = builder.CreateInsertElement(all, one, lane);
  }
  return all;
}

} // namespace nngc::codegen
