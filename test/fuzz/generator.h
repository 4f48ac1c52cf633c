/// Random graphs over the whole op set. The cases of test/conformance drive them: an op that has a
/// case takes part without being told.
#pragma once

#include <cstdint>
#include <vector>

#include "nngc/graph.h"
#include "nngc/tensor.h"

namespace nngc::test {

struct GraphOptions {
  std::uint64_t seed = 0;
  int nodes = 10;          ///< cases that are put together; each is a node or a few
  DType real = DType::F32; ///< most floats have this dtype
  std::int64_t n = 3;      ///< value of the symbolic dim in inputs_for
};

/// The options that belong to a seed.
[[nodiscard]] GraphOptions options_of(std::uint64_t seed);

/// A graph with shared sub-expressions, symbolic dims, every dtype, and in one of three cases
/// gradients, some of second order. One to four outputs, some updating an input in place.
[[nodiscard]] Graph random_graph(const GraphOptions& options);

/// Numbers for all inputs; each depends on its input's name and type alone, so it stays the same
/// when a graph is cut down. Mostly uniform; zeros, ones, infinities and NaN are strewn in.
[[nodiscard]] std::vector<Tensor> inputs_for(const Graph& graph, std::uint64_t seed,
                                             std::int64_t n);

} // namespace nngc::test
