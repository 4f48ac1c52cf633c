// Values of the elementwise primitives at the places where they are easy to get wrong, and what
// their builders refuse.
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "ir/graph_data.h"
#include "ops/lower_context.h"
#include "test/support/catch.h"
#include "test/unit/ops/evaluate.h"

using namespace nngc;
using namespace nngc::test;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// Equal bit for bit, any NaN for any other.
void check_same(const Tensor& got, const std::vector<double>& expected) {
  const auto have = values<double>(got);
  REQUIRE(have.size() == expected.size());
  for (std::size_t i = 0; i < have.size(); ++i) {
    INFO("element " << i << ": " << have[i] << ", expected " << expected[i]);
    const bool both_nan = std::isnan(have[i]) && std::isnan(expected[i]);
    CHECK((both_nan ||
           std::bit_cast<std::uint64_t>(have[i]) == std::bit_cast<std::uint64_t>(expected[i])));
  }
}

template <class T> using Limits = std::numeric_limits<T>;

/// The error that f throws, as `kind|place|message`.
template <class F> Error caught(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e;
  }
  return {Error::Kind::Io, "(nothing thrown)"};
}

} // namespace

TEST_CASE("Functions of one float at their special values") {
  const std::vector<double> x{0.0, -0.0, inf, -inf, no_number, -2.0};
  const auto check = [&](Value (*f)(Value, Where), const std::vector<double>& expected) {
    check_same(run([&](Value v) { return f(v, Where::current()); }, {row(x)}), expected);
  };
  check(abs, {0, 0, inf, inf, no_number, 2});
  check(neg, {-0.0, 0, -inf, inf, no_number, 2});
  check(atan, {0, -0.0, std::atan(inf), -std::atan(inf), no_number, std::atan(-2.0)});
  check(cos, {1, 1, no_number, no_number, no_number, std::cos(2.0)});
  check(sin, {0, -0.0, no_number, no_number, no_number, std::sin(-2.0)});
  check(erf, {0, -0.0, 1, -1, no_number, std::erf(-2.0)});
  check(exp, {1, 1, inf, 0, no_number, std::exp(-2.0)});
  check(expm1, {0, -0.0, inf, -1, no_number, std::expm1(-2.0)});
  check(log, {-inf, -inf, inf, no_number, no_number, no_number});
  check(log1p, {0, -0.0, inf, no_number, no_number, no_number});
  check(logistic, {0.5, 0.5, 1, 0, no_number, std::exp(-2.0) / (1 + std::exp(-2.0))});
  check(rsqrt, {inf, -inf, 0, no_number, no_number, no_number});
  check(sqrt, {0, -0.0, inf, no_number, no_number, no_number});
  check(tanh, {0, -0.0, 1, -1, no_number, std::tanh(-2.0)});
}

TEST_CASE("Rounding in four directions keeps the sign of zeros") {
  const std::vector<double> x{
      -2.5, -1.5, -0.5, -0.2, 0.5, 1.5, 2.5, 3.7, -0.0, inf, 4503599627370497.0};
  const auto check = [&](Value (*f)(Value, Where), const std::vector<double>& expected) {
    check_same(run([&](Value v) { return f(v, Where::current()); }, {row(x)}), expected);
  };
  check(floor, {-3, -2, -1, -1, 0, 1, 2, 3, -0.0, inf, 4503599627370497.0});
  check(ceil, {-2, -1, -0.0, -0.0, 1, 2, 3, 4, -0.0, inf, 4503599627370497.0});
  check(trunc, {-2, -1, -0.0, -0.0, 0, 1, 2, 3, -0.0, inf, 4503599627370497.0});
  check(round_even, {-2, -2, -0.0, -0.0, 0, 2, 2, 4, -0.0, inf, 4503599627370497.0});
}

