/// A program's derivatives, and all of its numbers from compiled code.
#pragma once

#include <string>
#include <vector>

#include "nngc/eval.h"
#include "test/differential/program.h"

namespace nngc::test {

/// How second derivatives are made.
enum class Second : std::uint8_t { None, ReverseOverReverse, ForwardOverReverse };

/// The program with its derivatives as outputs: `grad_NAME` for each float input, and with `second`
/// inputs `along_NAME` (appended to the program's tensors) and `hess_NAME`, the Hessian times
/// these.
[[nodiscard]] Graph with_derivatives(const Program& program, Second second,
                                     std::vector<Tensor>& inputs);

/// All outputs, by compiled code.
[[nodiscard]] std::vector<NamedTensor> run_compiled(const Graph& graph,
                                                    const std::vector<Tensor>& inputs);

/// What other roundings change in the worst output, as a share of what is allowed: values may
/// differ by 1e-5 and derivatives by 1e-4 of the greatest element in f32, both by 1e-10 in f64.
[[nodiscard]] double unrest(const Graph& graph, const std::vector<Tensor>& inputs);

} // namespace nngc::test
