#include "test/bench/math/libmvec.h"

#include <map>

#if defined(NNGC_HAS_MVEC)
#include <immintrin.h>
#endif

namespace nngc::bench {

#if defined(NNGC_HAS_MVEC)
namespace {

// One call per vector is how libmvec is used: gcc vectorizes a loop over expf to the same.
#define NNGC_LOOP(name, isa, vector, element, prefix, suffix, expression)                          \
  __attribute__((target(isa), noinline)) void name(element* to, const element* from,               \
                                                   std::size_t count) {                            \
    for (std::size_t i = 0; i < count; i += sizeof(vector) / sizeof(element)) {                    \
      const vector x = prefix##_loadu_##suffix(from + i);                                          \
      prefix##_storeu_##suffix(to + i, expression);                                                \
    }                                                                                              \
  }

// `mangled(f)` is libmvec's function f for that vector.
#define NNGC_FAMILY(space, isa, vector, element, prefix, suffix, mangled)                          \
  extern "C" {                                                                                     \
  vector mangled(exp)(vector);                                                                     \
  vector mangled(log)(vector);                                                                     \
  vector mangled(tanh)(vector);                                                                    \
  vector mangled(erf)(vector);                                                                     \
  vector mangled(sin)(vector);                                                                     \
  vector mangled(cos)(vector);                                                                     \
  }                                                                                                \
  namespace space {                                                                                \
  NNGC_LOOP(exp, isa, vector, element, prefix, suffix, mangled(exp)(x))                            \
  NNGC_LOOP(log, isa, vector, element, prefix, suffix, mangled(log)(x))                            \
  NNGC_LOOP(tanh, isa, vector, element, prefix, suffix, mangled(tanh)(x))                          \
  NNGC_LOOP(erf, isa, vector, element, prefix, suffix, mangled(erf)(x))                            \
  NNGC_LOOP(sin, isa, vector, element, prefix, suffix, mangled(sin)(x))                            \
  NNGC_LOOP(cos, isa, vector, element, prefix, suffix, mangled(cos)(x))                            \
  NNGC_LOOP(logistic, isa, vector, element, prefix, suffix, 1 / (1 + mangled(exp)(-x)))            \
  NNGC_LOOP(gelu, isa, vector, element, prefix, suffix,                                            \
            (x * element(0.5)) * (1 + mangled(erf)(x * element(0.70710678118654752440))))          \
  const std::map<std::string, OnArray<element>>& all() {                                           \
    static const std::map<std::string, OnArray<element>> map = {                                   \
        {"exp", exp}, {"log", log}, {"tanh", tanh},         {"erf", erf},                          \
        {"sin", sin}, {"cos", cos}, {"logistic", logistic}, {"gelu", gelu}};                       \
    return map;                                                                                    \
  }                                                                                                \
  }

#define NNGC_E16(function) _ZGVeN16v_##function##f
#define NNGC_E8(function) _ZGVeN8v_##function
#define NNGC_D8(function) _ZGVdN8v_##function##f
#define NNGC_D4(function) _ZGVdN4v_##function
NNGC_FAMILY(f32x16, "avx512f", __m512, float, _mm512, ps, NNGC_E16)
NNGC_FAMILY(f64x8, "avx512f", __m512d, double, _mm512, pd, NNGC_E8)
NNGC_FAMILY(f32x8, "avx2", __m256, float, _mm256, ps, NNGC_D8)
NNGC_FAMILY(f64x4, "avx2", __m256d, double, _mm256, pd, NNGC_D4)

template <class T>
OnArray<T> chosen(const std::map<std::string, OnArray<T>>& wide,
                  const std::map<std::string, OnArray<T>>& narrow, const std::string& function) {
  if (__builtin_cpu_supports("avx512f")) return wide.at(function);
  if (__builtin_cpu_supports("avx2")) return narrow.at(function);
  return nullptr;
}

} // namespace

template <> OnArray<float> libmvec<float>(const std::string& function) {
  return chosen<float>(f32x16::all(), f32x8::all(), function);
}
template <> OnArray<double> libmvec<double>(const std::string& function) {
  return chosen<double>(f64x8::all(), f64x4::all(), function);
}
#else
template <> OnArray<float> libmvec<float>(const std::string&) { return nullptr; }
template <> OnArray<double> libmvec<double>(const std::string&) { return nullptr; }
#endif

} // namespace nngc::bench
