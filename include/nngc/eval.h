/// The reference interpreter: runs a graph op by op with each op's own reference semantics. Slow,
/// simple, and the judge of everything that compiled code computes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "nngc/graph.h"
#include "nngc/tensor.h"

namespace nngc {

/// The outputs of `graph` in their order, for one tensor per input in the order of inputs().
/// Symbolic dims take their value from the tensors' extents. Throws Error{Argument} for a wrong
/// count, Error{Type} for a wrong dtype, Error{Shape} where an extent does not fit or two inputs
/// give one symbol two values.
[[nodiscard]] std::vector<Tensor> eval(const Graph& graph, std::span<const Tensor> inputs,
                                       Where where = Where::current());

struct NamedTensor {
  std::string name;
  Tensor value;
};

/// The same with inputs by name, in any order. Inputs that no output needs may be left out. Throws
/// Error{Argument} for a name that is missing, unknown or given twice.
[[nodiscard]] std::vector<Tensor> eval(const Graph& graph, std::span<const NamedTensor> inputs,
                                       Where where = Where::current());

/// The derivative of each output, elementwise, when the float inputs move along `directions`:
/// without any derivative rule, from f(x + ih d) in complex<double>, h = 1e-30; exact to the last
/// bits. One tensor per input in both spans, `directions` of the inputs' types (those of ints and
/// bools are not looked at). Zeros for outputs that are no floats.
[[nodiscard]] std::vector<std::vector<double>> complex_step(const Graph& graph,
                                                            std::span<const Tensor> inputs,
                                                            std::span<const Tensor> directions);

} // namespace nngc
