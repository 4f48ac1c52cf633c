// Nests without reductions: tails, broadcasts, strides, dtypes, conditions, order of additions.
#include <cmath>

#include "loop/loop_printer.h"
#include "loop_program.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// out[i][j] = max(x[i][j] * 2 + bias[j], 0)
Maker scaled_relu(Dim rows, Dim columns) {
  Maker maker;
  const Dim size = columns.is_static() ? rows * columns : columns * rows;
  const int x = maker.input(DType::F32, size);
  const int bias = maker.input(DType::F32, columns);
  const int out = maker.output(DType::F32, size);
  loop::Kernel& kernel = maker.nest({rows, columns}, 2, 1);
  Body body = Body::add(kernel, false);
  const Affine here{0, {{0, columns}, {1, 1}}};
  const int value = body.load(x, DType::F32, here);
  const int fused =
      body.op(Op::Fma, DType::F32, value, body.real(2), body.load(bias, DType::F32, {0, {{1, 1}}}));
  body.store(out, DType::F32, here, body.op(Op::Max, DType::F32, fused, body.real(0)));
  return maker;
}

void check_scaled_relu(const codegen::JitModule& module, std::int64_t rows, std::int64_t columns,
                       std::vector<std::int64_t> dims, const nngc_parallel* parallel = nullptr) {
  const auto size = static_cast<std::size_t>(rows * columns);
  Guarded<float> x(size), bias(static_cast<std::size_t>(columns)), out(size);
  fill(x.begin(), x.end(), 1);
  fill(bias.begin(), bias.end(), 2);
  REQUIRE(run(module, {x.data(), bias.data(), out.data()}, dims, nullptr, parallel) == 0);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < size; ++i)
    wrong += out[i] != std::fmax(x[i] * 2 + bias[i % static_cast<std::size_t>(columns)], 0.0F);
  CHECK(wrong == 0);
}

} // namespace

TEST_CASE("elementwise nests are right for every tail") {
  for (const Options& options : machines())
    for (const std::int64_t columns : {1, 15, 16, 17, 64, 100, 131}) {
      CAPTURE(describe(options), columns);
      Maker maker = scaled_relu(3, columns);
      loop::verify(maker.program);
      check_scaled_relu(*codegen::JitModule::compile(maker.program, options), 3, columns, {});
    }
}

TEST_CASE("functions that are called give the bits of those written out") {
  // The same function again and again of what it gave: one use is written out, twenty are calls.
  constexpr std::int64_t size = 37;
  const auto chain = [](Op op, int count) {
    Maker maker;
    const int x = maker.input(DType::F32, size), out = maker.output(DType::F32, size);
    Body body = Body::add(maker.nest({size}, 1, 0), false);
    int value = body.load(x, DType::F32, {0, {{0, 1}}});
    for (int i = 0; i < count; ++i)
      value = op == Op::Pow ? body.op(op, DType::F32, value, body.real(0.9F))
                            : body.op(op, DType::F32, value);
    body.store(out, DType::F32, {0, {{0, 1}}}, value);
    return maker;
  };
  const auto calls = [](const Maker& maker, Op op, const Options& options) {
    const std::string call = "call <16 x float> @" + std::string(loop::name(op)) + ".f32x16(";
    return codegen::emit_llvm_ir(maker.program, options).find(call) != std::string::npos;
  };
  for (const Options& options : machines())
    for (const Op op : {Op::Tanh, Op::Erf, Op::Sin, Op::Pow}) {
      CAPTURE(describe(options), static_cast<int>(op));
      const Maker once = chain(op, 1), often = chain(op, 20);
      CHECK_FALSE(calls(once, op, options));
      CHECK(calls(often, op, options));
      const auto one = codegen::JitModule::compile(once.program, options),
                 all = codegen::JitModule::compile(often.program, options);
      Guarded<float> x(size), expected(size), got(size);
      fill(x.begin(), x.end(), 3);
      for (float& value : x) value = std::fabs(value);
      REQUIRE(run(*all, {x.data(), got.data()}) == 0);
      for (int i = 0; i < 20; ++i) {
        REQUIRE(run(*one, {x.data(), expected.data()}) == 0);
        std::copy(expected.begin(), expected.end(), x.begin());
      }
      CHECK(std::memcmp(expected.data(), got.data(), size * sizeof(float)) == 0);
    }
}

