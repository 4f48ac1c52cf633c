// Every elementary function, as compiled for this machine and for plain x86-64, against MPFR.
#include "test/unit/codegen/math_jit.h"

#include <bit>
#include <cstring>
#include <map>
#include <random>

#include <fmt/format.h>

#include "test/support/catch.h"
#include "test/unit/codegen/math_reference.h"

namespace nngc::test {
namespace {

using codegen::MathEmitter;

struct Case {
  MathFn fn;
  const char* name;
  double bound_f32; ///< ulp; measured values are in docs/accuracy.md
  double bound_f64;
  double low, high; ///< where f32 and f64 are both interesting; other samples cover all numbers
};

constexpr double exact = 0.5;
const Case cases[] = {
    {MathFn::Exp, "exp", 1.0, 1.0, -110, 92},
    {MathFn::Expm1, "expm1", 1.0, 1.0, -20, 20},
    {MathFn::Log, "log", 1.0, 1.0, 0, 4},
    {MathFn::Log1p, "log1p", 1.0, 1.0, -1, 4},
    {MathFn::Tanh, "tanh", 1.0, 1.0, -10, 10},
    {MathFn::Logistic, "logistic", 1.0, 1.0, -106, 40},
    {MathFn::Erf, "erf", 1.0, 1.0, -6, 6},
    {MathFn::Sin, "sin", 1.0, 1.0, -20, 20},
    {MathFn::Cos, "cos", 1.0, 1.0, -20, 20},
    {MathFn::Atan, "atan", 1.0, 1.0, -4, 4},
    {MathFn::Pow, "pow", 1.0, 1.0, 0, 3},
    {MathFn::Sqrt, "sqrt", exact, exact, 0, 100},
    {MathFn::Rsqrt, "rsqrt", 1.0, 1.0, 0, 100},
    {MathFn::Floor, "floor", 0, 0, -100, 100},
    {MathFn::Ceil, "ceil", 0, 0, -100, 100},
    {MathFn::Trunc, "trunc", 0, 0, -100, 100},
    {MathFn::RoundEven, "round_even", 0, 0, -100, 100},
};

template <class T> std::string symbol(const Case& c, unsigned lanes) {
  return fmt::format("{}_f{}_{}", c.name, 8 * sizeof(T), lanes);
}

// All functions as scalars, odd short vectors, and vectors of 16.
const MathJit& jit_for(const std::string& cpu, bool allow_fma = true) {
  static std::map<std::pair<std::string, bool>, std::unique_ptr<MathJit>> built;
  auto& jit = built[{cpu, allow_fma}];
  if (!jit)
    jit = std::make_unique<MathJit>(cpu, "", [allow_fma](llvm::LLVMContext& context) {
      std::vector<ArrayFunction> all;
      for (const Case& c : cases)
        for (const unsigned lanes : {0U, 3U, 16U})
          for (const bool f64 : {false, true}) {
            llvm::Type* type =
                f64 ? llvm::Type::getDoubleTy(context) : llvm::Type::getFloatTy(context);
            all.push_back({f64 ? symbol<double>(c, lanes) : symbol<float>(c, lanes), type, type,
                           lanes, [=, fn = c.fn](auto& b, const auto& traits, auto* x, auto* y) {
                             return MathEmitter(b, traits, allow_fma).emit(fn, x, y);
                           }});
          }
      return all;
    });
  return *jit;
}

template <class T> struct Samples {
  std::vector<T> x, y;
  void add(T a, T b) {
    x.push_back(a);
    y.push_back(b);
  }
};

template <class T> std::vector<T> special_values() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> positive = {0,
                             Limits::infinity(),
                             Limits::denorm_min(),
                             3 * Limits::denorm_min(),
                             Limits::min() - Limits::denorm_min(),
                             Limits::min(),
                             Limits::max(),
                             Limits::epsilon(),
                             Limits::epsilon() / 8,
                             T(0.5),
                             T(0.75),
                             T(1.5),
                             std::nextafter(T(0.5), T(0)),
                             std::nextafter(T(1), T(0)),
                             std::nextafter(T(1), T(2)),
                             T(2.5),
                             T(3.5),
                             T(1e5),
                             T(1e30)};
  for (int i = 1; i < 140; ++i) positive.push_back(T(i));
  for (const double angle : {M_PI_4, M_PI_2, M_PI, 1.5 * M_PI, 1e4 * M_PI_2, 1e6 * M_PI_2, 0x1p20,
                             0x1.00001p20, 6381956970095103.0 * 0x1p797})
    positive.push_back(T(angle));
  // Around where results overflow, underflow, and stop changing.
  for (const double edge :
       {-0x1.5162a7c7531fap+9, 88.7228, 88.73, 87.336, 103.27, 103.97, 709.782712893384, 709.79,
        708.39, 745.13, 745.14, 9.01, 19.06, 3.92, 5.92, 0x1p23, 0x1p24 - 1, 0x1p52, 0x1p53 - 1})
    positive.push_back(T(edge));
  // The worst of all f32 for one function or another, with fma or without: nngc-accuracy.
  for (const double worst :
       {0x1.4cc946p+2, 0x1.4ba254p+2, 0x1.0fb6b6p+4, 0x1.0adeb6p+0, 0x1.0a618ap+0, 0x1.2eab42p-2,
        0x1.2eee52p-2, 0x1.267c78p+3, 0x1.3f1b8ep+6, 0x1.58c0ecp+6, 0x1.80888ap-3, 0x1.802bdp-3,
        0x1.066be8p+11, 0x1.b7b432p+4, 0x1.f67456p+1, 0x1.b03374p-2})
    positive.push_back(T(worst));
  std::vector<T> all;
  for (const T value : positive) {
    all.push_back(value);
    all.push_back(-value);
  }
  all.push_back(Limits::quiet_NaN());
  return all;
}

template <class T> Samples<T> samples_for(const Case& c, std::size_t count) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  std::mt19937_64 random(20 + static_cast<unsigned>(c.fn));
  std::uniform_real_distribution<double> inside(c.low, c.high);
  std::uniform_real_distribution<double> unit(-1, 1);
  Samples<T> samples;
  const auto specials = special_values<T>();
  for (const T x : specials) {
    if (c.fn != MathFn::Pow)
      samples.add(x, x);
    else
      for (const T y : specials) samples.add(x, y);
  }
  const double scale = sizeof(T) == 4 ? 1.0 : 7.0;
  for (std::size_t i = 0; i < count; ++i) {
    // In the interesting range; the whole range of exp and logistic is wider in f64; near 0; all
    // bits.
    T x = T(inside(random));
    if (i % 4 == 1 && (c.fn == MathFn::Exp || c.fn == MathFn::Logistic)) x = T(x * scale);
    if (i % 4 == 2) x = T(std::ldexp(1 + 0.5 * unit(random), static_cast<int>(random() % 40) - 30));
    if (i % 4 == 2 && random() % 2 == 0) x = -x;
    if (i % 4 == 3) x = std::bit_cast<T>(static_cast<Bits>(random()));
    T y = x;
    if (c.fn == MathFn::Pow) {
      // y such that the result is mostly a number: |y log2 x| up to a little past the range.
      const double log2 = std::log2(std::fabs(static_cast<double>(x)));
      const double range = std::numeric_limits<T>::max_exponent * 1.1;
      y = log2 != 0 && std::isfinite(log2) ? T(unit(random) * range / log2) : T(unit(random));
      if (i % 16 < 4) y = std::nearbyint(y);
    }
    samples.add(x, y);
  }
  while (samples.x.size() % 48 != 0) samples.add(1, 1);
  return samples;
}

