/// A graph and numbers for its inputs, and its derivatives as functions of the same kind.
#pragma once

#include <random>
#include <vector>

#include "test/conformance/cases.h"

namespace nngc::test {

/// A graph, and numbers for all inputs: a function that can be judged.
struct Function {
  Graph graph;
  std::vector<Tensor> inputs;
  /// The float inputs.
  [[nodiscard]] std::vector<Value> wrt() const;
};

/// x, d -> J(x) d.
[[nodiscard]] Function tangent_of(const Function& f, std::mt19937& random);
/// x, w -> w J(x).
[[nodiscard]] Function cotangent_of(const Function& f, std::mt19937& random);

/// Whether the case's op has derivatives.
[[nodiscard]] bool is_smooth_case(const Case& c);
[[nodiscard]] bool has_float_result(const Function& f);

} // namespace nngc::test
