/// Cases as trials of compiled code: graph, inputs, what the interpreter says, and how far from it
/// a result may be.
#pragma once

#include <string>
#include <vector>

#include "test/conformance/cases.h"

namespace nngc::test {

/// One call: inputs, the interpreter's results, and per element the greatest distance allowed (0:
/// the same bits, any NaN for a NaN).
struct Sample {
  std::string what;
  std::vector<Tensor> inputs, want;
  std::vector<std::vector<double>> tolerance;
};

struct Trial {
  std::string name; ///< an identifier: case and dtype
  Graph graph;
  std::vector<Sample> samples;
};

/// Every case with every dtype: random numbers, special numbers (infinities, NaN, zeros of both
/// signs, subnormals, the extremes), several values of the symbolic dim. Elementwise cases come a
/// second time, wide enough for full vectors and a tail.
[[nodiscard]] std::vector<Trial> all_trials();

/// The value of `n` that these inputs of the graph have; 0 where nothing depends on it.
[[nodiscard]] std::int64_t symbol_of(const Graph& graph, const std::vector<Tensor>& inputs);

/// The rounding error of one operation, relative: half a unit in the last place.
[[nodiscard]] double epsilon(DType dtype);
/// The least that two different numbers near zero differ by.
[[nodiscard]] double smallest_subnormal(DType dtype);

/// Where `have` is not what was wanted, as text; empty when all is well.
[[nodiscard]] std::string mismatch(const Tensor& have, const Tensor& want,
                                   const std::vector<double>& tolerance);
/// The same, bit for bit, NaN included.
[[nodiscard]] bool same_bits(const Tensor& a, const Tensor& b);

} // namespace nngc::test
