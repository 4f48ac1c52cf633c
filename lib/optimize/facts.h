/// What is known of all elements of a value without computing any: the ground on which rules for
/// finite numbers hold for all.
#pragma once

#include <limits>

#include "nngc/graph.h"

namespace nngc {

/// Elements that are numbers lie in [low, high]; `nan`: there may be others; `zero`: 0 may be among
/// them. Of no elements anything is true.
struct Facts {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool nan = true;
  bool zero = true;

  [[nodiscard]] bool bounded() const {
    return low > -std::numeric_limits<double>::infinity() &&
           high < std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] bool finite() const { return bounded() && !nan; }
  [[nodiscard]] bool no_zero() const { return !zero || low > 0 || high < 0; }
};

/// Inputs may be anything. Looks at some dozens of nodes above `v` at most.
[[nodiscard]] Facts facts_of(Value v);

} // namespace nngc
