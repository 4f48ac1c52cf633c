/// Reference semantics of the structural primitives: walks over multi-dimensional indices, one
/// element at a time. Naive on purpose: this is the oracle.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#include "ops/accumulate.h"
#include "ops/eval_map.h"

namespace nngc {

using Index = std::vector<std::int64_t>;

/// Row-major number of an element.
inline std::size_t linear_index(const Index& shape, const Index& index) {
  std::int64_t n = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) n = n * shape[i] + index[i];
  return static_cast<std::size_t>(n);
}

/// Calls f(index, linear) for every element, in row-major order; never for an empty shape's.
template <class F> void each_index(const Index& shape, F f) {
  for (std::int64_t d : shape)
    if (d <= 0) return;
  Index index(shape.size(), 0);
  for (std::size_t linear = 0;; ++linear) {
    f(static_cast<const Index&>(index), linear);
    std::size_t axis = shape.size();
    while (axis > 0 && ++index[axis - 1] == shape[axis - 1]) index[--axis] = 0;
    if (axis == 0) return;
  }
}

/// result[index] = operand[source(index)] in whatever domain the arrays are.
template <class F> void move_elements(EvalContext& c, F source) {
  const EvalArray& from = *c.operands[0];
  std::visit(
      [&](auto& out) {
        const auto& in = std::get<std::decay_t<decltype(out)>>(from.data);
        each_index(c.result.shape, [&](const Index& index, std::size_t i) {
          out[i] = in[linear_index(from.shape, source(index))];
        });
      },
      c.result.data);
}

/// Sums run wider than their dtype: f32 in double, 16-bit floats in float, the rest in its own type
/// (ints modulo 2^64). `finished` rounds or wraps once, at the end.
inline std::int64_t finished(DType dtype, std::int64_t v) { return wrap(dtype, v); }
template <class T> T finished(DType dtype, T v) { return settle(dtype, v); }

/// Calls f(result vector, accumulator) with the right accumulator type for the result's dtype and
/// domain; `acc` = f64 makes it double for all floats.
template <class F> void with_accumulator(EvalContext& c, F f) {
  if (auto* ints = std::get_if<std::vector<std::int64_t>>(&c.result.data))
    f(*ints, std::int64_t{0});
  else if (auto* complexes = std::get_if<std::vector<Complex>>(&c.result.data))
    f(*complexes, Complex(0));
  else if (auto* doubles = std::get_if<std::vector<double>>(&c.result.data))
    f(*doubles, 0.0);
  else if (c.result.dtype == DType::F32 || accumulates_in_double(c.attrs))
    f(std::get<std::vector<float>>(c.result.data), 0.0);
  else
    f(std::get<std::vector<float>>(c.result.data), 0.0F);
}

/// Modular for ints (no overflow in the C++ sense), plain for the rest.
template <class T> T plus(T a, T b) { return a + b; }
template <> inline std::int64_t plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
template <class T> T times(T a, T b) { return product(a, b); }
template <> inline std::int64_t times(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

/// Order of elements: the real part, or the number; u64 as unsigned.
template <class T> bool less(DType, T a, T b) { return a < b; }
template <> inline bool less(DType dtype, std::int64_t a, std::int64_t b) {
  return dtype == DType::U64 ? static_cast<std::uint64_t>(a) < static_cast<std::uint64_t>(b)
                             : a < b;
}
template <> inline bool less(DType, Complex a, Complex b) { return a.real() < b.real(); }
template <class T> bool is_nan(T v) { return v != v; }
template <> inline bool is_nan(Complex v) { return std::isnan(v.real()); }

} // namespace nngc
