/// Work on rows: what nngc-rows measures, as graphs of any size.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nngc/graph.h"

namespace nngc::bench {

struct RowWork {
  std::string name;
  int reads; ///< arrays as large as the result
  Value (*make)(Graph&, std::int64_t rows, std::int64_t width);
};

inline constexpr double row_epsilon = 1e-5; ///< what layer norm adds to the variance

[[nodiscard]] const std::vector<RowWork>& row_works();

} // namespace nngc::bench
