/// A call of compiled code that is watched.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "nngc/compiler.h"

namespace nngc::test {

/// Runs with the tensors as inputs, in the order of the graph's inputs; results are shaped as
/// `like`. Outputs hold garbage before the call, buffers are as unaligned as their elements allow.
/// `wrong` says if anything but outputs was written.
[[nodiscard]] std::vector<Tensor> run_guarded(const Executable& executable, const Graph& graph,
                                              std::span<const Tensor> inputs,
                                              std::span<const Tensor> like, std::string& wrong);

} // namespace nngc::test
