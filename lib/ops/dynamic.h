/// Shared by dynamic_slice and dynamic_update_slice, which read and write the same window.
#pragma once

#include "ops/axes.h"
#include "ops/eval_index.h"

namespace nngc {

/// Operands from `first` on are the window's start, one int of rank 0 per axis of operand 0.
/// `sizes` must not go beyond operand 0.
void check_window(const InferContext& c, std::size_t first, const std::vector<Dim>& sizes);
/// Interpreter: where the window begins, moved so that it lies within operand 0.
Index window_start(const EvalContext& c, std::size_t first, const Index& sizes);
/// (x, start...) or (x, update, start...).
std::vector<Value> with_start(std::string_view op, std::vector<Value> operands,
                              std::span<const Value> start, Where where);
/// The same with the start operands of a node.
std::vector<Value> with_start(std::vector<Value> operands, const DiffContext& c, int first);

Value append_dynamic_slice(const std::vector<Value>& operands, const Shape& sizes);
Value append_dynamic_update(const std::vector<Value>& operands);

} // namespace nngc
