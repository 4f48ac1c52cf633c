#include "codegen/instr_emitter.h"

#include <cassert>

#include "codegen/math_functions.h"
#include "codegen/memory.h"

namespace nngc::codegen {

using loop::Op;

bool is_function(Op op) { return op >= Op::Exp && op <= Op::Pow && op != Op::Sqrt; }

Value* InstrEmitter::constant(DType dtype, std::uint64_t bits) {
  auto& b = ir_.builder;
  if (dtype == DType::F32)
    return llvm::ConstantFP::get(
        ir_.llvm, llvm::APFloat(llvm::APFloat::IEEEsingle(), llvm::APInt(64, bits).trunc(32)));
  if (dtype == DType::F64)
    return llvm::ConstantFP::get(ir_.llvm,
                                 llvm::APFloat(llvm::APFloat::IEEEdouble(), llvm::APInt(64, bits)));
  if (dtype == DType::BF16) return constant(DType::F32, bits << 16);
  if (dtype == DType::F16) {
    llvm::APFloat value(llvm::APFloat::IEEEhalf(), llvm::APInt(64, bits).trunc(16));
    bool exact = true;
    value.convert(llvm::APFloat::IEEEsingle(), llvm::APFloat::rmNearestTiesToEven, &exact);
    return llvm::ConstantFP::get(ir_.llvm, value);
  }
  if (dtype == DType::Bool) return b.getInt1(bits != 0);
  return b.getInt(llvm::APInt(64, bits).trunc(static_cast<unsigned>(8 * byte_size(dtype))));
}

Value* multiply_add(IrContext& ir, DType dtype, Value* a, Value* b, Value* c) {
  auto& builder = ir.builder;
  if (!is_float(dtype)) return builder.CreateAdd(builder.CreateMul(a, b), c);
  if (ir.contract && ir.traits.has_fma)
    return builder.CreateIntrinsic(llvm::Intrinsic::fma, {a->getType()}, {a, b, c});
  return builder.CreateFAdd(builder.CreateFMul(a, b), c);
}

Value* InstrEmitter::emit(const loop::Instr& instr, DType operand, Value* a, Value* b, Value* c) {
  auto& builder = ir_.builder;
  switch (instr.op) {
  case Op::Select: return builder.CreateSelect(a, b, c);
  case Op::Convert: return convert(operand, instr.type, a);
  case Op::Fma: return rounded(ir_, instr.type, multiply_add(ir_, instr.type, a, b, c));
  case Op::Eq:
  case Op::Ne:
  case Op::Lt:
  case Op::Le:
  case Op::Gt:
  case Op::Ge: return compare(instr.op, operand, a, b);
  case Op::IsFinite: {
    if (!is_float(operand)) return splat(ir_, builder.getTrue(), lanes_of(a));
    Value* magnitude = builder.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, a);
    // 16-bit floats round to infinity before they get here, so float's own infinity is the bound.
    return builder.CreateFCmpOLT(magnitude, llvm::ConstantFP::getInfinity(a->getType()));
  }
  default:
    if (instr.b >= 0 && instr.op != Op::Pow) return binary(instr.op, instr.type, a, b);
    if (instr.op == Op::Neg || instr.op == Op::Abs || instr.op == Op::Not)
      return unary(instr.op, instr.type, a);
    return rounded(ir_, instr.type, function(instr.op, instr.type, a, b));
  }
}

Value* InstrEmitter::unary(Op op, DType dtype, Value* a) {
  auto& b = ir_.builder;
  if (op == Op::Not) return b.CreateNot(a);
  if (is_float(dtype))
    return op == Op::Neg ? b.CreateFNeg(a) : b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, a);
  Value* negated = b.CreateNeg(a);
  if (op == Op::Neg) return negated;
  if (!is_signed_int(dtype)) return a;
  return b.CreateSelect(b.CreateICmpSLT(a, llvm::Constant::getNullValue(a->getType())), negated, a);
}

Value* InstrEmitter::binary(Op op, DType dtype, Value* a, Value* b) {
  auto& builder = ir_.builder;
  const bool real = is_float(dtype);
  switch (op) {
  case Op::Add:
    return real ? rounded(ir_, dtype, builder.CreateFAdd(a, b)) : builder.CreateAdd(a, b);
  case Op::Sub:
    return real ? rounded(ir_, dtype, builder.CreateFSub(a, b)) : builder.CreateSub(a, b);
  case Op::Mul:
    return real ? rounded(ir_, dtype, builder.CreateFMul(a, b)) : builder.CreateMul(a, b);
  case Op::Div:
    return real ? rounded(ir_, dtype, builder.CreateFDiv(a, b)) : divide(false, dtype, a, b);
  case Op::Rem:
    return real ? rounded(ir_, dtype, float_remainder(dtype, a, b)) : divide(true, dtype, a, b);
  case Op::Max:
  case Op::Min: return extreme(op == Op::Max, dtype, a, b);
  case Op::And: return builder.CreateAnd(a, b);
  case Op::Or: return builder.CreateOr(a, b);
  case Op::Xor: return builder.CreateXor(a, b);
  case Op::Shl:
  case Op::ShrLogical:
  case Op::ShrArith: return shift(op, dtype, a, b);
  default: assert(false && "not a binary op"); return nullptr;
  }
}

