/// Runs a graph node by node with the ops' reference semantics, as far as it has grown, and on
/// demand with noise: how much a result moves when every rounding comes out differently is how far
/// correct code may be from the interpreter (stochastic arithmetic). Or with errors: how far it may
/// be from exact arithmetic at most (error_bound.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "ir/graph_data.h"
#include "nngc/tensor.h"
#include "ops/reference.h"

namespace nngc::test {

/// Every rounded result is multiplied by 1 +- `roundings` units in the last place or a little less,
/// and the terms of sums by more, for sums may be added up in any order. Signs of zeros change if
/// `signs` says so.
struct Noise {
  std::uint64_t seed = 0;
  double roundings = 1;
  bool signs = false;
  /// All of an array goes up, or all goes down: else a maximum of many would always go up.
  bool together = false;
};

class Walker {
public:
  /// `n`: the value of the only symbolic dim. The graph may grow, and must outlive the walker.
  Walker(const GraphData& graph, std::int64_t n, std::optional<Noise> noise = {});
  /// Floats are complex: in exact arithmetic, and how far the dtype's own may be off.
  static Walker with_errors(const GraphData& graph, std::int64_t n);

  void set_input(NodeId input, const Tensor& value);
  /// Runs the nodes that came since the last call; their inputs are set. `wanted` (by id, may be
  /// empty: all) says which.
  void run(const std::vector<bool>& wanted = {});
  [[nodiscard]] const EvalArray& at(NodeId id) const { return arrays_[id]; }

private:
  void run_node(NodeId id);
  void run_bodies(NodeId id);
  [[nodiscard]] EvalArray zeros(const TensorType& type) const;
  /// A product, quotient, power, function or conversion that is 0 though no operand is has
  /// underflowed, and in exact arithmetic is positive or negative: now and then so here, too.
  void lift_underflow(NodeId id, const EvalContext& context);
  void disturb(EvalArray& array, double roundings, DType unit);

  const GraphData& graph_;
  std::int64_t n_;
  std::optional<Noise> noise_;
  bool has_errors_ = false;
  std::mt19937_64 random_;
  NodeId done_ = 0;
  std::vector<EvalArray> arrays_;
  std::vector<bool> traced_;                         ///< depends on a parameter (ops/trace.h)
  std::map<NodeId, std::vector<EvalArray>> results_; ///< of ops that carry graphs: all of them
};

} // namespace nngc::test