template <class T> std::size_t count_differing(const std::vector<T>& a, const std::vector<T>& b) {
  std::size_t different = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    different +=
        std::memcmp(&a[i], &b[i], sizeof(T)) != 0 && !(std::isnan(a[i]) && std::isnan(b[i]));
  return different;
}

template <class T> std::size_t differing(const MathJit& a, const MathJit& b, const Case& c) {
  const Samples<T> samples = samples_for<T>(c, 20000);
  const std::size_t n = samples.x.size();
  std::vector<T> one(n);
  std::vector<T> other(n);
  a.run(symbol<T>(c, 16), samples.x.data(), samples.y.data(), one.data(), n);
  b.run(symbol<T>(c, 16), samples.x.data(), samples.y.data(), other.data(), n);
  return count_differing(one, other);
}

struct Worst {
  double ulp = 0;
  double x = 0, y = 0, got = 0;
};

template <class T> Worst worst_of(const MathJit& jit, const Case& c, std::size_t count) {
  const Samples<T> samples = samples_for<T>(c, count);
  const std::size_t n = samples.x.size();
  std::vector<T> out(n);
  jit.run(symbol<T>(c, 16), samples.x.data(), samples.y.data(), out.data(), n);
  // Any lane count gives the same bits.
  for (const unsigned lanes : {0U, 3U}) {
    std::vector<T> other(n);
    jit.run(symbol<T>(c, lanes), samples.x.data(), samples.y.data(), other.data(), n);
    INFO(c.name << " with " << lanes << " lanes");
    CHECK(count_differing(out, other) == 0);
  }
  Reference reference;
  Worst worst;
  for (std::size_t i = 0; i < n; ++i) {
    reference.compute(c.fn, static_cast<double>(samples.x[i]), static_cast<double>(samples.y[i]));
    const double ulp = reference.distance(out[i]);
    if (ulp > worst.ulp)
      worst = {ulp, static_cast<double>(samples.x[i]), static_cast<double>(samples.y[i]),
               static_cast<double>(out[i])};
  }
  return worst;
}

