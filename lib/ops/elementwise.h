/// Shared by the elementwise primitives: broadcasting of operands, shape rules, small emitters.
#pragma once

#include <array>
#include <utility>

#include "ir/graph_data.h"
#include "ir/op_def.h"
#include "nngc/ops.h"
#include "ops/lower_context.h"

namespace nngc {

/// The shape both broadcast to (NumPy's rule, trailing axes aligned); throws Error{Shape} at
/// `where`.
Shape broadcast_shapes(std::string_view op, const TensorType& a, const TensorType& b, Where where);
/// Both operands as values of one shape and, for a number, of the other's dtype.
std::pair<Value, Value> broadcast_operands(std::string_view op, Operand a, Operand b);
/// A unary or binary primitive on operands that broadcast.
Value append_unary(Opcode op, Value x, Where where, Attrs attrs = {});
Value append_binary(Opcode op, std::string_view name, Operand a, Operand b, Attrs attrs = {});

/// Result type = operand 0's; all operands the same type. Each checks a class of dtypes.
TensorType infer_float(const InferContext& c);  ///< floats only
TensorType infer_number(const InferContext& c); ///< floats and ints
TensorType infer_bits(const InferContext& c);   ///< bools and ints

/// `value` with x's type, as a broadcast constant.
Value like(Value x, double value);
inline Value zeros_like(Value x) { return like(x, 0); }
inline Value ones_like(Value x) { return like(x, 1); }

/// A lowering that is one instruction on all operands.
template <loop::Op op> int lower_to(LowerContext& c) { return c.emit(op, c.operand(0)); }
template <loop::Op op> int lower_to_binary(LowerContext& c) {
  return c.emit(op, c.operand(0), c.operand(1));
}

} // namespace nngc
