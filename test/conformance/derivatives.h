/// Every case's derivatives against the complex step to order 3, and the figures that docs/ops.md
/// publishes of them.
#pragma once

#include <map>
#include <utility>

#include "ir/op_def.h"

namespace nngc::test {

struct DerivativeFigures {
  /// In f64, by op and order: the greatest error, relative to the greatest element.
  std::map<std::pair<Opcode, int>, double> error;
  /// In f32, by op: the greatest error of any order, as a share of what the op's roundings allow.
  std::map<Opcode, double> share;
};
/// Checks all, once, in the test case that asks first.
const DerivativeFigures& checked_derivatives();

} // namespace nngc::test
