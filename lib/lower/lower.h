/// From an optimized graph to a loop program: fusion groups on the graph, kernels, order, memory.
#pragma once

#include <string>
#include <vector>

#include "loop/loop_ir.h"
#include "nngc/graph.h"

namespace nngc {

struct Lowered {
  loop::Entry entry;
  Graph graph;             ///< the legalized graph that was lowered
  std::vector<int> groups; ///< kernel of each of its nodes, -1: none or several (recomputed)
  std::vector<std::string> group_names; ///< by kernel
};

/// Lowers the outputs of `graph` to an entry called `symbol`; kernels are called `<symbol>_k<i>`.
/// Throws Error{Unsupported} naming what cannot be lowered (two symbols multiplied, ...).
[[nodiscard]] Lowered lower(const Graph& graph, const std::string& symbol);

} // namespace nngc
