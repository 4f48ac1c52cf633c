/// Correct values of elementary functions from MPFR, and distances to them in units of the last
/// place.
#pragma once

#include <cfloat>
#include <cmath>
#include <limits>

#include <mpfr.h>

#include "codegen/math_functions.h"

namespace nngc::test {

using codegen::MathFn;

class Reference {
public:
  Reference() { mpfr_inits2(160, x_, y_, value_, work_, nullptr); }
  ~Reference() { mpfr_clears(x_, y_, value_, work_, nullptr); }
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  void compute(MathFn fn, double x, double y) {
    mpfr_set_d(x_, x, MPFR_RNDN);
    mpfr_set_d(y_, y, MPFR_RNDN);
    switch (fn) {
    case MathFn::Exp: mpfr_exp(value_, x_, MPFR_RNDN); break;
    case MathFn::Expm1: mpfr_expm1(value_, x_, MPFR_RNDN); break;
    case MathFn::Log: mpfr_log(value_, x_, MPFR_RNDN); break;
    case MathFn::Log1p: mpfr_log1p(value_, x_, MPFR_RNDN); break;
    case MathFn::Tanh: mpfr_tanh(value_, x_, MPFR_RNDN); break;
    case MathFn::Logistic:
      mpfr_neg(work_, x_, MPFR_RNDN);
      mpfr_exp(work_, work_, MPFR_RNDN);
      mpfr_add_ui(work_, work_, 1, MPFR_RNDN);
      mpfr_ui_div(value_, 1, work_, MPFR_RNDN);
      break;
    case MathFn::Erf: mpfr_erf(value_, x_, MPFR_RNDN); break;
    case MathFn::Sin: mpfr_sin(value_, x_, MPFR_RNDN); break;
    case MathFn::Cos: mpfr_cos(value_, x_, MPFR_RNDN); break;
    case MathFn::Atan: mpfr_atan(value_, x_, MPFR_RNDN); break;
    case MathFn::Pow: mpfr_pow(value_, x_, y_, MPFR_RNDN); break;
    case MathFn::Sqrt: mpfr_sqrt(value_, x_, MPFR_RNDN); break;
    case MathFn::Rsqrt:
      // IEEE 754's rSqrt(-0) is -inf, MPFR's +inf.
      mpfr_rec_sqrt(value_, x_, MPFR_RNDN);
      if (x == 0) mpfr_set_d(value_, 1 / x, MPFR_RNDN);
      break;
    case MathFn::Floor: mpfr_rint(value_, x_, MPFR_RNDD); break;
    case MathFn::Ceil: mpfr_rint(value_, x_, MPFR_RNDU); break;
    case MathFn::Trunc: mpfr_rint(value_, x_, MPFR_RNDZ); break;
    case MathFn::RoundEven: mpfr_rint(value_, x_, MPFR_RNDN); break;
    }
  }

  /// How far `got` is from the value: 0 for the right NaN, infinity or zero, a huge number for a
  /// wrong one. Infinity counts as the number after the largest.
  template <class T> double distance(T got) {
    constexpr double wrong = 1e30;
    const T nearest = rounded<T>();
    if (std::isnan(nearest) || std::isnan(got))
      return std::isnan(nearest) && std::isnan(got) ? 0 : wrong;
    if (mpfr_inf_p(value_) || mpfr_zero_p(value_))
      return got == nearest && std::signbit(got) == std::signbit(nearest) ? 0 : wrong;
    if (std::signbit(got) != std::signbit(nearest)) return wrong;
    constexpr long max_exponent = std::numeric_limits<T>::max_exponent;
    if (std::isinf(got)) {
      if (std::isinf(nearest)) return 0;
      mpfr_set_ui_2exp(work_, 1, max_exponent, MPFR_RNDN);
      mpfr_setsign(work_, work_, std::signbit(got), MPFR_RNDN);
    } else {
      mpfr_set_d(work_, static_cast<double>(got), MPFR_RNDN);
    }
    constexpr long digits = std::numeric_limits<T>::digits;
    long exponent = mpfr_get_exp(value_);
    if (exponent < std::numeric_limits<T>::min_exponent)
      exponent = std::numeric_limits<T>::min_exponent;
    if (exponent > max_exponent) exponent = max_exponent;
    mpfr_sub(work_, work_, value_, MPFR_RNDN);
    mpfr_mul_2si(work_, work_, digits - exponent, MPFR_RNDN);
    return std::fabs(mpfr_get_d(work_, MPFR_RNDN));
  }

private:
  template <class T> T rounded() {
    if constexpr (sizeof(T) == sizeof(float))
      return mpfr_get_flt(value_, MPFR_RNDN);
    else
      return mpfr_get_d(value_, MPFR_RNDN);
  }

  mpfr_t x_, y_, value_, work_;
};

} // namespace nngc::test
