// f16 and bf16: every bit pattern, and rounding against a search that knows only the values.
#include <bit>
#include <cmath>
#include <cstring>
#include <random>

#include "nngc/tensor.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

struct Format {
  std::uint16_t (*to)(float);
  float (*from)(std::uint16_t);
  int exponent_bits, mantissa_bits;
};
constexpr Format f16{to_f16, from_f16, 5, 10}, bf16{to_bf16, from_bf16, 8, 7};

/// The value that the pattern stands for, from the definition.
double value_of(const Format& f, std::uint32_t bits) {
  const int bias = (1 << (f.exponent_bits - 1)) - 1;
  const int exponent = static_cast<int>(bits >> f.mantissa_bits & ((1U << f.exponent_bits) - 1));
  const double mantissa = bits & ((1U << f.mantissa_bits) - 1);
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == (1 << f.exponent_bits) - 1) return sign * (mantissa == 0 ? INFINITY : NAN);
  if (exponent == 0) return sign * std::ldexp(mantissa, 1 - bias - f.mantissa_bits);
  return sign * std::ldexp(mantissa + (1 << f.mantissa_bits), exponent - bias - f.mantissa_bits);
}

/// Nearest pattern, ties to the even one, found among neighbours: patterns of one sign are ordered.
std::uint16_t nearest(const Format& f, float x) {
  const double magnitude = std::fabs(x);
  const std::uint32_t infinity = ((1U << f.exponent_bits) - 1) << f.mantissa_bits;
  std::uint32_t low = 0, high = infinity; // value(low) <= magnitude
  while (high - low > 1) {
    const std::uint32_t middle = (low + high) / 2;
    (value_of(f, middle) <= magnitude ? low : high) = middle;
  }
  // Infinity rounds as if it were the next power of two.
  const double above =
      high == infinity ? 2 * value_of(f, infinity - (1U << f.mantissa_bits)) : value_of(f, high);
  const double down = magnitude - value_of(f, low), up = above - magnitude;
  std::uint32_t bits = down < up || (down == up && low % 2 == 0) ? low : high;
  if (std::isinf(x)) bits = infinity;
  return static_cast<std::uint16_t>(bits | (std::signbit(x) ? 0x8000U : 0));
}

void check_all_patterns(const Format& f) {
  int wrong = 0;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto pattern = static_cast<std::uint16_t>(bits);
    const float x = f.from(pattern);
    const double wanted = value_of(f, bits);
    if (std::isnan(wanted)) {
      wrong += !std::isnan(x) || !std::isnan(f.from(f.to(x)));
    } else {
      wrong += x != wanted || std::signbit(x) != std::signbit(wanted);
      wrong += f.to(x) != pattern;
    }
  }
  CHECK(wrong == 0);
}

void check_rounding(const Format& f) {
  int wrong = 0;
  const auto check = [&](float x) { wrong += f.to(x) != nearest(f, x); };
  // Around every midpoint between neighbours, where rounding decides.
  const std::uint32_t infinity = ((1U << f.exponent_bits) - 1) << f.mantissa_bits;
  for (std::uint32_t bits = 0; bits + 1 < infinity; ++bits) {
    const auto middle = static_cast<float>((value_of(f, bits) + value_of(f, bits + 1)) / 2);
    for (const float x : {std::nextafter(middle, 0.0F), middle, std::nextafter(middle, INFINITY)})
      check(x), check(-x);
  }
  std::mt19937 random(7);
  for (int i = 0; i < 100000; ++i) {
    const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isnan(x)) check(x);
  }
  for (const float x : {65504.0F, 65519.996F, 65520.0F, 3.3895314e38F, 3.4028235e38F, INFINITY,
                        -INFINITY, 0.0F, -0.0F, 0x1p-149F, 0x1p-25F, 0x1.000002p-25F})
    check(x);
  CHECK(wrong == 0);
}

} // namespace

TEST_CASE("every f16 pattern has its value and comes back") { check_all_patterns(f16); }
TEST_CASE("every bf16 pattern has its value and comes back") { check_all_patterns(bf16); }
TEST_CASE("f16 rounds to nearest, ties to even") { check_rounding(f16); }
TEST_CASE("bf16 rounds to nearest, ties to even") { check_rounding(bf16); }

TEST_CASE("tensors check counts, dtypes and extents") {
  const float values[] = {1, 2, 3};
  NNGC_CHECK_THROWS(Tensor::of<float>({2}, values), Error, "3 values for 2 elements");
  const Tensor t = Tensor::of<float>({3}, values);
  CHECK(t.type_str() == "f32[3]");
  NNGC_CHECK_THROWS(t.data<double>(), Error, "f32 elements read as f64");
  NNGC_CHECK_THROWS(Tensor(DType::F32, {-1}), Error, "a negative extent: f32[-1]");
  NNGC_CHECK_THROWS(Tensor(DType::F32, {1 << 30, 1 << 30, 1 << 30}), Error,
                    "more than 2^48 elements");
  CHECK(Tensor(DType::F32, {0, 5}).size() == 0);
  CHECK(Tensor(DType::F64, {}).size() == 1);
  CHECK(reinterpret_cast<std::uintptr_t>(t.raw()) % 64 == 0);
}

TEST_CASE("copies are deep") {
  const float values[] = {1, 2, 3};
  Tensor a = Tensor::of<float>({3}, values);
  Tensor b = a;
  b.data<float>()[0] = 9;
  CHECK(a.data<float>()[0] == 1);
  a = b;
  CHECK(a.data<float>()[0] == 9);
  CHECK(Tensor(DType::BF16, {2}).data<std::uint16_t>().size() == 2);
}