TEST_CASE("symbolic extents are loop bounds, empty ones included") {
  for (const Options& options : machines()) {
    CAPTURE(describe(options));
    Maker maker;
    const Dim rows = maker.symbol("rows");
    Maker with = scaled_relu(rows, 37);
    with.entry().symbols = maker.entry().symbols;
    const auto module = codegen::JitModule::compile(with.program, options);
    for (const std::int64_t n : {0, 1, 2, 23, 4000}) check_scaled_relu(*module, n, 37, {n});
    Maker lanes = scaled_relu(5, rows);
    lanes.entry().symbols = maker.entry().symbols;
    const auto wide = codegen::JitModule::compile(lanes.program, options);
    for (const std::int64_t n : {0, 1, 16, 63, 64, 65, 3000}) check_scaled_relu(*wide, 5, n, {n});
    std::vector<std::int64_t> negative{-1};
    CHECK(run(*wide, {nullptr, nullptr, nullptr}, negative) == 1);
  }
}

TEST_CASE("blocks run in any order") {
  Maker maker = scaled_relu(1, 300007);
  const auto module = codegen::JitModule::compile(maker.program, {});
  Backwards backwards;
  check_scaled_relu(*module, 1, 300007, {}, &backwards.hook);
  CHECK(backwards.regions == 1);
  CHECK(backwards.blocks > 4);
  Maker small = scaled_relu(30, 70);
  Backwards none;
  check_scaled_relu(*codegen::JitModule::compile(small.program, {}), 30, 70, {}, &none.hook);
  CHECK(none.regions == 0);
}

namespace {

template <typename T> void check_transpose(const Options& options, DType dtype, bool split) {
  // out[p][j][i] = in[p][i][j], and not a byte beyond.
  const std::size_t planes = split ? 2 : 3, rows = split ? 300 : 19, columns = split ? 333 : 35;
  const auto r = static_cast<std::int64_t>(rows), c = static_cast<std::int64_t>(columns);
  const auto size = static_cast<std::int64_t>(planes) * r * c;
  Maker maker;
  const int x = maker.input(dtype, size);
  const int out = maker.output(dtype, size);
  loop::Kernel& kernel = maker.nest({static_cast<std::int64_t>(planes), c, r}, 3, 2);
  Body body = Body::add(kernel, false);
  const int value = body.load(x, dtype, {0, {{0, r * c}, {1, 1}, {2, c}}});
  body.store(out, dtype, {0, {{0, r * c}, {1, r}, {2, 1}}}, value);
  loop::verify(maker.program);
  const auto module = codegen::JitModule::compile(maker.program, options);
  const std::size_t count = planes * rows * columns;
  Guarded<T> in(count), result(count);
  for (std::size_t i = 0; i < count; ++i) in[i] = static_cast<T>(i * 2654435761U);
  Backwards backwards;
  REQUIRE(run(*module, {in.data(), result.data()}, {}, nullptr,
              split ? &backwards.hook : nullptr) == 0);
  CHECK(backwards.regions == (split ? 1 : 0));
  std::size_t wrong = 0;
  for (std::size_t p = 0; p < planes; ++p)
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < columns; ++j)
        wrong += in[(p * rows + i) * columns + j] != result[(p * columns + j) * rows + i];
  CHECK(wrong == 0);
}

} // namespace

TEST_CASE("a transposing copy") {
  for (const Options& options : machines())
    for (const bool split : {false, true}) {
      CAPTURE(describe(options), split);
      check_transpose<std::uint32_t>(options, DType::F32, split);
      check_transpose<std::uint64_t>(options, DType::I64, split);
      check_transpose<std::uint16_t>(options, DType::BF16, split);
      check_transpose<std::uint8_t>(options, DType::U8, split);
    }
}

