// Nests that reduce: rows and columns, several phases, positions, and the fixed tree of sums.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "loop_program.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;
using loop::ReduceOp;

namespace {

/// Softmax of each row: maximum; exponentials and their sum; quotients.
Maker softmax(Dim rows, Dim columns) {
  Maker maker;
  const Dim size = columns.is_static() ? rows * columns : columns * rows;
  const int x = maker.input(DType::F32, size);
  const int out = maker.output(DType::F32, size);
  loop::Kernel& kernel = maker.nest({rows, columns}, 1, 1);
  kernel.phases.reserve(3);
  const Affine here{0, {{0, columns}, {1, 1}}};
  Body first = Body::add(kernel, true);
  first.reduce(ReduceOp::Max, first.load(x, DType::F32, here));
  Body second = Body::add(kernel, true);
  const int difference = second.op(Op::Sub, DType::F32, second.load(x, DType::F32, here),
                                   second.reduced(0, 0, DType::F32));
  const int power = second.op(Op::Exp, DType::F32, difference);
  second.store(out, DType::F32, here, power);
  second.reduce(ReduceOp::Add, power);
  Body third = Body::add(kernel, true);
  third.store(out, DType::F32, here,
              third.op(Op::Div, DType::F32, third.load(out, DType::F32, here),
                       third.reduced(1, 0, DType::F32)));
  return maker;
}

void check_softmax(const codegen::JitModule& module, std::size_t rows, std::size_t columns,
                   std::vector<std::int64_t> dims) {
  Guarded<float> x(rows * columns), out(rows * columns);
  fill(x.begin(), x.end(), 6);
  REQUIRE(run(module, {x.data(), out.data()}, dims) == 0);
  double worst = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    double sum = 0;
    const float top = *std::max_element(&x[i * columns], &x[i * columns] + columns);
    for (std::size_t j = 0; j < columns; ++j)
      sum += std::exp(static_cast<double>(x[i * columns + j]) - top);
    for (std::size_t j = 0; j < columns; ++j) {
      const double expected = std::exp(static_cast<double>(x[i * columns + j]) - top) / sum;
      worst = std::max(worst, std::fabs(out[i * columns + j] / expected - 1));
    }
  }
  CHECK(worst < 1e-6);
}

/// Row sums or column sums of f32[rows, columns].
Maker sums(std::int64_t rows, std::int64_t columns, bool of_rows, ReduceOp op = ReduceOp::Add) {
  Maker maker;
  const int x = maker.input(DType::F32, rows * columns);
  const int out = maker.output(DType::F32, of_rows ? rows : columns);
  loop::Kernel& kernel =
      of_rows ? maker.nest({rows, columns}, 1, 1) : maker.nest({columns, rows}, 1, 0);
  kernel.phases.reserve(2);
  Body first = Body::add(kernel, true);
  const Affine here =
      of_rows ? Affine{0, {{0, columns}, {1, 1}}} : Affine{0, {{0, 1}, {1, columns}}};
  first.reduce(op, first.load(x, DType::F32, here));
  Body second = Body::add(kernel, false);
  second.store(out, DType::F32, {0, {{0, 1}}}, second.reduced(0, 0, DType::F32));
  return maker;
}

} // namespace

TEST_CASE("a softmax in three phases") {
  for (const Options& options : machines()) {
    for (const std::int64_t columns : {1, 10, 16, 50, 64, 129}) {
      CAPTURE(describe(options), columns);
      Maker maker = softmax(7, columns);
      loop::verify(maker.program);
      check_softmax(*codegen::JitModule::compile(maker.program, options), 7,
                    static_cast<std::size_t>(columns), {});
    }
    Maker symbol;
    const Dim n = symbol.symbol("classes");
    Maker maker = softmax(3, n);
    maker.entry().symbols = symbol.entry().symbols;
    const auto module = codegen::JitModule::compile(maker.program, options);
    for (const std::int64_t columns : {1, 30, 64, 200})
      check_softmax(*module, 3, static_cast<std::size_t>(columns), {columns});
  }
}