Value* InstrEmitter::compare(Op op, DType dtype, Value* a, Value* b) {
  using Predicate = llvm::CmpInst::Predicate;
  struct Row {
    Predicate real, whole, natural;
  };
  static constexpr Row rows[] = {
      {Predicate::FCMP_OEQ, Predicate::ICMP_EQ, Predicate::ICMP_EQ},
      {Predicate::FCMP_UNE, Predicate::ICMP_NE, Predicate::ICMP_NE},
      {Predicate::FCMP_OLT, Predicate::ICMP_SLT, Predicate::ICMP_ULT},
      {Predicate::FCMP_OLE, Predicate::ICMP_SLE, Predicate::ICMP_ULE},
      {Predicate::FCMP_OGT, Predicate::ICMP_SGT, Predicate::ICMP_UGT},
      {Predicate::FCMP_OGE, Predicate::ICMP_SGE, Predicate::ICMP_UGE},
  };
  const Row& row = rows[static_cast<int>(op) - static_cast<int>(Op::Eq)];
  if (is_float(dtype)) return ir_.builder.CreateFCmp(row.real, a, b);
  return ir_.builder.CreateICmp(is_signed_int(dtype) ? row.whole : row.natural, a, b);
}

Value* InstrEmitter::extreme(bool greatest, DType dtype, Value* a, Value* b) {
  auto& builder = ir_.builder;
  if (!is_float(dtype)) {
    const Op op = greatest ? Op::Lt : Op::Gt;
    return builder.CreateSelect(compare(op, dtype, a, b), b, a);
  }
  // One maxps: b where b is strictly beyond a, else a, so a NaN in a stays, and of zeros the first.
  Value* beyond = greatest ? builder.CreateFCmpOLT(a, b) : builder.CreateFCmpOGT(a, b);
  Value* chosen = builder.CreateSelect(beyond, b, a);
  // A NaN in b needs two instructions more, unless b is a number that we know.
  const auto* known = llvm::dyn_cast<llvm::Constant>(b);
  const auto* number = llvm::dyn_cast_or_null<llvm::ConstantFP>(
      known && known->getType()->isVectorTy() ? known->getSplatValue() : known);
  if (number && !number->isNaN()) return chosen;
  return builder.CreateSelect(builder.CreateFCmpUNO(b, b), b, chosen);
}

Value* InstrEmitter::divide(bool remainder, DType dtype, Value* a, Value* b) {
  auto& builder = ir_.builder;
  Type* type = a->getType();
  Value* zero = llvm::Constant::getNullValue(type);
  Value* one = llvm::ConstantInt::get(type, 1);
  Value* by_zero = builder.CreateICmpEQ(b, zero);
  if (!is_signed_int(dtype)) {
    Value* divisor = builder.CreateSelect(by_zero, one, b);
    if (remainder) return builder.CreateSelect(by_zero, a, builder.CreateURem(a, divisor));
    return builder.CreateSelect(by_zero, zero, builder.CreateUDiv(a, divisor));
  }
  // Division by -1 is a negation, so that the most negative number does not trap.
  Value* by_minus_one = builder.CreateICmpEQ(b, llvm::Constant::getAllOnesValue(type));
  Value* divisor = builder.CreateSelect(builder.CreateOr(by_zero, by_minus_one), one, b);
  if (remainder) return builder.CreateSelect(by_zero, a, builder.CreateSRem(a, divisor));
  Value* quotient =
      builder.CreateSelect(by_minus_one, builder.CreateNeg(a), builder.CreateSDiv(a, divisor));
  return builder.CreateSelect(by_zero, zero, quotient);
}

Value* InstrEmitter::shift(Op op, DType dtype, Value* a, Value* b) {
  auto& builder = ir_.builder;
  Type* type = a->getType();
  const auto width = static_cast<std::uint64_t>(8 * byte_size(dtype));
  Value* inside = builder.CreateICmpULT(b, llvm::ConstantInt::get(type, width));
  if (op == Op::ShrArith)
    return builder.CreateAShr(
        a, builder.CreateSelect(inside, b, llvm::ConstantInt::get(type, width - 1)));
  Value* zero = llvm::Constant::getNullValue(type);
  Value* amount = builder.CreateSelect(inside, b, zero);
  Value* shifted = op == Op::Shl ? builder.CreateShl(a, amount) : builder.CreateLShr(a, amount);
  return builder.CreateSelect(inside, shifted, zero);
}

Value* InstrEmitter::convert(DType from, DType to, Value* a) {
  auto& b = ir_.builder;
  const int lanes = lanes_of(a);
  Type* type = with_lanes(register_type(ir_, to), lanes);
  if (from == to) return a;
  if (is_float(from)) {
    if (to == DType::Bool) return b.CreateFCmpUNE(a, llvm::Constant::getNullValue(a->getType()));
    if (is_float(to)) return rounded(ir_, to, a->getType() == type ? a : b.CreateFPCast(a, type));
    return b.CreateIntrinsic(is_signed_int(to) ? llvm::Intrinsic::fptosi_sat
                                               : llvm::Intrinsic::fptoui_sat,
                             {type, a->getType()}, {a});
  }
  if (is_float(to))
    return rounded(ir_, to,
                   is_signed_int(from) ? b.CreateSIToFP(a, type) : b.CreateUIToFP(a, type));
  if (to == DType::Bool) return b.CreateICmpNE(a, llvm::Constant::getNullValue(a->getType()));
  return is_signed_int(from) ? b.CreateSExtOrTrunc(a, type) : b.CreateZExtOrTrunc(a, type);
}

} // namespace nngc::codegen
