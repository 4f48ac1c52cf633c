/// Running error analysis to first order: how far an op's result may be from the one in exact
/// arithmetic, given how far its operands may be. Values stand in the complex domain of
/// ops/reference.h, whose imaginary parts carry the errors instead of a direction:
///
///   error(node) <= sum over operands of |d node / d operand| error(operand)
///                  + roundings_of(node) * half a unit in the last place * |node|
///
/// Of sums, |node| is the sum of the terms' magnitudes. Choices (which is greater, what lies in
/// range) are taken to fall as they do in exact arithmetic.
#pragma once

#include "ir/graph_data.h"
#include "ops/reference.h"

namespace nngc::test {

/// Imaginary part of an error of 1: so small that its square vanishes.
inline constexpr double error_unit = 1e-30;

/// Evaluates the node, no input and no op with graphs of its own.
void eval_with_error(const GraphData& graph, NodeId id, EvalContext& context);

} // namespace nngc::test
