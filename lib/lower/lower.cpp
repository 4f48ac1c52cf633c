// Lowering reads as it runs: legal form, fusion plan, merging, schedule.
#include "lower/lower.h"

#include "lower/plan.h"
#include "ops/inline_calls.h"

namespace nngc {

loop::Entry lower_detail::lower_body(const Graph& body, const std::string& symbol) {
  return lower(body, symbol).entry;
}

Lowered lower(const Graph& graph, const std::string& symbol) {
  if (graph.outputs().empty())
    throw Error(Error::Kind::Graph,
                "lower: graph '" + graph.name() + "' has no output; name one with Graph::output");
  // Calls are functions in place; the optimizer has put them there already, if it ran.
  // Few forms of contraction, so that everything after sees [batch, m, k] x [batch, k, n] only.
  Lowered result{{}, lower_detail::legalize(inline_calls(graph)), {}, {}};
  // Which values get a buffer and which stay in registers, decided before any buffer exists.
  lower_detail::Plan plan = lower_detail::make_plan(*result.graph.data());
  // Kernels over one space become one where that saves a trip to memory.
  lower_detail::merge_groups(plan);
  // What is cheaper to compute again than to store and load, now that it is known who reads it.
  lower_detail::recompute_cheap(plan);
  // What is left to copy to a result as it is, is stored there at once.
  lower_detail::share_views(plan);
  // Order, in-place updates, kernels, one arena.
  result.entry = lower_detail::make_entry(plan, symbol, result.groups, result.group_names);
  return result;
}

} // namespace nngc
