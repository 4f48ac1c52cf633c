/// Arithmetic of the loop IR as LLVM instructions, for one lane or many. Loads, stores and leaves
/// that depend on loops are the nests' and contractions' own.
#pragma once

#include "codegen/ir_context.h"
#include "loop/loop_ir.h"

namespace nngc::codegen {

class InstrEmitter {
public:
  explicit InstrEmitter(IrContext& ir) : ir_(ir) {}

  /// The constant of that bit pattern, one lane.
  [[nodiscard]] Value* constant(DType dtype, std::uint64_t bits);
  /// The result of an instruction that is neither leaf nor effect. Operands have as many lanes as
  /// each other; `operand` is the dtype of a (of b for Select).
  [[nodiscard]] Value* emit(const loop::Instr& instr, DType operand, Value* a, Value* b, Value* c);
  /// Add, Mul, Max, Min, And, Or and the like of two values of the dtype, rounded to it.
  [[nodiscard]] Value* binary(loop::Op op, DType dtype, Value* a, Value* b);

private:
  [[nodiscard]] Value* unary(loop::Op op, DType dtype, Value* a);
  [[nodiscard]] Value* compare(loop::Op op, DType dtype, Value* a, Value* b);
  [[nodiscard]] Value* function(loop::Op op, DType dtype, Value* a, Value* b);
  [[nodiscard]] Value* extreme(bool greatest, DType dtype, Value* a, Value* b);
  [[nodiscard]] Value* divide(bool remainder, DType dtype, Value* a, Value* b);
  [[nodiscard]] Value* float_remainder(DType dtype, Value* a, Value* b);
  [[nodiscard]] Value* shift(loop::Op op, DType dtype, Value* a, Value* b);
  [[nodiscard]] Value* convert(DType from, DType to, Value* a);

  IrContext& ir_;
};

/// a * b + c in registers of the dtype; one rounding where the math level and the target allow it.
[[nodiscard]] Value* multiply_add(IrContext& ir, DType dtype, Value* a, Value* b, Value* c);

/// Whether the instruction is one of the elementary functions, which cost ten times a
/// multiplication.
[[nodiscard]] bool is_function(loop::Op op);

} // namespace nngc::codegen
