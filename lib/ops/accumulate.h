/// The attribute `acc` of ops that add up or multiply many floats: the dtype in which they do.
#pragma once

#include <span>
#include <vector>

#include "ir/op_def.h"

namespace nngc {

inline constexpr AttrSpec accumulate_spec{
    "acc", AttrKind::DType, false, "floats are accumulated in it: f64, or f32 for 16-bit floats"};

/// `adds`: whether it does so at all (a maximum does not).
void check_accumulation(const InferContext& c, bool adds = true);
/// Interpreter: whether 16-bit floats and f32 are accumulated in double.
[[nodiscard]] bool accumulates_in_double(const Attrs& attrs);

/// An op with `acc` as ops without: it runs on wider operands. Derivatives, rewrites and lowering
/// see it so.
struct Widened {
  std::vector<Value> operands; ///< converted, where they are floats
  Value result;                ///< of them, not yet converted back
};
[[nodiscard]] Widened widened(GraphData* graph, Opcode op, std::span<const Value> operands,
                              const Attrs& attrs);
/// The same as one value of the dtype that the op gives; empty where there is no `acc`.
[[nodiscard]] Value without_accumulation(GraphData* graph, Opcode op,
                                         std::span<const Value> operands, const Attrs& attrs,
                                         DType result);

} // namespace nngc
