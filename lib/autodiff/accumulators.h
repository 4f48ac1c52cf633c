/// The sums over all steps of a backward loop: what the cotangents of its consts are.
#pragma once

#include <span>
#include <vector>

#include "ops/trace.h"

namespace nngc {

/// One carry per const is the plain way: read and written in every step. A product of two values
/// that vary from step to step is better done once, after the loop, with the steps as one more
/// contracted axis: its operands become ys.
class Accumulators {
public:
  /// Of a loop about to be built, whose parameters are not older than `first`; sums that stay in
  /// the loop add their carries to it.
  Accumulators(GraphData* graph, ScanParts& scan, NodeId first)
      : graph_(graph), scan_(scan), first_(first) {}

  /// The cotangent of one const in one step.
  void add(Value step);
  /// What the sums that stay in the loop are after a step, in order of their carries. Call after
  /// the last add.
  [[nodiscard]] const std::vector<Value>& steps();
  /// What the loop has to stack.
  [[nodiscard]] const std::vector<Value>& stacked() const { return stacked_; }
  /// The sums, one per add: from the last carries and the stacks.
  [[nodiscard]] std::vector<Value> totals(std::span<const Value> carried,
                                          std::span<const Value> stacks) const;

private:
  struct Sum {
    TensorType type;
    std::vector<Value> after; ///< terms that are summed after the loop
    Value inside;             ///< the sum of the others in one step
    std::size_t carry = 0;
  };

  [[nodiscard]] bool varies(Value v) const;
  [[nodiscard]] bool can_wait(Value v);
  void stack(Value v);
  [[nodiscard]] bool is_stacked(Value v) const;
  [[nodiscard]] Value stack_of(Value v, std::span<const Value> stacks) const;
  [[nodiscard]] Value total(Value v, std::span<const Value> stacks) const;

  GraphData* graph_;
  ScanParts& scan_;
  NodeId first_;
  std::vector<Sum> sums_;
  std::vector<Value> stacked_, steps_;
  bool closed_ = false;
};

} // namespace nngc