TEST_CASE("Functions of two floats at their special values") {
  const Tensor a = row({1.0, -0.0, no_number, 1.0, inf, -5.5, 0.0, -8.0});
  const Tensor b = row({0.0, 0.0, 1.0, no_number, inf, 2.0, 0.0, 3.0});
  const auto check = [&](Value (*f)(Operand, Operand), const std::vector<double>& expected) {
    check_same(run([&](Value x, Value y) { return f(x, y); }, {a, b}), expected);
  };
  check(add, {1, 0, no_number, no_number, inf, -3.5, 0, -5});
  check(sub, {1, -0.0, no_number, no_number, no_number, -7.5, 0, -11});
  check(mul, {0, -0.0, no_number, no_number, inf, -11, 0, -24});
  check(div, {inf, no_number, no_number, no_number, no_number, -2.75, no_number, -8.0 / 3});
  check(rem, {no_number, no_number, no_number, no_number, no_number, -1.5, no_number, -2});
  check(pow, {1, 1, no_number, 1, inf, 30.25, 1, -512});
  const auto check_extreme = [&](Value (*f)(Operand, Operand, Tie),
                                 const std::vector<double>& expected) {
    check_same(run([&](Value x, Value y) { return f(x, y, Tie::Default); }, {a, b}), expected);
  };
  check_extreme(max, {1, -0.0, no_number, no_number, inf, 2, 0, 3});
  check_extreme(min, {0, -0.0, no_number, no_number, inf, -5.5, 0, -8});
  check_same(run([](Value x) { return ipow(x, -3); }, {row({2.0, -0.0, no_number})}),
             {0.125, -inf, no_number});
  check_same(run([](Value x) { return ipow(x, 0); }, {row({2.0, -0.0, no_number})}), {1, 1, 1});
  check_same(run([](Value x) { return ipow(x, 11); }, {row({-2.0, 1.5})}),
             {-2048, std::pow(1.5, 11)});
}

TEST_CASE("Comparisons of NaN, zeros and unsigned numbers") {
  const Tensor a = row({1.0, no_number, -0.0}), b = row({2.0, no_number, 0.0});
  const auto check = [](const Tensor& x, const Tensor& y, Value (*f)(Operand, Operand),
                        const std::vector<bool>& expected) {
    CHECK(values<bool>(run([&](Value p, Value q) { return f(p, q); }, {x, y})) == expected);
  };
  check(a, b, eq, {false, false, true});
  check(a, b, ne, {true, true, false});
  check(a, b, lt, {true, false, false});
  check(a, b, le, {true, false, true});
  check(a, b, gt, {false, false, false});
  check(a, b, ge, {false, false, true});
  const auto huge = Limits<std::uint64_t>::max();
  check(row<std::uint64_t>({huge}), row<std::uint64_t>({1}), gt, {true});
  check(row<std::int64_t>({-1}), row<std::int64_t>({1}), gt, {false});
  CHECK(
      values<bool>(run([](Value x) { return is_finite(x); }, {row({1.0, inf, -inf, no_number})})) ==
      std::vector<bool>{true, false, false, false});
  CHECK(values<std::uint64_t>(run([](Value x, Value y) { return max(x, y); },
                                  {row<std::uint64_t>({huge}), row<std::uint64_t>({1})})) ==
        std::vector<std::uint64_t>{huge});
}

