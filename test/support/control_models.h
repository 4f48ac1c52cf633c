/// Small functions with control flow, for every test that wants some: derivatives, roads, text.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nngc/control.h"
#include "nngc/ops.h"
#include "nngc/tensor.h"

namespace nngc::test {

struct ControlModel {
  std::string name;
  /// A graph whose first output is a float of rank 0; all inputs are floats of the dtype. Further
  /// outputs are what that was summed from.
  std::function<Graph(DType)> build;
  std::function<Graph(DType)> unrolled; ///< the same with its steps written out; may be empty
};
[[nodiscard]] const std::vector<ControlModel>& control_models();

/// Uniform in [-1, 1), f64, the same for the same seed; the extents are numbers.
[[nodiscard]] Tensor uniform_f64(const TensorType& type, unsigned seed);

} // namespace nngc::test