template <class T> void check(const std::string& cpu, std::size_t count) {
  const MathJit& jit = jit_for(cpu);
  for (const Case& c : cases) {
    const double bound = sizeof(T) == 4 ? c.bound_f32 : c.bound_f64;
    const Worst worst = worst_of<T>(jit, c, count);
    const std::string text =
        fmt::format("{} {} f{}: {:.3f} ulp at {:a}, {:a} = {:g}, got {:a}", cpu, c.name,
                    8 * sizeof(T), worst.ulp, worst.x, worst.y, worst.x, worst.got);
    INFO(text);
    CHECK(worst.ulp <= bound);
  }
}

} // namespace

TEST_CASE("elementary functions are within their bounds on this machine", "[math]") {
  check<float>("native", 20000);
  check<double>("native", 10000);
}

TEST_CASE("elementary functions are within their bounds on plain x86-64", "[math]") {
  CHECK_FALSE(jit_for("x86-64").traits().has_fma);
  check<float>("x86-64", 20000);
  check<double>("x86-64", 10000);
}

TEST_CASE("elementary functions leave nothing to the linker", "[math]") {
  for (const char* cpu : {"native", "x86-64", "haswell"}) {
    INFO(cpu << ": " << fmt::format("{}", fmt::join(jit_for(cpu).undefined_symbols(), " ")));
    CHECK(jit_for(cpu).undefined_symbols().empty());
  }
}

TEST_CASE("machines agree to the bit, with fma and without", "[math]") {
  if (!jit_for("native").traits().has_fma) return;
  for (const Case& c : cases) {
    INFO(c.name);
    CHECK(differing<float>(jit_for("native"), jit_for("haswell"), c) == 0);
    CHECK(differing<double>(jit_for("native"), jit_for("haswell"), c) == 0);
    CHECK(differing<float>(jit_for("native", false), jit_for("x86-64"), c) == 0);
    CHECK(differing<double>(jit_for("native", false), jit_for("x86-64"), c) == 0);
  }
}

} // namespace nngc::test