TEST_CASE("Integers wrap, divide by zero and shift past their width without a trap") {
  using I8 = std::int8_t;
  const Tensor a = row<I8>({127, -128, -128, 7, -7, -7}), b = row<I8>({1, -1, 0, 0, 2, -2});
  const auto check8 = [&](Value (*f)(Operand, Operand), const std::vector<I8>& expected) {
    CHECK(values<I8>(run([&](Value x, Value y) { return f(x, y); }, {a, b})) == expected);
  };
  check8(add, {-128, 127, -128, 7, -5, -9});
  check8(sub, {126, -127, -128, 7, -9, -5});
  check8(mul, {127, -128, 0, 0, -14, 14});
  check8(div, {127, -128, 0, 0, -3, 3});
  check8(rem, {0, 0, -128, 7, -1, -1});
  check8(bit_and, {1, -128, 0, 0, 0, -8});
  check8(bit_or, {127, -1, -128, 7, -5, -1});
  check8(bit_xor, {126, 127, -128, 7, -5, 7});
  check8(shl, {-2, 0, -128, 7, -28, 0}); // a negative amount is past the width
  check8(shr, {63, -1, -128, 7, -2, -1});
  CHECK(values<I8>(run([](Value x) { return abs(x); }, {a})) ==
        std::vector<I8>{127, -128, -128, 7, 7, 7});
  CHECK(values<I8>(run([](Value x) { return ipow(x, 2); }, {a})) ==
        std::vector<I8>{1, 0, 0, 49, 49, 49});
  CHECK(values<I8>(run([](Value x) { return logical_not(x); }, {a})) ==
        std::vector<I8>{-128, 127, 127, -8, 6, 6});

  using I64 = std::int64_t;
  const I64 least = Limits<I64>::min();
  const Tensor c = row<I64>({least, least, 1, -1}), d = row<I64>({-1, 1, 63, 64});
  const auto check64 = [&](Value (*f)(Operand, Operand), const std::vector<I64>& expected) {
    CHECK(values<I64>(run([&](Value x, Value y) { return f(x, y); }, {c, d})) == expected);
  };
  check64(div, {least, least, 0, 0});
  check64(rem, {0, 0, 1, -1});
  check64(shl, {0, 0, least, 0});
  check64(shr, {-1, least / 2, 0, -1});

  using U64 = std::uint64_t;
  const U64 most = Limits<U64>::max();
  const Tensor e = row<U64>({most, most, 5}), f = row<U64>({2, 64, 0});
  const auto check_u64 = [&](Value (*op)(Operand, Operand), const std::vector<U64>& expected) {
    CHECK(values<U64>(run([&](Value x, Value y) { return op(x, y); }, {e, f})) == expected);
  };
  check_u64(div, {most / 2, most / 64, 0});
  check_u64(rem, {1, 63, 5});
  check_u64(add, {1, 63, 5});
  check_u64(shr, {most / 4, 0, 5});
  CHECK(values<U64>(run([](Value x) { return logical_not(x); }, {e})) ==
        std::vector<U64>{0, 0, most - 5});
}

TEST_CASE("Conversions saturate, wrap and round") {
  const auto to = [](DType t) { return [t](Value x) { return convert(x, t); }; };
  const Tensor x = row({1.9, -1.9, 1e30, -1e30, no_number, 255.5});
  CHECK(values<std::int8_t>(run(to(DType::I8), {x})) ==
        std::vector<std::int8_t>{1, -1, 127, -128, 0, 127});
  CHECK(values<std::uint8_t>(run(to(DType::U8), {x})) ==
        std::vector<std::uint8_t>{1, 0, 255, 0, 0, 255});
  using I64 = std::int64_t;
  CHECK(values<I64>(run(to(DType::I64), {x})) ==
        std::vector<I64>{1, -1, Limits<I64>::max(), Limits<I64>::min(), 0, 255});
  using U64 = std::uint64_t;
  CHECK(values<U64>(run(to(DType::U64), {row({1.8e19, 2e19, -1.0})})) ==
        std::vector<U64>{18000000000000000000U, Limits<U64>::max(), 0});
  CHECK(values<bool>(run(to(DType::Bool), {row({0.0, -0.0, no_number, 0.5})})) ==
        std::vector<bool>{false, false, true, true});
  CHECK(values<bool>(run(to(DType::Bool), {row<std::int32_t>({0, 2, 256})})) ==
        std::vector<bool>{false, true, true});
  CHECK(values<std::int8_t>(run(to(DType::I8), {row<std::int32_t>({300, -300})})) ==
        std::vector<std::int8_t>{44, -44});
  check_same(run(to(DType::F64), {row<U64>({Limits<U64>::max()})}), {18446744073709551616.0});
  CHECK(values<float>(run(to(DType::F32), {row<std::int32_t>({16777217})})) ==
        std::vector<float>{16777216});
  // 16-bit floats: rounded after each op. 2049 is no f16, 257 no bf16.
  const auto there_and_back = [](DType t) {
    return [t](Value v) { return convert(convert(v, t) + 1, DType::F64); };
  };
  check_same(run(there_and_back(DType::F16), {row({2048.0, 65504.0, 1e9})}), {2048, 65504, inf});
  check_same(run(there_and_back(DType::BF16), {row({256.0, 3.0})}), {256, 4});
}

