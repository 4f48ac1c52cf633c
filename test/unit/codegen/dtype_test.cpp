// Arithmetic, comparisons and conversions of every dtype against C++, the cases C leaves undefined
// included.
#include <cmath>
#include <limits>

#include "loop_program.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

template <typename T> constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, bool>)
    return DType::Bool;
  else if constexpr (std::is_same_v<T, float>)
    return DType::F32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::F64;
  else {
    constexpr DType whole[] = {DType::I8, DType::I16, DType::I32, DType::I64};
    constexpr DType natural[] = {DType::U8, DType::U16, DType::U32, DType::U64};
    return (std::is_signed_v<T> ? whole : natural)[std::bit_width(sizeof(T)) - 1];
  }
}

/// Runs `op` over pairs of values, in lanes and alone; result(a, b) says what each must give.
template <typename T, typename R, typename Result>
void check_pairs(const Options& options, Op op, const std::vector<T>& values, Result result) {
  const std::size_t n = values.size() * values.size();
  Maker maker;
  const int x = maker.input(dtype_of<T>(), static_cast<std::int64_t>(n));
  const int y = maker.input(dtype_of<T>(), static_cast<std::int64_t>(n));
  const int out = maker.output(dtype_of<R>(), static_cast<std::int64_t>(n));
  const int out2 = maker.output(dtype_of<R>(), static_cast<std::int64_t>(n));
  const Affine here{0, {{0, 1}}};
  for (const int lane : {0, -1}) {
    loop::Kernel& kernel = maker.nest({static_cast<std::int64_t>(n)}, 1, lane);
    Body body = Body::add(kernel, false);
    const int a = body.load(x, dtype_of<T>(), here);
    const bool one = op == Op::Convert || op == Op::Abs || op == Op::Neg || op == Op::Not;
    const int value = body.op(op, dtype_of<R>(), a, one ? -1 : body.load(y, dtype_of<T>(), here));
    body.store(lane == 0 ? out : out2, dtype_of<R>(), here, value);
  }
  loop::verify(maker.program);
  const auto module = codegen::JitModule::compile(maker.program, options);
  Guarded<T> a(n), b(n);
  Guarded<R> lanes(n), scalar(n);
  for (std::size_t i = 0; i < n; ++i) {
    a[i] = values[i / values.size()];
    b[i] = values[i % values.size()];
  }
  REQUIRE(run(*module, {a.data(), b.data(), lanes.data(), scalar.data()}) == 0);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const R expected = result(a[i], b[i]);
    for (const R got : {lanes[i], scalar[i]})
      if (std::memcmp(&got, &expected, sizeof(R)) != 0 && !(got != got && expected != expected)) {
        if (wrong++ == 0) {
          CAPTURE(+a[i], +b[i], +got, +expected);
          CHECK(got == expected);
        }
      }
  }
  CAPTURE(describe(options), static_cast<int>(op), static_cast<int>(dtype_of<T>()),
          static_cast<int>(dtype_of<R>()));
  CHECK(wrong == 0);
}

template <typename T> std::vector<T> ints() {
  using L = std::numeric_limits<T>;
  return {L::min(),
          static_cast<T>(L::min() + 1),
          static_cast<T>(-1),
          0,
          1,
          2,
          7,
          static_cast<T>(sizeof(T) * 8),
          static_cast<T>(sizeof(T) * 8 - 1),
          static_cast<T>(100),
          static_cast<T>(L::max() - 1),
          L::max()};
}

template <typename T> std::vector<T> reals() {
  using L = std::numeric_limits<T>;
  return {T(0),           -T(0),           T(1),     T(-1),     T(0.5),
          T(-2.5),        T(3e9),          T(-3e9),  T(1e19),   T(127.9),
          T(255.5),       L::denorm_min(), L::max(), -L::max(), L::infinity(),
          -L::infinity(), L::quiet_NaN(),  T(7),     T(-0.3),   T(5.25)};
}

