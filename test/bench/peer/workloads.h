/// The workloads of the peers that are made of perceptrons, as graphs.
#pragma once

#include <string>
#include <vector>

#include "nngc/graph.h"

namespace nngc::bench {

struct Workload {
  Graph graph;
  std::string value; ///< the result whose sum `run` answers
};

[[nodiscard]] std::vector<std::string> workload_names();

/// Throws std::runtime_error for a name that is none, listing those there are.
[[nodiscard]] Workload workload(const std::string& name);

} // namespace nngc::bench