TEST_CASE("sums have the same bits on every machine, whoever runs the blocks") {
  for (const bool of_rows : {true, false})
    for (const auto& [rows, columns] :
         {std::pair(5, 1000), std::pair(700, 401), std::pair(33, 7)}) {
      std::vector<float> first;
      Guarded<float> x(static_cast<std::size_t>(rows * columns));
      fill(x.begin(), x.end(), 7);
      for (float& value : x) value *= 1.1F;
      for (const Options& options : machines()) {
        CAPTURE(describe(options), of_rows, rows, columns);
        Maker maker = sums(rows, columns, of_rows);
        loop::verify(maker.program);
        const auto module = codegen::JitModule::compile(maker.program, options);
        const auto size = static_cast<std::size_t>(of_rows ? rows : columns);
        Guarded<float> serial(size), split(size);
        REQUIRE(run(*module, {x.data(), serial.data()}) == 0);
        Backwards backwards;
        REQUIRE(run(*module, {x.data(), split.data()}, {}, nullptr, &backwards.hook) == 0);
        CHECK(std::equal(serial.begin(), serial.end(), split.begin()));
        if (first.empty()) {
          first.assign(serial.begin(), serial.end());
          for (std::size_t i = 0; i < size; ++i) {
            double exact = 0;
            for (int j = 0; j < (of_rows ? columns : rows); ++j)
              exact += of_rows
                           ? x[i * static_cast<std::size_t>(columns) + static_cast<std::size_t>(j)]
                           : x[static_cast<std::size_t>(j * columns) + i];
            CHECK(std::fabs(serial[i] - exact) < 0.05);
          }
        }
        CHECK(std::equal(serial.begin(), serial.end(), first.begin()));
      }
    }
}

TEST_CASE("maxima keep NaN; positions are the first, and NaN counts as extreme") {
  for (const Options& options : machines())
    for (const bool lanes : {true, false}) {
      CAPTURE(describe(options), lanes);
      constexpr std::int64_t rows = 4, columns = 150;
      Maker maker;
      const int x = maker.input(DType::F32, rows * columns);
      const int top = maker.output(DType::F32, rows);
      const int place = maker.output(DType::I64, rows);
      const int lowest = maker.output(DType::I64, rows);
      loop::Kernel& kernel = maker.nest({rows, columns}, 1, lanes ? 1 : 0);
      kernel.phases.reserve(2);
      Body first = Body::add(kernel, true);
      const int value = first.load(x, DType::F32, {0, {{0, columns}, {1, 1}}});
      const int position = first.index({0, {{1, 1}}});
      first.reduce(ReduceOp::Max, value);
      first.reduce(ReduceOp::ArgMax, value, position);
      first.reduce(ReduceOp::ArgMin, value, position);
      Body second = Body::add(kernel, false);
      const Affine here{0, {{0, 1}}};
      second.store(top, DType::F32, here, second.reduced(0, 0, DType::F32));
      second.store(place, DType::I64, here, second.reduced(0, 1, DType::I64));
      second.store(lowest, DType::I64, here, second.reduced(0, 2, DType::I64));
      loop::verify(maker.program);
      const auto module = codegen::JitModule::compile(maker.program, options);
      Guarded<float> in(rows * columns), maxima(rows);
      Guarded<std::int64_t> places(rows), lows(rows);
      fill(in.begin(), in.end(), 8);
      in[20] = in[80] = in[149] = 99; // row 0: ties
      in[30] = in[81] = -99;
      in[columns + 77] = std::nanf(""); // row 1: one NaN, later another
      in[columns + 90] = std::nanf("");
      for (std::size_t j = 0; j < columns; ++j) // row 2: nothing beyond the start value
        in[2 * columns + j] = -std::numeric_limits<float>::infinity();
      in[3 * columns + 149] = 100; // row 3: the very last
      in[3 * columns] = -100;
      REQUIRE(run(*module, {in.data(), maxima.data(), places.data(), lows.data()}) == 0);
      CHECK(maxima[0] == 99);
      CHECK(places[0] == 20);
      CHECK(lows[0] == 30);
      CHECK(std::isnan(maxima[1]));
      CHECK(places[1] == 77);
      CHECK(lows[1] == 77);
      CHECK(places[2] == 0);
      CHECK(lows[2] == 0);
      CHECK(places[3] == 149);
      CHECK(lows[3] == 0);
    }
}

TEST_CASE("a reduction to a scalar of several dims, without lanes and with") {
  for (const Options& options : machines())
    for (const int lane : {-1, 1}) {
      CAPTURE(describe(options), lane);
      Maker maker;
      const int x = maker.input(DType::I32, 6 * 37);
      const int out = maker.output(DType::I32, 1);
      loop::Kernel& kernel = maker.nest({6, 37}, 0, lane);
      kernel.phases.reserve(2);
      Body first = Body::add(kernel, true);
      first.reduce(ReduceOp::Add, first.load(x, DType::I32, {0, {{0, 37}, {1, 1}}}));
      Body second = Body::add(kernel, false);
      second.store(out, DType::I32, {}, second.reduced(0, 0, DType::I32));
      loop::verify(maker.program);
      const auto module = codegen::JitModule::compile(maker.program, options);
      Guarded<std::int32_t> in(6 * 37), sum(1);
      std::int32_t expected = 0;
      for (std::size_t i = 0; i < in.size(); ++i)
        expected += in[i] = static_cast<std::int32_t>(i * i) - 900;
      REQUIRE(run(*module, {in.data(), sum.data()}) == 0);
      CHECK(sum[0] == expected);
    }
}
