/// What call, cond, scan and while mean, for whoever can run a body: the interpreter, and tests
/// that interpret with a difference.
#pragma once

#include <functional>
#include <vector>

#include "ir/graph_data.h"
#include "ops/reference.h"

namespace nngc {

struct RegionRunner {
  std::function<std::vector<EvalArray>(const Graph& body, std::vector<EvalArray> inputs)> body;
  std::function<EvalArray(const TensorType& type)> zeros;
  std::function<std::int64_t(Dim dim)> extent;
  /// Whether the dim's symbol has a value; else gives it one, which it is found to need.
  std::function<bool(Dim dim)> known;
  std::function<void(Dim dim, std::int64_t value)> bind;
  Where where;
};
/// All results of the node. Results of one node are as many as result_types() says.
[[nodiscard]] std::vector<EvalArray> run_region(const GraphData& graph, NodeId id,
                                                const std::vector<const EvalArray*>& operands,
                                                const RegionRunner& run);

} // namespace nngc
