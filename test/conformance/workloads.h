/// Every workload that exists, for tests that run whole models: the lists of the benchmarks and the
/// models of the documentation are walked, so that a new one is taken without being told.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nngc/graph.h"

namespace nngc::test {

struct Workload {
  std::string name;
  std::function<Graph()> make;
  std::int64_t n = 0; ///< value of the symbol, if there is one
};

/// Every kind of kernel, large enough to be cut into blocks; the first of all workloads.
[[nodiscard]] std::vector<Workload> blocked_workloads();
[[nodiscard]] std::vector<Workload> all_workloads();

} // namespace nngc::test