TEST_CASE("select takes one side and does not look at the other") {
  const Tensor p = Tensor::of<bool>({3}, std::array{true, false, true});
  check_same(run([](Value q, Value a, Value b) { return select(q, a, b); },
                 {p, row({1.0, no_number, inf}), row({no_number, 5.0, 6.0})}),
             {1, 5, inf});
}

TEST_CASE("Exact simplifications give the node that is there") {
  Graph g;
  const Value x = g.input("x", f64({4})), i = g.input("i", i32({4})),
              p = g.input("p", boolean({4}));
  const Value h = g.input("h", {DType::F16, {4}}), u = g.input("u", {DType::U8, {4}});
  CHECK((x * 1).same(x));
  CHECK((1 * Operand(x)).same(x));
  CHECK((x / 1).same(x));
  CHECK((x - 0).same(x));
  CHECK_FALSE((x - -0.0).same(x));
  CHECK((x + -0.0).same(x));
  CHECK_FALSE((x + 0).same(x)); // -0 + 0 is 0
  CHECK((i + 0).same(i));
  CHECK(neg(neg(x)).same(x));
  CHECK(abs(abs(x)).same(abs(x)));
  CHECK(abs(u).same(u));
  CHECK(floor(ceil(x)).same(ceil(x)));
  CHECK(pow(x, 1).same(x));
  CHECK(ipow(x, 1).same(x));
  CHECK(max(x, x).same(x));
  CHECK(min(x, x).same(x));
  CHECK(bit_and(p, p).same(p));
  CHECK(bit_or(i, 0).same(i));
  CHECK(bit_xor(i, 0).same(i));
  CHECK(logical_not(logical_not(p)).same(p));
  CHECK(logical_not(logical_not(i)).same(i));
  CHECK(bit_and(p, 1).same(p));
  CHECK(eq(p, 1).same(p));
  CHECK(shl(i, 0).same(i));
  CHECK(select(p, x, x).same(x));
  CHECK(select(p, splat(g.data(), DType::Bool, 1, {4}), splat(g.data(), DType::Bool, 0, {4}))
            .same(p));
  CHECK(select(splat(g.data(), DType::Bool, 0, {4}), x, 2 * Operand(x)).same(2 * Operand(x)));
  CHECK(convert(x, DType::F64).same(x));
  CHECK(convert(convert(h, DType::F32), DType::F16).same(h));
  CHECK(convert(convert(u, DType::F16), DType::U8).same(u));
  CHECK_FALSE(convert(convert(i, DType::F32), DType::I32).same(i)); // 24 bits hold no i32
  CHECK_FALSE(convert(convert(x, DType::F32), DType::F64).same(x));
  CHECK((x * 2).same(2 * Operand(x)));
  CHECK(max(x, 0).same(max(0, x)));
  CHECK_FALSE(max(x, 0).same(max(x, 0, Tie::Half)));
}

