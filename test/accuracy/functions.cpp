#include "test/accuracy/functions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "nngc/op_info.h"

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
constexpr std::array<Function, 16> all = {{
    {"exp", "exp", exp, NNGC_LIBM(exp), -708, 709, Rising},
    {"expm1", "expm1", expm1, NNGC_LIBM(expm1), -40, 40, Rising},
    {"log", "log", log, NNGC_LIBM(log), 0, 4, Rising},
    {"log1p", "log1p", log1p, NNGC_LIBM(log1p), -1, 4, Rising},
    {"tanh", "tanh", tanh, NNGC_LIBM(tanh), -20, 20, Rising},
    {"logistic", "logistic", logistic, logistic_of<double>, logistic_of<long double>, -700, 40,
     Rising},
    {"erf", "erf", erf, NNGC_LIBM(erf), -6, 6, Rising},
    {"sin", "sin", sin, NNGC_LIBM(sin), -100, 100, No},
    {"cos", "cos", cos, NNGC_LIBM(cos), -100, 100, No},
    {"atan", "atan", atan, NNGC_LIBM(atan), -10, 10, Rising},
    {"sqrt", "sqrt", sqrt, NNGC_LIBM(sqrt), 0, 100, Rising},
    {"rsqrt", "rsqrt", rsqrt, rsqrt_of<double>, rsqrt_of<long double>, 0, 100, Falling},
    {"floor", "round", floor, NNGC_LIBM(floor), -100, 100, Rising},
    {"ceil", "round", ceil, NNGC_LIBM(ceil), -100, 100, Rising},
    {"trunc", "round", trunc, NNGC_LIBM(trunc), -100, 100, Rising},
    {"round_even", "round", round_even, NNGC_LIBM(nearbyint), -100, 100, Rising},
}};
#undef NNGC_LIBM

constexpr std::array<Function2, 3> of_two = {
    {{"pow", pow, mpfr_pow}, {"div", div, mpfr_div}, {"rem", rem, mpfr_fmod}}};

} // namespace

std::span<const Function2> functions_of_two() { return of_two; }

std::span<const Function> functions() {
  for (const OpInfo& op : op_infos())
    if (op.elementwise && op.signature == "(x: float) -> as x" &&
        std::none_of(all.begin(), all.end(), [&](const Function& f) { return f.op == op.name; }))
      throw std::logic_error("no row for the primitive " + std::string(op.name));
  return all;
}

} // namespace nngc::accuracy
