/// What max and min share: the tie attribute, who gets the derivative, and the reference semantics.
#pragma once

#include <string>

#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

inline constexpr AttrSpec extreme_attrs[] = {
    {"tie", AttrKind::String, true,
     "who gets the derivative where a == b: half (each), first or second"}};

/// Numbers; the tie must be one of the three.
TensorType infer_extreme(const InferContext& c);
/// t, counted only where operand i is the result. A NaN on either side: nobody gets it.
Masked diff_extreme(const DiffContext& c, Value t, int i, bool greatest);
/// The operand itself where both are one.
Value simplify_extreme(GraphData* graph, std::span<const Value> x, const Attrs& attrs,
                       const TensorType& type);
/// Appends the op with the tie resolved; a constant is put second.
Value append_extreme(Opcode op, std::string_view name, Operand a, Operand b, Tie tie);
/// b where it is strictly beyond a, else a; NaN where either is.
void eval_extreme(EvalContext& c, bool greatest);

} // namespace nngc
