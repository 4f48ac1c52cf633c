/// What a function is in exact arithmetic, and how far its own dtype may be from it: the running
/// error analysis that random graphs' judge owns (fuzz/error_bound.h), per output and element.
#pragma once

#include <vector>

#include "test/conformance/function.h"

namespace nngc::test {

struct Exact {
  std::vector<std::vector<double>> value; ///< in f64, whatever the dtypes
  std::vector<std::vector<double>> error; ///< how far a result may be off at most
};
/// Fails the running test where an error is not finite: it would allow anything.
[[nodiscard]] Exact exact(const Function& f);

} // namespace nngc::test
