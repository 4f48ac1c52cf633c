// Values of the structural primitives in the interpreter, against numbers written here; rng_bits
// against published Threefry vectors, in the interpreter and as loop instructions.
#include <array>
#include <cmath>
#include <limits>

#include "ir/graph_data.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "ops/lower_context.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

using Floats = std::vector<float>;
constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

Value of(Graph& g, std::vector<std::int64_t> shape, const Floats& v) {
  // An input-free graph of constants is enough: the interpreter folds nothing.
  return constant(g, Tensor::of<float>(std::move(shape), v));
}
Value ints(Graph& g, std::vector<std::int64_t> shape, const std::vector<std::int32_t>& v) {
  return constant(g, Tensor::of<std::int32_t>(std::move(shape), v));
}

template <class T> std::vector<T> run(Graph& g, Value v) {
  g.clear_outputs();
  g.output("y", v);
  const Tensor t = eval(g, std::span<const Tensor>{})[0];
  return {t.data<T>().begin(), t.data<T>().end()};
}
Floats run(Graph& g, Value v) { return run<float>(g, v); }

} // namespace

TEST_CASE("movers move") {
  Graph g;
  const Value x = of(g, {2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(run(g, transpose(x)) == Floats{1, 4, 2, 5, 3, 6});
  CHECK(run(g, reverse(x, {1})) == Floats{3, 2, 1, 6, 5, 4});
  CHECK(run(g, reshape(x, {3, 2})) == Floats{1, 2, 3, 4, 5, 6});
  CHECK(run(g, slice(x, {0, 0}, {2, 3}, {1, 2})) == Floats{1, 3, 4, 6});
  CHECK(run(g, broadcast_in_dim(of(g, {2, 1}, {1, 2}), {2, 2, 2}, {0, 2})) ==
        Floats{1, 1, 1, 1, 2, 2, 2, 2});
  CHECK(run(g, concat(std::array{x, of(g, {2, 1}, {7, 8})}, 1)) == Floats{1, 2, 3, 7, 4, 5, 6, 8});
  CHECK(run(g, pad(x, 0.5, {0, -1}, {1, 2}, {0, 1})) ==
        Floats{.5F, 2, .5F, 3, .5F, .5F, .5F, 5, .5F, 6, .5F, .5F, .5F, .5F, .5F, .5F, .5F, .5F});
  CHECK(run<std::uint8_t>(g, iota(g, {DType::U8, {258}}))[257] == 1);
  CHECK(run(g, iota(g, f32({2, 2}), 0)) == Floats{0, 0, 1, 1});
}

TEST_CASE("rows out of range") {
  Graph g;
  const Value x = of(g, {3, 2}, {1, 2, 3, 4, 5, 6}), rows = ints(g, {4}, {2, -1, 3, 2});
  CHECK(run(g, gather(x, rows)) == Floats{5, 6, 0, 0, 0, 0, 5, 6});
  CHECK(run(g, gather(x, rows, 0, IndexMode::Clip)) == Floats{5, 6, 1, 2, 5, 6, 5, 6});
  CHECK(run(g, gather(x, ints(g, {1, 2}, {1, 0}), 1)) == Floats{2, 1, 4, 3, 6, 5});
  const Value ones = full(g, f32({4, 2}), 1);
  CHECK(run(g, scatter_add(x, rows, ones)) == Floats{1, 2, 3, 4, 7, 8});
  CHECK(run(g, scatter_add(x, rows, ones, 0, IndexMode::Clip)) == Floats{2, 3, 3, 4, 8, 9});
  const std::array<std::uint64_t, 1> huge{~std::uint64_t{0}};
  const Value far = constant(g, Tensor::of<std::uint64_t>({1}, huge));
  CHECK(run(g, gather(x, far, 0, IndexMode::Clip)) == Floats{5, 6});
  CHECK(run(g, gather(x, far)) == Floats{0, 0});
  CHECK(run(g, gather(of(g, {0, 2}, {}), rows, 0, IndexMode::Clip)) == Floats(8, 0));
}

TEST_CASE("reductions") {
  Graph g;
  const Value x = of(g, {2, 3}, {1, -2, 3, 4, nan_value, 6});
  CHECK(run(g, reduce_max(slice(x, {0, 0}, {1, 3}))) == Floats{3});
  CHECK(std::isnan(run(g, reduce_max(x, {1}))[1]));
  CHECK(std::isnan(run(g, reduce_min(x, {0}))[1]));
  CHECK(run<std::int32_t>(g, argmax(x, 1)) == std::vector<std::int32_t>{2, 1});
  CHECK(run<std::int32_t>(g, argmin(x, 0)) == std::vector<std::int32_t>{0, 1, 0});
  CHECK(run<std::int32_t>(g, argmin(of(g, {3}, {2, 1, 1}), 0)) == std::vector<std::int32_t>{1});
  const Value none = of(g, {0, 2}, {});
  CHECK(run(g, reduce_sum(none, {0})) == Floats{0, 0});
  CHECK(run(g, reduce_prod(none, {0})) == Floats{1, 1});
  CHECK(run(g, reduce_max(none, {0})) == Floats{-inf, -inf});
  CHECK(run(g, reduce_min(none, {0})) == Floats{inf, inf});
  CHECK(run<std::int8_t>(g, reduce_max(full(g, {DType::I8, {0}}, 0)))[0] == -128);
  CHECK(run<std::uint8_t>(g, reduce_min(full(g, {DType::U8, {0}}, 0)))[0] == 255);
  CHECK(run<std::uint8_t>(g, reduce_and(full(g, {DType::U8, {0}}, 0)))[0] == 255);
  CHECK(run<std::int8_t>(g, reduce_min(full(g, {DType::I8, {0}}, 0)))[0] == 127);
  CHECK(run<std::int16_t>(g, reduce_min(full(g, {DType::I16, {0}}, 0)))[0] == 32767);
  CHECK(run<std::int16_t>(g, reduce_max(full(g, {DType::I16, {0}}, 0)))[0] == -32768);
  CHECK(run<std::int32_t>(g, reduce_min(full(g, {DType::I32, {0}}, 0)))[0] == 2147483647);
  CHECK(run<std::int64_t>(g, reduce_min(full(g, {DType::I64, {0}}, 0)))[0] ==
        std::numeric_limits<std::int64_t>::max());
  CHECK(run<std::int64_t>(g, reduce_max(full(g, {DType::I64, {0}}, 0)))[0] ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(run<std::uint64_t>(g, reduce_min(full(g, {DType::U64, {0}}, 0)))[0] == ~std::uint64_t{0});
  CHECK(run<std::int8_t>(g, reduce_sum(full(g, {DType::I8, {3}}, 100)))[0] == 44);
  const std::array<std::uint64_t, 2> large{1, std::uint64_t{1} << 63};
  CHECK(run<std::uint64_t>(g, reduce_max(constant(g, Tensor::of<std::uint64_t>({2}, large))))[0] ==
        large[1]);
  CHECK(run<bool>(g, reduce_or(of(g, {2}, {0, 1}) > 0.5))[0]);
  // f32 sums in double: the ones are not lost beside 2^24, and a bf16 sum of 300 ones is not 256.
  CHECK(run(g, reduce_sum(of(g, {3}, {16777216, 1, 1}))) == Floats{16777218});
  CHECK(run(g, convert(reduce_sum(full(g, {DType::BF16, {304}}, 1)), DType::F32)) == Floats{304});
}

TEST_CASE("means of many") {
  Graph g;
  CHECK(run(g, reduce_mean(of(g, {2, 2}, {1, 2, 3, 6}), {0})) == Floats{2, 4});
  // The sum, 80000, is no f16, nor is the count.
  CHECK(run(g, convert(reduce_mean(full(g, {DType::F16, {80000}}, 1)), DType::F32)) == Floats{1});
  g.clear_outputs();
  const Value x = g.input("x", f32({Dim::symbol("batch"), 2}));
  g.output("m", reduce_mean(x));
  const std::array<float, 6> values{1, 2, 3, 4, 5, 9};
  CHECK(eval(g, std::array{Tensor::of<float>({3, 2}, values)})[0].data<float>()[0] == 4);
}

TEST_CASE("contractions") {
  Graph g;
  const Value a = of(g, {2, 3}, {1, 2, 3, 4, 5, 6}), b = of(g, {3, 2}, {1, 0, 0, 1, 2, 3});
  CHECK(run(g, matmul(a, b)) == Floats{7, 11, 16, 23});
  CHECK(run(g, dot_general(a, b, {0, 1}, {1, 0})) == Floats{30});
  // Leading axes broadcast, the last ones aligned.
  const Value rows = of(g, {2, 2, 1}, {1, 2, 3, 4}), line = of(g, {1, 2}, {10, 1});
  const Value upright = of(g, {2, 1}, {1, -1}), lines = of(g, {3, 1, 1, 2}, {1, 0, 0, 1, 2, 3});
  CHECK(run(g, matmul(rows, line)) == Floats{10, 1, 20, 2, 30, 3, 40, 4});
  CHECK(run(g, matmul(line, reshape(rows, {2, 2, 1}))) == Floats{12, 34});
  CHECK(run(g, matmul(lines, upright)) == Floats{1, -1, -1});
  CHECK(run(g, matmul(rows, lines)) == Floats{1, 0, 2, 0, 3, 0, 4, 0, //
                                              0, 1, 0, 2, 0, 3, 0, 4, //
                                              2, 3, 4, 6, 6, 9, 8, 12});
  CHECK(run(g, dot_general(a, a, {}, {}, {0, 1}, {0, 1})) == Floats{1, 4, 9, 16, 25, 36});
  // Batch axes come first, in the order they are listed.
  const Value c = of(g, {2, 2, 1}, {1, 2, 3, 4});
  CHECK(run(g, dot_general(c, c, {2}, {2}, {1, 0}, {1, 0})) == Floats{1, 9, 4, 16});
  CHECK(run(g, dot_general(c, c, {2}, {2}, {0}, {0})) == Floats{1, 2, 2, 4, 9, 12, 12, 16});
  CHECK(run(g, matmul(full(g, f32({2, 0}), 1), full(g, f32({0, 1}), 1))) == Floats{0, 0});
  CHECK(run<std::int32_t>(g, matmul(ints(g, {1, 2}, {1 << 30, 1}), ints(g, {2, 1}, {4, 5})))[0] ==
        5);
  const Value row = full(g, {DType::BF16, {1, 300}}, 1),
              column = full(g, {DType::BF16, {300, 1}}, 1.0);
  CHECK(run(g, convert(matmul(row, column), DType::F32)) == Floats{300});
  // In f32, not in more: a one is lost beside 2^24.
  const Value wide = convert(of(g, {3}, {4096, 1, 4096}), DType::F16),
              signs = convert(of(g, {3}, {4096, 1, -4096}), DType::F16);
  CHECK(run(g, convert(dot_general(wide, signs, {0}, {0}), DType::F32)) == Floats{0});
  CHECK(run(g, append(Opcode::DotGeneral, {wide, signs},
                      {{"batch_a", Axes{}},
                       {"batch_b", Axes{}},
                       {"contract_a", Axes{0}},
                       {"contract_b", Axes{0}},
                       {"out", DType::F32}},
                      Where::current())) == Floats{0});
  CHECK(run(g, append(Opcode::DotGeneral, {row, column},
                      {{"batch_a", Axes{}},
                       {"batch_b", Axes{}},
                       {"contract_a", Axes{1}},
                       {"contract_b", Axes{0}},
                       {"out", DType::F32}},
                      Where::current())) == Floats{300});
}

namespace {

// What rng_bits' instructions compute, for one element.
std::uint64_t execute(const loop::Phase& phase, int result, std::int64_t element) {
  std::vector<std::uint64_t> v;
  for (const loop::Instr& i : phase.body) {
    const auto at = [&](int id) { return v[static_cast<std::size_t>(id)]; };
    std::uint64_t r = 0;
    switch (i.op) {
    case loop::Op::Const: r = i.bits; break;
    case loop::Op::Index: r = static_cast<std::uint64_t>(element); break;
    case loop::Op::Convert: r = at(i.a); break;
    case loop::Op::Add: r = at(i.a) + at(i.b); break;
    case loop::Op::Xor: r = at(i.a) ^ at(i.b); break;
    case loop::Op::Or: r = at(i.a) | at(i.b); break;
    case loop::Op::Shl: r = at(i.a) << at(i.b); break;
    case loop::Op::ShrLogical: r = at(i.a) >> at(i.b); break;
    default: FAIL("an instruction that this test does not know");
    }
    v.push_back(i.type == DType::U32 ? r & 0xFFFFFFFFU : r);
  }
  return v[static_cast<std::size_t>(result)];
}

} // namespace

TEST_CASE("rng_bits is Threefry-2x32-20 as documented, in both semantics") {
  // Made with an implementation of its own that reproduces the three published vectors of
  // Random123.
  const std::vector<std::uint32_t> wanted{0x119bf31a, 0xf92ff12d, 0xfbda386d,
                                          0xe4d7ca6a, 0xa593e245, 0x4ef00ab6};
  constexpr std::uint32_t key_words[] = {7, 0xdeadbeef};
  constexpr std::uint64_t counter_value = (std::uint64_t{1} << 40) + 5;
  Graph g;
  const Value key = constant(g, Tensor::of<std::uint32_t>({2}, key_words));
  const Value counter = constant(g, Tensor::of<std::uint64_t>({}, std::array{counter_value}));
  const Value bits = rng_bits(key, counter, {2, 3}, 3);
  CHECK(run<std::uint32_t>(g, bits) == wanted);
  CHECK(run<std::uint32_t>(g, rng_bits(key, counter, {6}, 3)) == wanted);
  CHECK(run<std::uint32_t>(g, rng_bits(key, counter, {6}, 4)) != wanted);

  loop::Phase phase;
  const auto leaf = [&](DType type, std::uint64_t value) {
    loop::Instr i;
    i.op = loop::Op::Const, i.type = type, i.bits = value;
    return append_instr(phase, i);
  };
  const std::array operands{leaf(DType::U32, key_words[0]), leaf(DType::U32, key_words[1]),
                            leaf(DType::U64, counter_value)};
  const std::array types{&key.type(), &key.type(), &counter.type()};
  const std::vector<loop::Affine> index{{0, {{0, 1}}}, {0, {{1, 1}}}};
  LowerContext c(phase, g.data()->attrs(bits.id()), bits.type(), operands, types, index);
  const int result = ops::RngBits.lower(c);
  for (std::size_t e = 0; e < wanted.size(); ++e)
    CHECK(execute(phase, result, static_cast<std::int64_t>(e)) == wanted[e]);
}

TEST_CASE("an empty batch is a batch, a negative extent an error") {
  Graph g;
  const Dim n = Dim::symbol("batch");
  const Value x = g.input("x", f32({n, 2}));
  g.output("sum", reduce_sum(x, {0}));
  const std::array none{Tensor(DType::F32, {0, 2})};
  CHECK(eval(g, none)[0].data<float>()[1] == 0);
  g.output("tail", slice(x, {1, 0}, {n, 2}));
  NNGC_CHECK_THROWS(eval(g, none), Error, "an extent of f32[batch-1,2] would be -1");
}
