/// Functions at points where the usual rules give 0 * inf, though the mathematics has an answer.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nngc/graph.h"

namespace nngc::test {

struct SingularCase {
  std::string name;       ///< singular.py says under it what is true, and how others write it
  std::vector<double> at; ///< the input x, a vector
  std::function<Value(Value x)> f;
};

[[nodiscard]] std::vector<SingularCase> singular_cases();

} // namespace nngc::test
