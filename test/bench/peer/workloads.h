/// The workloads of the peers as graphs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nngc/graph.h"

namespace nngc::bench {

struct Workload {
  Graph graph;
  std::string value; ///< the result whose sum `run` answers
  /// Arrays whose name is no identifier: what the graph calls them, and what they are called.
  std::map<std::string, std::string> files;
};

[[nodiscard]] Workload lenet_train();

[[nodiscard]] std::vector<std::string> workload_names();

/// Throws std::runtime_error for a name that is none, listing those there are.
[[nodiscard]] Workload workload(const std::string& name);

} // namespace nngc::bench
