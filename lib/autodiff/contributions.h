/// What derivative rules hand over, before it is one value: masked parts, and their sum.
#pragma once

#include <span>
#include <vector>

#include "ir/graph_data.h"
#include "ir/op_def.h"

namespace nngc {

/// A masked value that may be known to be 0 where the mask is false: then it is a tensor as it is,
/// and the mask matters only to what is multiplied by it next.
struct Contribution : Masked {
  bool zero_outside = false;
};

/// The contribution as a tensor: select(mask, value, 0), or the value where that changes nothing.
[[nodiscard]] Value materialized(const Contribution& c);
/// `m` where `mask` is true too.
[[nodiscard]] Masked narrowed(const Masked& m, Value mask);

/// The sum of the parts, from left to right: parts under one mask stay under it, two that exclude
/// each other become one select, of others both are materialized and count where either does. More
/// than two 16-bit floats are added in f32. No parts: an empty value.
[[nodiscard]] Contribution sum_of(std::span<const Contribution> parts);

/// `value`, the cotangent of the operand of `v`, where that of `v` counts at `mask` (of its shape):
/// behind a broadcast_in_dim or a reduce still masked, if the operand has a use for it.
[[nodiscard]] Contribution masked_behind(Value v, Value value, Value mask);

/// The error again, about the derivative of `v`, with that place.
[[noreturn]] void rethrow_at(Value v, const Where& where, const Error& error);

/// While it lives, new nodes count as derivatives of the node `origin` (restored even when a rule
/// throws).
class OriginScope {
public:
  explicit OriginScope(GraphData* graph) : graph_(graph), before_(graph->origin) {}
  ~OriginScope() { graph_->origin = before_; }
  OriginScope(const OriginScope&) = delete;
  OriginScope& operator=(const OriginScope&) = delete;
  void set(NodeId origin) { graph_->origin = origin; }

private:
  GraphData* graph_;
  NodeId before_;
};

/// The nodes on a path from `sources` to `targets` along which a derivative flows, indexed by id up
/// to the last target: floats only, through ops that have a rule.
[[nodiscard]] std::vector<bool> paths_between(const GraphData& graph,
                                              std::span<const Value> sources,
                                              std::span<const Value> targets);

/// Runs `rule`, the derivative of `v`. What its builders find wrong is no line of ours: it is
/// thrown again with the node and the user's place.
template <class Rule> auto with_place(Value v, const Where& where, Rule rule) {
  try {
    return rule();
  } catch (const Error& error) {
    rethrow_at(v, where, error);
  }
}

/// Throws Error{Type} naming the value unless it is a float.
void check_differentiable(std::string_view what, Value v, Where where);
/// Throws Error unless there is one direction for each value, of the same type and graph.
void check_directions(std::string_view what, std::string_view of, std::span<const Value> values,
                      std::span<const Value> directions, Where where);

} // namespace nngc
