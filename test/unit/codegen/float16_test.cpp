// Conversions of 16-bit floats, with the machine's instructions and without, against arithmetic in
// double.
#include "codegen/float16.h"

#include <bit>
#include <cmath>
#include <map>
#include <memory>
#include <random>

#include "test/support/catch.h"
#include "test/unit/codegen/math_jit.h"

namespace nngc::test {
namespace {

struct Format {
  int mantissa, bias;
};
constexpr Format f16 = {10, 15};
constexpr Format bf16 = {7, 127};

float widened(Format format, std::uint16_t bits) {
  const int exponent = (bits & 0x7fff) >> format.mantissa;
  const int fraction = bits & ((1 << format.mantissa) - 1);
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 2 * format.bias + 1)
    return fraction != 0 ? std::numeric_limits<float>::quiet_NaN()
                         : static_cast<float>(sign * HUGE_VAL);
  const int whole = exponent == 0 ? fraction : fraction + (1 << format.mantissa);
  return static_cast<float>(
      sign * std::ldexp(whole, std::max(exponent, 1) - format.bias - format.mantissa));
}

/// The nearest of the format, as a double, by rounding a multiple of its last place.
std::uint16_t narrowed(Format format, float value) {
  const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000 : 0);
  const double size = std::fabs(static_cast<double>(value));
  const int infinite = (2 * format.bias + 1) << format.mantissa;
  if (std::isinf(size)) return static_cast<std::uint16_t>(sign | infinite);
  int exponent = 1 - format.bias;
  if (size != 0) exponent = std::max(exponent, std::ilogb(size));
  // In units of the last place; a carry or a subnormal comes out right, since the fields adjoin.
  const auto units = static_cast<int>(std::nearbyint(std::ldexp(size, format.mantissa - exponent)));
  const int bits = ((exponent + format.bias - 1) << format.mantissa) + units;
  return static_cast<std::uint16_t>(sign | std::min(bits, infinite));
}

const MathJit& jit_for(const std::string& cpu) {
  static std::map<std::string, std::unique_ptr<MathJit>> built;
  auto& jit = built[cpu];
  if (jit) return *jit;
  jit = std::make_unique<MathJit>(cpu, "", [](llvm::LLVMContext& context) {
    llvm::Type* f32 = llvm::Type::getFloatTy(context);
    llvm::Type* i16 = llvm::Type::getInt16Ty(context);
    std::vector<ArrayFunction> all;
    for (const unsigned lanes : {0U, 3U, 16U}) {
      const std::string tail = std::to_string(lanes);
      all.push_back({"to_f16_" + tail, f32, i16, lanes, [](auto& b, auto& traits, auto* x, auto*) {
                       return codegen::f32_to_f16(b, traits, x);
                     }});
      all.push_back({"to_bf16_" + tail, f32, i16, lanes,
                     [](auto& b, auto&, auto* x, auto*) { return codegen::f32_to_bf16(b, x); }});
      all.push_back(
          {"from_f16_" + tail, i16, f32, lanes, [](auto& b, auto& traits, auto* x, auto*) {
             return codegen::f16_to_f32(b, traits, x);
           }});
      all.push_back({"from_bf16_" + tail, i16, f32, lanes,
                     [](auto& b, auto&, auto* x, auto*) { return codegen::bf16_to_f32(b, x); }});
    }
    return all;
  });
  return *jit;
}

} // namespace

TEST_CASE("widening 16-bit floats is exact", "[float16]") {
  std::vector<std::uint16_t> bits(48 * 1366); // all of them, and a multiple of 3 and 16
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint16_t>(i);
  std::vector<float> out(bits.size());
  for (const char* cpu : {"native", "x86-64"})
    for (const char* lanes : {"0", "3", "16"})
      for (const bool brain : {false, true}) {
        const std::string name = (brain ? "from_bf16_" : "from_f16_") + std::string(lanes);
        jit_for(cpu).run(name, bits.data(), bits.data(), out.data(), bits.size());
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < bits.size(); ++i) {
          const float right = widened(brain ? bf16 : f16, bits[i]);
          wrong += std::isnan(right) ? !std::isnan(out[i])
                                     : std::bit_cast<std::uint32_t>(right) !=
                                           std::bit_cast<std::uint32_t>(out[i]);
        }
        INFO(cpu << " " << name);
        CHECK(wrong == 0);
      }
}

TEST_CASE("narrowing to 16-bit floats rounds to the nearest, ties to even", "[float16]") {
  std::vector<float> x;
  std::mt19937 random(5);
  for (int i = 0; i < 200000; ++i)
    x.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
  // Every number of either format, every midpoint, and their neighbours.
  for (std::uint32_t i = 0; i < 0x10000; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    for (const Format format : {f16, bf16}) {
      const float low = widened(format, bits);
      const float high = widened(format, static_cast<std::uint16_t>(bits + 1));
      const float middle = 0.5F * low + 0.5F * high;
      for (const float value :
           {low, middle, std::nextafter(middle, low), std::nextafter(middle, high)})
        x.push_back(value);
    }
  }
  for (const float edge : {65504.0F, 65519.996F, 65520.0F, 65536.0F, 3.3961775e38F, 3.4e38F})
    x.push_back(edge);
  while (x.size() % 48 != 0) x.push_back(0);
  std::vector<std::uint16_t> out(x.size());
  for (const char* cpu : {"native", "x86-64"})
    for (const char* lanes : {"0", "3", "16"})
      for (const bool brain : {false, true}) {
        const std::string name = (brain ? "to_bf16_" : "to_f16_") + std::string(lanes);
        jit_for(cpu).run(name, x.data(), x.data(), out.data(), x.size());
        const Format format = brain ? bf16 : f16;
        const int quiet = ((2 * format.bias + 1) << format.mantissa) | 1 << (format.mantissa - 1);
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < x.size(); ++i)
          wrong += std::isnan(x[i]) ? (out[i] & quiet) != quiet : out[i] != narrowed(format, x[i]);
        INFO(cpu << " " << name);
        CHECK(wrong == 0);
      }
}

TEST_CASE("16-bit conversions leave nothing to the linker", "[float16]") {
  CHECK(jit_for("native").undefined_symbols().empty());
  CHECK(jit_for("x86-64").undefined_symbols().empty());
}

} // namespace nngc::test
