/// Derivatives of random graphs against the complex step, which knows no derivative rule.
#pragma once

#include <span>
#include <string>

#include "nngc/graph.h"
#include "nngc/tensor.h"
#include "test/fuzz/judge.h"

namespace nngc::test {

/// Differentiates a weighted sum of the float outputs with respect to all float inputs, in reverse
/// and forward mode and forward over reverse, along random directions, at a place near the inputs.
/// Empty, or what is wrong.
[[nodiscard]] std::string derivative_error(const Graph& graph, std::span<const Tensor> near,
                                           std::int64_t n, Figures& figures);

} // namespace nngc::test