TEST_CASE("loads and stores at computed offsets touch nothing where their condition is false") {
  for (const Options& options : machines())
    for (const int lane : {-1, 0}) {
      CAPTURE(describe(options), lane);
      // out[i] = i in [3, 3 + 20) ? x[i - 3] : 0; and a gather y[index[i]] of an index that must be
      // inside.
      constexpr std::size_t n = 27, m = 20;
      Maker maker;
      const int x = maker.input(DType::F32, m);
      const int index = maker.input(DType::I64, n);
      const int shifted = maker.output(DType::F32, n);
      const int gathered = maker.output(DType::F32, n);
      loop::Kernel& kernel = maker.nest({n}, 1, lane);
      Body body = Body::add(kernel, false);
      const Affine here{0, {{0, 1}}};
      const int zero = body.constant(DType::I64, 0);
      const int end = body.constant(DType::I64, m);
      const int at = body.index({-3, {{0, 1}}});
      const auto inside = [&](int i) {
        return body.op(Op::And, DType::Bool, body.op(Op::Ge, DType::Bool, i, zero),
                       body.op(Op::Lt, DType::Bool, i, end));
      };
      const int padded = body.push(
          {.op = Op::LoadAt, .a = zero, .b = inside(at), .buffer = x, .index = {-3, {{0, 1}}}});
      body.store(shifted, DType::F32, here, padded);
      const int where = body.load(index, DType::I64, here);
      const int valid = inside(where);
      const int taken = body.push({.op = Op::LoadAt, .a = where, .b = valid, .buffer = x});
      body.push(
          {.op = Op::StoreAt, .a = body.index(here), .b = taken, .c = valid, .buffer = gathered});
      loop::verify(maker.program);
      const auto module = codegen::JitModule::compile(maker.program, options);
      Guarded<float> in(m), a(n), b(n);
      Guarded<std::int64_t> indices(n);
      fill(in.begin(), in.end(), 4);
      for (std::size_t i = 0; i < n; ++i) indices[i] = static_cast<std::int64_t>(i * 7 % 31) - 5;
      std::fill(b.begin(), b.end(), -77.0F);
      REQUIRE(run(*module, {in.data(), indices.data(), a.data(), b.data()}) == 0);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < n; ++i) {
        wrong += a[i] != (i >= 3 && i < 3 + m ? in[i - 3] : 0.0F);
        const bool valid = indices[i] >= 0 && indices[i] < static_cast<std::int64_t>(m);
        wrong += b[i] != (valid ? in[static_cast<std::size_t>(indices[i])] : -77.0F);
      }
      CHECK(wrong == 0);
    }
}

TEST_CASE("additions at equal offsets all count, in order") {
  for (const Options& options : machines())
    for (const int lane : {-1, 0}) {
      CAPTURE(describe(options), lane);
      constexpr std::size_t n = 45;
      Maker maker;
      const int x = maker.input(DType::F32, n);
      const int out = maker.buffer(BufferKind::InOut, DType::F32, 4);
      loop::Kernel& kernel = maker.nest({n}, 1, lane);
      kernel.serial = true;
      Body body = Body::add(kernel, false);
      const int slot =
          body.op(Op::Rem, DType::I64, body.index({0, {{0, 1}}}), body.constant(DType::I64, 3));
      body.push({.op = Op::AddAt,
                 .a = slot,
                 .b = body.load(x, DType::F32, {0, {{0, 1}}}),
                 .buffer = out});
      loop::verify(maker.program);
      const auto module = codegen::JitModule::compile(maker.program, options);
      Guarded<float> in(n), sums(4);
      fill(in.begin(), in.end(), 5);
      float expected[4] = {1, 2, 3, 4};
      std::copy(expected, expected + 4, sums.begin());
      REQUIRE(run(*module, {in.data(), sums.data()}) == 0);
      for (std::size_t i = 0; i < n; ++i) expected[i % 3] += in[i];
      for (std::size_t i = 0; i < 4; ++i) CHECK(sums[i] == expected[i]);
    }
}
