/// The direction of L-BFGS, in graph form.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "nngc/graph.h"

namespace nngc {

/// Parameters (not 16-bit) and their gradients, by name.
struct LbfgsProblem {
  std::span<const std::string> names;
  std::span<const Value> params, grads;
};

/// The approximate inverse Hessian times the gradient, for each parameter; `done`: the number of
/// steps done. Appends the states `<name>_at`, `<name>_slope` (the last point and its gradient),
/// `<name>_s`, `<name>_y` (the last `history` steps and what they did to the gradient) and their
/// updates.
[[nodiscard]] std::vector<Value> lbfgs_steps(Graph& graph, const LbfgsProblem& problem, int history,
                                             Value done, Where where);

} // namespace nngc
