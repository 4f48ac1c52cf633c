#include "test/bench/gemm/roof.h"

#include <chrono>

namespace nngc::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr long rounds = 4096;

#if defined(__x86_64__)
// Twelve sums: two multiply-add units of a latency of at most five would be busy with ten. The asm
// pins one multiply-add per statement; a compiler would fold a loop that repeats itself.
#define NNGC_FMA_LOOP(name, isa, vector, constraint)                                               \
  __attribute__((target(isa), noinline)) double name() {                                           \
    vector sums[12] = {}, x = {}, y = {};                                                          \
    for (long i = 0; i < rounds; ++i) {                                                            \
      _Pragma("GCC unroll 12") for (int k = 0; k < 12; ++k) asm volatile(                          \
          "vfmadd231ps %1, %2, %0" : "+" constraint(sums[k]) : constraint(x), constraint(y));      \
    }                                                                                              \
    return 2.0 * rounds * 12 * sizeof(vector) / sizeof(float);                                     \
  }
using V8 = float __attribute__((vector_size(32)));
using V16 = float __attribute__((vector_size(64)));
NNGC_FMA_LOOP(fma_256, "avx2,fma", V8, "x")
NNGC_FMA_LOOP(fma_512, "avx512f", V16, "v")
#undef NNGC_FMA_LOOP
#endif

double plain() {
  using V4 = float __attribute__((vector_size(16)));
  V4 sums[12] = {}, x = {1, 1, 1, 1}, y = {};
  for (long i = 0; i < rounds; ++i)
    for (V4& sum : sums) {
      sum = sum * x + y;
      asm volatile("" : "+m"(sum));
    }
  return 2.0 * rounds * 12 * 4;
}

double once() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return fma_512();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return fma_256();
#endif
  return plain();
}

} // namespace

double fma_roof(double seconds) {
  const Clock::time_point start = Clock::now();
  double operations = 0, elapsed = 0;
  do {
    operations += once();
    elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  } while (elapsed < seconds);
  return operations / elapsed;
}

} // namespace nngc::bench
