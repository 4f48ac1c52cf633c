#include "test/accuracy/functions.h"

#include <array>
#include <cmath>

namespace nngc::accuracy {
namespace {

// 1 / (1 + e^-x) without the overflow of e^-x, which would cost the subnormal results.
template <class T> T logistic_of(T x) {
  if (x >= 0) return 1 / (1 + std::exp(-x));
  const T e = std::exp(x);
  return e / (1 + e);
}
template <class T> T rsqrt_of(T x) { return 1 / std::sqrt(x); }

using enum Function::Monotone;
#define NNGC_LIBM(name)                                                                            \
  [](double x) { return std::name(x); }, [](long double x) { return std::name(x); }
constexpr std::array<Function, 12> all = {{
    {"exp", exp, NNGC_LIBM(exp), -708, 709, Rising},
    {"expm1", expm1, NNGC_LIBM(expm1), -40, 40, Rising},
    {"log", log, NNGC_LIBM(log), 0, 4, Rising},
    {"log1p", log1p, NNGC_LIBM(log1p), -1, 4, Rising},
    {"tanh", tanh, NNGC_LIBM(tanh), -20, 20, Rising},
    {"logistic", logistic, logistic_of<double>, logistic_of<long double>, -700, 40, Rising},
    {"erf", erf, NNGC_LIBM(erf), -6, 6, Rising},
    {"sin", sin, NNGC_LIBM(sin), -100, 100, No},
    {"cos", cos, NNGC_LIBM(cos), -100, 100, No},
    {"atan", atan, NNGC_LIBM(atan), -10, 10, Rising},
    {"sqrt", sqrt, NNGC_LIBM(sqrt), 0, 100, Rising},
    {"rsqrt", rsqrt, rsqrt_of<double>, rsqrt_of<long double>, 0, 100, Falling},
}};
#undef NNGC_LIBM

constexpr std::array<Function2, 1> of_two = {{{"pow", pow}}};

} // namespace

std::span<const Function2> functions_of_two() { return of_two; }

std::span<const Function> functions() { return all; }

} // namespace nngc::accuracy
