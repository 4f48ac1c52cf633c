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

} // namespace nngc::test
