#include "test/bench/rows/stream.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nngc::bench {
namespace {

#if defined(__x86_64__)
#define NNGC_STREAM(name, isa, vector, prefix, store, fence)                                       \
  __attribute__((target(isa), noinline)) void name(float* to, const float* a, const float* b,      \
                                                   std::size_t count) {                            \
    constexpr std::size_t lanes = sizeof(vector) / sizeof(float), step = 4 * lanes;                \
    if (b == nullptr) {                                                                            \
      for (std::size_t i = 0; i < count; i += step)                                                \
        _Pragma("GCC unroll 4") for (std::size_t k = 0; k < 4; ++k)                                \
            prefix##_##store##_ps(to + i + k * lanes, prefix##_load_ps(a + i + k * lanes));        \
    } else {                                                                                       \
      for (std::size_t i = 0; i < count; i += step)                                                \
        _Pragma("GCC unroll 4") for (std::size_t k = 0; k < 4; ++k) prefix##_##store##_ps(         \
            to + i + k * lanes, prefix##_add_ps(prefix##_load_ps(a + i + k * lanes),               \
                                                prefix##_load_ps(b + i + k * lanes)));             \
    }                                                                                              \
    fence;                                                                                         \
  }
NNGC_STREAM(cached_512, "avx512f", __m512, _mm512, store, (void)0)
NNGC_STREAM(past_512, "avx512f", __m512, _mm512, stream, _mm_sfence())
NNGC_STREAM(cached_256, "avx2", __m256, _mm256, store, (void)0)
NNGC_STREAM(past_256, "avx2", __m256, _mm256, stream, _mm_sfence())
#undef NNGC_STREAM

#define NNGC_READ(name, isa, vector, prefix)                                                       \
  __attribute__((target(isa), noinline)) float name(const float* from, std::size_t count) {        \
    constexpr std::size_t lanes = sizeof(vector) / sizeof(float), step = 8 * lanes;                \
    vector sums[8];                                                                                \
    for (vector & sum : sums) sum = prefix##_setzero_ps();                                         \
    for (std::size_t i = 0; i < count; i += step)                                                  \
      _Pragma("GCC unroll 8") for (std::size_t k = 0; k < 8; ++k) sums[k] =                        \
          prefix##_add_ps(sums[k], prefix##_load_ps(from + i + k * lanes));                        \
    for (std::size_t k = 1; k < 8; ++k) sums[0] = prefix##_add_ps(sums[0], sums[k]);               \
    return sums[0][0];                                                                             \
  }
NNGC_READ(read_512, "avx512f", __m512, _mm512)
NNGC_READ(read_256, "avx2", __m256, _mm256)
#undef NNGC_READ
#endif

float plain_read(const float* from, std::size_t count) {
  float sums[16] = {};
  for (std::size_t i = 0; i < count; i += 16)
    for (std::size_t k = 0; k < 16; ++k) sums[k] += from[i + k];
  return sums[0];
}

void plain(float* to, const float* a, const float* b, std::size_t count) {
  using V4 = float __attribute__((vector_size(16), may_alias));
  const auto load = [](const float* p) { return *reinterpret_cast<const V4*>(p); };
  for (std::size_t i = 0; i < count; i += 4)
    *reinterpret_cast<V4*>(to + i) = b == nullptr ? load(a + i) : load(a + i) + load(b + i);
}

} // namespace

std::vector<NamedStream> streams() {
#if defined(__x86_64__)
  std::vector<NamedStream> list;
  if (__builtin_cpu_supports("avx512f")) {
    list.push_back({"cached 512", cached_512, false});
    list.push_back({"past 512", past_512, true});
  }
  if (__builtin_cpu_supports("avx2")) {
    list.push_back({"cached 256", cached_256, false});
    list.push_back({"past 256", past_256, true});
  }
  if (!list.empty()) return list;
#endif
  return {{"cached", plain, false}};
}

std::vector<NamedRead> reads() {
#if defined(__x86_64__)
  std::vector<NamedRead> list;
  if (__builtin_cpu_supports("avx512f")) list.push_back({"read 512", read_512});
  if (__builtin_cpu_supports("avx2")) list.push_back({"read 256", read_256});
  if (!list.empty()) return list;
#endif
  return {{"read", plain_read}};
}

} // namespace nngc::bench
