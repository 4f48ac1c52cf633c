/// Whether rounding decides anything: floor, comparisons, positions of maxima, orders.
#pragma once

#include <span>

#include "nngc/graph.h"
#include "nngc/tensor.h"

namespace nngc::test {

/// Whether all ints, bools and numbers rounded to whole ones that the graph computes are what they
/// are where floats are complex<double>. Where not, the complex step's derivative is that of
/// another piece of the function: logistic(16) is 1 in f16, and its floor another one than in f64.
/// What happens inside of loops and branches shows in what they return alone.
[[nodiscard]] bool takes_same_turns(const Graph& graph, std::span<const Tensor> inputs);

} // namespace nngc::test
