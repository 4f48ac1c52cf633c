// Small parts of patterns.
#include "optimize/rule.h"

#include <bit>
#include <cmath>

namespace nngc {

bool is_number(Value v, double number) {
  double element = 0;
  return is_splat(v, element) &&
         std::bit_cast<std::uint64_t>(element) == std::bit_cast<std::uint64_t>(number);
}

bool is_splat(Value v) {
  double element = 0;
  return is_splat(v, element);
}

Value under_views(Value v) {
  while (is(v, Opcode::BroadcastInDim) || is(v, Opcode::Reshape) || is(v, Opcode::StopGradient))
    v = operand(v, 0);
  return v;
}

Value squared(Value v) {
  if (is(v, Opcode::Ipow)) return attr<std::int64_t>(v, "n") == 2 ? operand(v, 0) : Value{};
  return is(v, Opcode::Mul) && operand(v, 0).same(operand(v, 1)) ? operand(v, 0) : Value{};
}

Value number_like(Value v, double number) { return splat(v.graph(), v.dtype(), number, v.shape()); }

bool has_exact_reciprocal(DType dtype, double x) {
  int exponent = 0;
  if (!is_float(dtype) || std::fabs(std::frexp(x, &exponent)) != 0.5) return false;
  // Both x and 1/x normal: exponents within +-(bias - 1).
  const int limit = dtype == DType::F64 ? 1022 : dtype == DType::F16 ? 14 : 126;
  return std::abs(exponent - 1) <= limit;
}

} // namespace nngc