template <typename T> void check_int(const Options& options) {
  using U = std::make_unsigned_t<T>;
  using L = std::numeric_limits<T>;
  constexpr unsigned width = sizeof(T) * 8;
  const auto values = ints<T>();
  check_pairs<T, T>(options, Op::Add, values, [](T a, T b) { return static_cast<T>(U(a) + U(b)); });
  check_pairs<T, T>(options, Op::Mul, values,
                    [](T a, T b) { return static_cast<T>(std::uint64_t(a) * std::uint64_t(b)); });
  check_pairs<T, T>(options, Op::Div, values, [](T a, T b) {
    if (b == 0) return T(0);
    if (L::is_signed && b == T(-1)) return static_cast<T>(U(0) - U(a));
    return static_cast<T>(a / b);
  });
  check_pairs<T, T>(options, Op::Rem, values, [](T a, T b) {
    if (b == 0) return a;
    if (L::is_signed && b == T(-1)) return T(0);
    return static_cast<T>(a % b);
  });
  check_pairs<T, T>(options, Op::Shl, values, [](T a, T b) {
    return U(b) < width ? static_cast<T>(std::uint64_t(U(a)) << U(b)) : T(0);
  });
  check_pairs<T, T>(options, Op::ShrLogical, values,
                    [](T a, T b) { return U(b) < width ? static_cast<T>(U(a) >> U(b)) : T(0); });
  check_pairs<T, T>(options, Op::ShrArith, values, [](T a, T b) {
    using S = std::make_signed_t<T>;
    return static_cast<T>(S(a) >> (U(b) < width ? U(b) : width - 1));
  });
  check_pairs<T, T>(options, Op::Max, values, [](T a, T b) { return a < b ? b : a; });
  check_pairs<T, bool>(options, Op::Lt, values, [](T a, T b) { return a < b; });
  check_pairs<T, float>(options, Op::Convert, values, [](T a, T) { return static_cast<float>(a); });
  check_pairs<T, std::int8_t>(options, Op::Convert, values,
                              [](T a, T) { return static_cast<std::int8_t>(a); });
  check_pairs<T, std::uint64_t>(options, Op::Convert, values,
                                [](T a, T) { return static_cast<std::uint64_t>(a); });
  check_pairs<T, bool>(options, Op::Convert, values, [](T a, T) { return a != 0; });
}

template <typename From, typename To> To saturated(From a) {
  using L = std::numeric_limits<To>;
  if (a != a) return 0;
  // 2^n bounds are exact in floating point, the largest integers are not.
  if (a >= std::ldexp(From(1), L::digits)) return L::max();
  if (a <= static_cast<From>(L::min())) return L::min();
  return static_cast<To>(a);
}

template <typename T> void check_real(const Options& options) {
  const auto values = reals<T>();
  check_pairs<T, T>(options, Op::Sub, values, [](T a, T b) { return a - b; });
  check_pairs<T, T>(options, Op::Div, values, [](T a, T b) { return a / b; });
  check_pairs<T, T>(options, Op::Rem, values, [](T a, T b) { return std::fmod(a, b); });
  check_pairs<T, bool>(options, Op::Ne, values, [](T a, T b) { return a != b; });
  check_pairs<T, bool>(options, Op::Ge, values, [](T a, T b) { return a >= b; });
  // Of two zeros either may be the greater.
  std::vector<T> positive = values;
  std::erase_if(positive, [](T a) { return a == 0 && std::signbit(a); });
  check_pairs<T, T>(options, Op::Max, positive,
                    [](T a, T b) { return a != a || b != b ? a + b : std::fmax(a, b); });
  check_pairs<T, T>(options, Op::Min, positive,
                    [](T a, T b) { return a != a || b != b ? a + b : std::fmin(a, b); });
  check_pairs<T, std::int8_t>(options, Op::Convert, values,
                              [](T a, T) { return saturated<T, std::int8_t>(a); });
  check_pairs<T, std::uint8_t>(options, Op::Convert, values,
                               [](T a, T) { return saturated<T, std::uint8_t>(a); });
  check_pairs<T, std::int32_t>(options, Op::Convert, values,
                               [](T a, T) { return saturated<T, std::int32_t>(a); });
  check_pairs<T, std::int64_t>(options, Op::Convert, values,
                               [](T a, T) { return saturated<T, std::int64_t>(a); });
  check_pairs<T, std::uint64_t>(options, Op::Convert, values,
                                [](T a, T) { return saturated<T, std::uint64_t>(a); });
  check_pairs<T, bool>(options, Op::Convert, values, [](T a, T) { return a != 0; });
  check_pairs<T, double>(options, Op::Convert, values,
                         [](T a, T) { return static_cast<double>(a); });
}

} // namespace

