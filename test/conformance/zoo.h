/// Small models of every usual kind: graphs whose only output is their loss.
#pragma once

#include <string>
#include <vector>

#include "nngc/graph.h"

namespace nngc::test {

struct ZooModel {
  std::string name;
  Graph loss;
};
[[nodiscard]] std::vector<ZooModel> zoo();

/// The graph with the gradients of its first output, by all floats that go in.
[[nodiscard]] Graph with_gradients(Graph g);

} // namespace nngc::test