TEST_CASE("Mistakes name the op, the types and the caller's line") {
  Graph g, other;
  const Value x = g.input("x", f32({4})), i = g.input("i", i32({4})),
              p = g.input("p", boolean({4}));
  const Value wide = g.input("wide", f32({5})), d = g.input("d", f64({4})),
              far = other.input("x", f32({4}));

  int line = __LINE__ + 1;
  const Error e = caught([&] { return x + wide; });
  CHECK(e.kind() == Error::Kind::Shape);
  CHECK_THAT(e.message(), ContainsSubstring("add: operands do not broadcast: f32[4] and f32[5]"));
  CHECK_THAT(e.place(), ContainsSubstring("elementwise_test.cpp:" + std::to_string(line)));
  line = __LINE__ + 1;
  const Error t = caught([&] { return exp(i); });
  CHECK(t.kind() == Error::Kind::Type);
  CHECK_THAT(t.message(), ContainsSubstring("exp: needs floats: operands i32[4]"));
  CHECK_THAT(t.place(), ContainsSubstring("elementwise_test.cpp:" + std::to_string(line)));

  const auto kind = [](auto f) { return caught(f).kind(); };
  CHECK(kind([&] { return x * d; }) == Error::Kind::Type);
  CHECK(kind([&] { return x + far; }) == Error::Kind::Graph);
  CHECK(kind([&] { return sin(Value()); }) == Error::Kind::Graph);
  CHECK(kind([&] { return x + Value(); }) == Error::Kind::Graph);
  CHECK(kind([&] { return add(1, 2); }) == Error::Kind::Graph);
  CHECK(kind([&] { return neg(p); }) == Error::Kind::Type);
  CHECK(kind([&] { return bit_and(x, x); }) == Error::Kind::Type);
  CHECK(kind([&] { return shl(p, p); }) == Error::Kind::Type);
  CHECK(kind([&] { return pow(i, i); }) == Error::Kind::Type);
  CHECK(kind([&] { return ipow(i, -1); }) == Error::Kind::Attribute);
  CHECK(kind([&] { return is_finite(i); }) == Error::Kind::Type);
  CHECK(kind([&] { return select(x, x, x); }) == Error::Kind::Type);
  CHECK(kind([&] { return select(p, wide, 0); }) == Error::Kind::Shape);
  CHECK(kind([&] { return select(Value(), x, 0); }) == Error::Kind::Graph);
  const Where here = Where::current();
  CHECK(kind([&] { return append(Opcode::Compare, {x, x}, {{"dir", std::string("=")}}, here); }) ==
        Error::Kind::Attribute);
  CHECK(kind([&] { return append(Opcode::Max, {x, x}, {{"tie", std::string("")}}, here); }) ==
        Error::Kind::Attribute);
  CHECK(kind([&] { return append(Opcode::Round, {x}, {{"mode", std::string("up")}}, here); }) ==
        Error::Kind::Attribute);
}

TEST_CASE("Every elementwise record is whole") {
  for (int i = 0; i < op_count; ++i) {
    const OpDef& def = op_def(static_cast<Opcode>(i));
    if ((def.traits & trait::Elementwise) == 0) continue;
    INFO(def.mnemonic);
    CHECK(def.infer != nullptr);
    CHECK(def.eval != nullptr);
    CHECK(def.lower != nullptr);
    CHECK((def.diff != nullptr) == def.not_differentiable.empty());
    CHECK_FALSE(def.summary.empty());
  }
}

TEST_CASE("ipow lowers to the products it is defined as") {
  const TensorType type = f64({});
  for (const std::int64_t n : {0, 1, 2, 3, 6, 7, 11, -1, -6}) {
    INFO("n = " << n);
    loop::Phase phase;
    phase.body.push_back({.op = loop::Op::Load, .type = DType::F64});
    const Attrs attrs{{"n", n}};
    const int operand = 0;
    const TensorType* operand_type = &type;
    LowerContext context(phase, attrs, type, {&operand, 1}, {&operand_type, 1}, {});
    const int result = op_def(Opcode::Ipow).lower(context);
    std::vector<double> value;
    for (const loop::Instr& i : phase.body) {
      const auto at = [&](int k) { return value.at(static_cast<std::size_t>(k)); };
      if (i.op == loop::Op::Load)
        value.push_back(1.1);
      else if (i.op == loop::Op::Const)
        value.push_back(std::bit_cast<double>(i.bits));
      else if (i.op == loop::Op::Mul)
        value.push_back(at(i.a) * at(i.b));
      else if (i.op == loop::Op::Div)
        value.push_back(at(i.a) / at(i.b));
      else
        FAIL("no instruction of a power");
    }
    check_same(run([&](Value x) { return ipow(x, n); }, {row({1.1})}),
               {value.at(static_cast<std::size_t>(result))});
  }
}