TEST_CASE("integer arithmetic wraps, and division and shifts are defined everywhere") {
  for (const Options& options : machines()) {
    if (options.opt_level == 0 && options.cpu != "native") continue;
    check_int<std::int8_t>(options);
    check_int<std::int32_t>(options);
    check_int<std::int64_t>(options);
    check_int<std::uint16_t>(options);
    check_int<std::uint64_t>(options);
  }
}

TEST_CASE("floats: remainders are exact, extremes keep NaN, integers saturate") {
  for (const Options& options : machines()) {
    check_real<float>(options);
    check_real<double>(options);
  }
}

TEST_CASE("bools are one byte, 0 or 1") {
  for (const Options& options : machines()) {
    const std::vector<bool> none;
    const std::vector<std::uint8_t> unused;
    Maker maker;
    const int x = maker.input(DType::Bool, 20);
    const int y = maker.input(DType::F32, 20);
    const int out = maker.output(DType::Bool, 20);
    const int chosen = maker.output(DType::F32, 20);
    loop::Kernel& kernel = maker.nest({20}, 1, 0);
    Body body = Body::add(kernel, false);
    const Affine here{0, {{0, 1}}};
    const int flag = body.load(x, DType::Bool, here);
    const int value = body.load(y, DType::F32, here);
    const int finite = body.op(Op::IsFinite, DType::Bool, value);
    body.store(out, DType::Bool, here,
               body.op(Op::Xor, DType::Bool, flag, body.op(Op::Not, DType::Bool, finite)));
    body.store(chosen, DType::F32, here,
               body.op(Op::Select, DType::F32, flag, value, body.op(Op::Neg, DType::F32, value)));
    loop::verify(maker.program);
    const auto module = codegen::JitModule::compile(maker.program, options);
    Guarded<std::uint8_t> flags(20), bits(20);
    Guarded<float> values(20), results(20);
    for (std::size_t i = 0; i < 20; ++i) {
      flags[i] = i % 3 == 0;
      values[i] = i % 4 == 0 ? std::numeric_limits<float>::infinity() : static_cast<float>(i);
    }
    REQUIRE(run(*module, {flags.data(), values.data(), bits.data(), results.data()}) == 0);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < 20; ++i) {
      wrong += bits[i] != ((i % 3 == 0) != (i % 4 == 0));
      wrong += results[i] != (i % 3 == 0 ? values[i] : -values[i]);
    }
    CAPTURE(describe(options));
    CHECK(wrong == 0);
  }
}

TEST_CASE("16-bit floats round after every operation") {
  for (const Options& options : machines())
    for (const DType dtype : {DType::BF16, DType::F16}) {
      CAPTURE(describe(options), name(dtype));
      // (a + b) - a of 1 and numbers around its spacing: nothing is left of what the sum could not
      // hold.
      constexpr std::size_t n = 20;
      Maker maker;
      const int x = maker.input(DType::F32, n);
      const int out = maker.output(DType::F32, n);
      const int stored = maker.output(dtype, n);
      loop::Kernel& kernel = maker.nest({n}, 1, 0);
      Body body = Body::add(kernel, false);
      const Affine here{0, {{0, 1}}};
      const int one = body.constant(dtype, dtype == DType::BF16 ? 0x3f80 : 0x3c00);
      const int value = body.op(Op::Convert, dtype, body.load(x, DType::F32, here));
      const int sum = body.op(Op::Add, dtype, value, one);
      body.store(stored, dtype, here, sum);
      body.store(out, DType::F32, here,
                 body.op(Op::Convert, DType::F32, body.op(Op::Sub, dtype, sum, one)));
      loop::verify(maker.program);
      const auto module = codegen::JitModule::compile(maker.program, options);
      Guarded<float> in(n), result(n);
      Guarded<std::uint16_t> sums(n);
      const float spacing = dtype == DType::BF16 ? 0x1p-7F : 0x1p-10F;
      for (std::size_t i = 0; i < n; ++i) in[i] = static_cast<float>(i) * spacing / 4;
      REQUIRE(run(*module, {in.data(), result.data(), sums.data()}) == 0);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const float expected = std::nearbyint(static_cast<float>(i) / 4) * spacing;
        wrong += result[i] != expected;
        wrong += sums[i] !=
                 (dtype == DType::BF16 ? 0x3f80 : 0x3c00) + static_cast<int>(expected / spacing);
      }
      CHECK(wrong == 0);
    }
}
