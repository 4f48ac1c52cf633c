/// A body together with its derivative, apart from the graph it is called in: what the rules of
/// call, cond, scan and while have in common.
#pragma once

#include <span>
#include <vector>

#include "autodiff/derivatives.h"

namespace nngc {

/// Which inputs or outputs of a body.
using Which = std::vector<bool>;

/// The inputs of `body` that the outputs `to` depend on differentiably; the outputs that depend on
/// the inputs `from`.
[[nodiscard]] Which inputs_behind(const Graph& body, const Which& to);
[[nodiscard]] Which outputs_behind(const Graph& body, const Which& from);

/// Body and reverse mode in one graph. Values are of that graph.
struct BodyVjp {
  /// With cotangents for the outputs `given`, for the inputs `wanted`.
  BodyVjp(const Graph& body, const Which& given, const Which& wanted, Where where);

  Graph graph;
  std::vector<Value> inputs, outputs;
  std::vector<Value> cotangents; ///< parameters, one per output; empty where none is given
  std::vector<Value> gradients;  ///< one per input; empty: zero, or not wanted
  /// Which nodes belong to the body's own part: its nodes, and what derivatives of loops and calls
  /// inside of it want the forward part to compute.
  std::vector<bool> forward;

  /// Values of the body that the backward part needs and the forward part has to keep: neither
  /// inputs nor made of `constant` inputs alone. What is cheap to compute from others is not kept.
  [[nodiscard]] std::vector<Value> residuals(const Which& constant) const;
  /// The inputs that the backward part reads, given the residuals.
  [[nodiscard]] Which inputs_used(std::span<const Value> residuals) const;
};

/// The same for forward mode: `along` says which inputs have tangents.
struct BodyJvp {
  BodyJvp(const Graph& body, const Which& along, Where where);

  Graph graph;
  std::vector<Value> inputs, outputs;
  std::vector<Value> along;    ///< parameters, one per input; empty where it has no tangent
  std::vector<Value> tangents; ///< one per output; empty: zero
};

} // namespace nngc
