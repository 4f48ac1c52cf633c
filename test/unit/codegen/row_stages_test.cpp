// Rows under way at once give the bits of rows one after the other, and touch nothing but rows.
#include <algorithm>
#include <cmath>
#include <utility>

#include "loop/row_stages.h"
#include "loop_program.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;
using loop::ReduceOp;

namespace {

/// For each row of x[outer, rows, columns], in place, with a factor per row: the sum; powers and
/// their sum, by way of scratch memory; quotients; and the sum of the powers beside them.
Maker staged(std::int64_t outer, std::int64_t count, std::int64_t columns, int rows) {
  Maker maker;
  const int x = maker.buffer(BufferKind::InOut, DType::F32, outer * count * columns);
  const int factor = maker.input(DType::F32, outer * count);
  const int sums = maker.output(DType::F32, outer * count);
  const std::int64_t piece = (columns + 15) / 16 * 16;
  const int scratch = maker.buffer(BufferKind::Arena, DType::F32, loop::most_blocks * rows * piece);
  loop::Kernel& kernel = maker.nest({outer, count, columns}, 2, 2);
  kernel.rows = rows;
  kernel.scratch = scratch;
  kernel.scratch_row = piece;
  const auto affine = [](std::vector<Affine::Term> terms) {
    std::erase_if(terms, [](const Affine::Term& term) { return term.stride == Dim(0); });
    return Affine{0, std::move(terms)};
  };
  const Affine here = affine({{0, count * columns}, {1, columns}, {2, 1}});
  const Affine row = affine({{0, count}, {1, 1}}), element = affine({{2, 1}});
  kernel.phases.reserve(4);
  Body first = Body::add(kernel, true);
  first.reduce(ReduceOp::Add, first.load(x, DType::F32, here));
  Body second = Body::add(kernel, true);
  const int scaled = second.op(Op::Mul, DType::F32, second.reduced(0, 0, DType::F32),
                               second.load(factor, DType::F32, row));
  const int power =
      second.op(Op::Exp, DType::F32,
                second.op(Op::Sub, DType::F32, second.load(x, DType::F32, here), scaled));
  second.store(scratch, DType::F32, element, power);
  second.reduce(ReduceOp::Add, power);
  second.reduce(ReduceOp::Max, power);
  Body third = Body::add(kernel, true);
  const int sum = third.op(Op::Add, DType::F32, third.reduced(1, 0, DType::F32),
                           third.reduced(0, 0, DType::F32));
  third.store(x, DType::F32, here,
              third.op(Op::Div, DType::F32, third.load(scratch, DType::F32, element), sum));
  Body last = Body::add(kernel, false);
  last.store(
      sums, DType::F32, row,
      last.op(Op::Add, DType::F32, last.reduced(1, 1, DType::F32), last.reduced(0, 0, DType::F32)));
  return maker;
}

struct Results {
  std::vector<float> x, sums;
  friend bool operator==(const Results&, const Results&) = default;
};

Results run_staged(const codegen::JitModule& module, std::size_t points, std::size_t columns,
                   int rows, const nngc_parallel* parallel) {
  Guarded<float> x(points * columns), factor(points), sums(points);
  Guarded<float> scratch(16 * static_cast<std::size_t>(rows) * ((columns + 15) / 16 * 16));
  fill(x.begin(), x.end(), 3);
  fill(factor.begin(), factor.end(), 5);
  for (float& f : factor) f *= 1e-3F;
  REQUIRE(run(module, {x.data(), factor.data(), sums.data()}, {}, scratch.data(), parallel) == 0);
  return {{x.begin(), x.end()}, {sums.begin(), sums.end()}};
}

} // namespace

TEST_CASE("staggered phases give the bits of rows one after the other") {
  for (const Options& options : machines())
    for (const std::int64_t columns : {1, 50, 64, 129}) {
      for (const auto& [outer, count] : {std::pair(1, 1), {2, 5}, {1, 37}, {20, 2}}) {
        Results expected;
        for (const int rows : {1, 2, 4, 8, 16}) {
          CAPTURE(describe(options), columns, outer, count, rows);
          const Maker maker = staged(outer, count, columns, rows);
          loop::verify(maker.program);
          CHECK(loop::has_stages(maker.program.entries[0].kernels[0]));
          const auto module = codegen::JitModule::compile(maker.program, options);
          const auto points = static_cast<std::size_t>(outer * count);
          const auto width = static_cast<std::size_t>(columns);
          const Results serial = run_staged(*module, points, width, rows, nullptr);
          if (rows == 1) expected = serial;
          CHECK(serial == expected);
          Backwards backwards;
          CHECK(run_staged(*module, points, width, rows, &backwards.hook) == expected);
        }
      }
    }
}

TEST_CASE("sums of nothing but -0 are 0, of short rows side by side too") {
  for (const Options& options : machines())
    for (const std::int64_t columns : {5, 16, 64, 70})
      for (const int rows : {1, 4, 16}) {
        CAPTURE(describe(options), columns, rows);
        const std::int64_t count = 35; // two stages of 16 rows, and three left over
        Maker maker;
        const int x = maker.input(DType::F32, count * columns);
        const int sums = maker.output(DType::F32, count * columns);
        loop::Kernel& kernel = maker.nest({count, columns}, 1, 1);
        kernel.rows = rows;
        const Affine here{0, {{0, Dim(columns)}, {1, Dim(1)}}};
        kernel.phases.reserve(2);
        Body first = Body::add(kernel, true);
        first.reduce(ReduceOp::Add, first.load(x, DType::F32, here));
        Body second = Body::add(kernel, true);
        second.store(sums, DType::F32, here, second.reduced(0, 0, DType::F32));
        loop::verify(maker.program);
        CHECK(loop::has_stages(kernel));
        const auto module = codegen::JitModule::compile(maker.program, options);
        const auto elements = static_cast<std::size_t>(count * columns);
        Guarded<float> in(elements), out(elements);
        std::fill(in.begin(), in.end(), -0.0F);
        std::fill(out.begin(), out.end(), 1.0F);
        REQUIRE(run(*module, {in.data(), out.data()}, {}, nullptr, nullptr) == 0);
        CHECK(std::ranges::none_of(out, [](float sum) { return sum != 0 || std::signbit(sum); }));
      }
}

TEST_CASE("phases whose sums become addresses are not staggered, nor scratch that lasts longer") {
  Maker maker = staged(1, 4, 64, 4);
  loop::Kernel& kernel = maker.entry().kernels[0];
  loop::Kernel positions = kernel, longer = kernel, alone = kernel, wider = kernel;
  positions.phases[0].reductions[0] = {ReduceOp::ArgMax, 0, 0};
  CHECK_FALSE(loop::has_stages(positions));
  longer.phases.insert(longer.phases.begin() + 2, longer.phases[0]);
  CHECK_FALSE(loop::has_stages(longer));
  alone.phases.resize(1);
  CHECK_FALSE(loop::has_stages(alone));
  wider.parallel = 1;
  CHECK_FALSE(loop::has_stages(wider));
  kernel.phases[2].body[0].op = Op::LoadAt;
  CHECK_FALSE(loop::has_stages(kernel));
}
