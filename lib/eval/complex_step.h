/// Derivatives without any derivative rule: f(x + ih d) with h = 1e-30 carries h times the directional derivative in
/// its imaginary part, to the last bits, with nothing subtracted. The judge of every rule.
#pragma once

#include <span>
#include <vector>

#include "nngc/graph.h"
#include "nngc/tensor.h"

namespace nngc {

/// For each output, elementwise, its derivative when the float inputs move along `directions` (one per input, of the
/// input's dtype and shape; those of ints and bools are not looked at). Zeros for outputs that are no floats. Everything
/// is computed in complex<double>, whatever the float dtypes are.
[[nodiscard]] std::vector<std::vector<double>> complex_step(const Graph& graph, std::span<const Tensor> inputs,
                                                            std::span<const Tensor> directions);

}  // namespace nngc
