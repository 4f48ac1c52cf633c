/// What an op's reference semantics sees: arrays of the interpreter. Naive on purpose and
/// independent of the lowering: this is the oracle. Floats run in one of two domains: their own
/// dtype (float, double; 16-bit floats as float, rounded after each op), or complex<double>, the
/// complex-step oracle, in which comparisons, abs, max, rounding, conversion look at the real part
/// and pass the imaginary part where the function is analytic.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "ir/attrs.h"
#include "nngc/type.h"

namespace nngc {

using Complex = std::complex<double>;

/// Row-major. Ints and bools of every width are int64 (u64: its bit pattern), wrapped to the dtype
/// after each op; f16, bf16, f32: float (16-bit ones rounded); f64: double; every float dtype in
/// the complex domain: Complex.
struct EvalArray {
  DType dtype = DType::F32;
  std::vector<std::int64_t> shape;
  std::variant<std::vector<std::int64_t>, std::vector<float>, std::vector<double>,
               std::vector<Complex>>
      data;
  [[nodiscard]] std::int64_t size() const {
    std::int64_t n = 1;
    for (std::int64_t d : shape) n *= d;
    return n;
  }
};

struct EvalContext {
  std::vector<const EvalArray*> operands;
  EvalArray& result; ///< dtype, shape and the right variant, sized, zero
  const Attrs& attrs;
  /// The value of a symbolic dim in attributes.
  std::int64_t (*dim_value)(const void* self, Dim) = nullptr;
  const void* self = nullptr;
  [[nodiscard]] std::int64_t value(Dim d) const {
    return d.is_static() ? d.value() : dim_value(self, d);
  }
};

} // namespace nngc
