/// Element by element over the interpreter's arrays: the reference semantics of the elementwise
/// ops.
///
/// Functions are computed in double and rounded once to the dtype, so that the oracle is closer to
/// the truth than what it judges. In the complex domain a value carries its derivative as a tiny
/// imaginary part (1e-30) whose square vanishes, so first order is all there is: f(x + ih) = f(x) +
/// ih f'(x), with f' from a formula of its own, never the op's derivative rule. Products and
/// quotients follow the same law; their real parts are those of the f64 domain bit for bit, which
/// std::complex's operators do not promise. An imaginary part of 0 stays 0 where f' is infinite.
#pragma once

#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "nngc/tensor.h"
#include "ops/reference.h"

namespace nngc {

/// What the dtype keeps of a result: 16-bit floats are rounded, everything else is as it is.
inline float settle(DType t, float x) {
  if (t == DType::BF16) return from_bf16(to_bf16(x));
  if (t == DType::F16) return from_f16(to_f16(x));
  return x;
}
inline double settle(DType, double x) { return x; }
inline Complex settle(DType, Complex x) { return x; }

/// The low bits of `x` read as the dtype's integer (u64: as they are).
inline std::int64_t wrap(DType t, std::int64_t x) {
  switch (t) {
  case DType::Bool: return x & 1;
  case DType::I8: return static_cast<std::int8_t>(x);
  case DType::I16: return static_cast<std::int16_t>(x);
  case DType::I32: return static_cast<std::int32_t>(x);
  case DType::U8: return static_cast<std::uint8_t>(x);
  case DType::U16: return static_cast<std::uint16_t>(x);
  case DType::U32: return static_cast<std::uint32_t>(x);
  default: return x;
  }
}
inline std::uint64_t bits(std::int64_t x) { return static_cast<std::uint64_t>(x); }

/// What decisions look at.
inline float real_part(float x) { return x; }
inline double real_part(double x) { return x; }
inline double real_part(Complex x) { return x.real(); }

/// An imaginary part times a derivative.
inline double moved(double imag, double derivative) { return imag == 0 ? 0 : imag * derivative; }

template <class T> T product(T a, T b) { return a * b; }
inline Complex product(Complex a, Complex b) {
  return {a.real() * b.real(), moved(a.imag(), b.real()) + moved(b.imag(), a.real())};
}
template <class T> T quotient(T a, T b) { return a / b; }
inline Complex quotient(Complex a, Complex b) {
  const double q = a.real() / b.real();
  return {q, moved(a.imag(), 1 / b.real()) - moved(b.imag(), q / b.real())};
}

/// result = f(x), f on float, double and Complex alike.
template <class F> void map_unary(EvalContext& c, F f) {
  std::visit(
      [&]<class T>(std::vector<T>& out) {
        if constexpr (!std::is_same_v<T, std::int64_t>) {
          const auto& x = std::get<std::vector<T>>(c.operands[0]->data);
          for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = settle(c.result.dtype, static_cast<T>(f(x[i])));
        } else {
          assert(false && "an op of floats");
        }
      },
      c.result.data);
}

/// result = f(x) for a function of doubles and its derivative.
template <class F, class D> void map_function(EvalContext& c, F f, D derivative) {
  map_unary(c, [&]<class T>(T x) -> T {
    if constexpr (std::is_same_v<T, Complex>) {
      return {f(x.real()), x.imag() == 0 ? 0 : x.imag() * derivative(x.real())};
    } else {
      return static_cast<T>(f(static_cast<double>(x)));
    }
  });
}

/// result = f(a, b), f on two floats, doubles or Complex.
template <class F> void map_binary(EvalContext& c, F f) {
  std::visit(
      [&]<class T>(std::vector<T>& out) {
        if constexpr (!std::is_same_v<T, std::int64_t>) {
          const auto& a = std::get<std::vector<T>>(c.operands[0]->data);
          const auto& b = std::get<std::vector<T>>(c.operands[1]->data);
          for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = settle(c.result.dtype, static_cast<T>(f(a[i], b[i])));
        } else {
          assert(false && "an op of floats");
        }
      },
      c.result.data);
}

/// The same for ints and bools, wrapped. `f` sees u64 as its bit pattern.
template <class F> void map_unary_int(EvalContext& c, F f) {
  auto& out = std::get<std::vector<std::int64_t>>(c.result.data);
  const auto& x = std::get<std::vector<std::int64_t>>(c.operands[0]->data);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = wrap(c.result.dtype, f(x[i]));
}
template <class F> void map_binary_int(EvalContext& c, F f) {
  auto& out = std::get<std::vector<std::int64_t>>(c.result.data);
  const auto& a = std::get<std::vector<std::int64_t>>(c.operands[0]->data);
  const auto& b = std::get<std::vector<std::int64_t>>(c.operands[1]->data);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = wrap(c.result.dtype, f(a[i], b[i]));
}

} // namespace nngc
