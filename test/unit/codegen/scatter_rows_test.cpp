// Whole rows joined to rows at computed places: one place for all lanes, whose elements are
// neighbours.
#include <algorithm>

#include "loop_program.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

constexpr std::size_t rows = 9, targets = 4;

/// out[at[i]] joined with in[i], for each row whose place there is.
void scatter_rows(Maker& maker, Op op, std::int64_t width) {
  const int in = maker.input(DType::F32, static_cast<std::int64_t>(rows) * width);
  const int at = maker.input(DType::I64, static_cast<std::int64_t>(rows));
  const int out =
      maker.buffer(BufferKind::InOut, DType::F32, static_cast<std::int64_t>(targets) * width);
  loop::Kernel& kernel = maker.nest({static_cast<std::int64_t>(rows), width}, 2, 1);
  kernel.serial = true;
  Body body = Body::add(kernel, false);
  const int row = body.load(at, DType::I64, {0, {{0, 1}}});
  const int there =
      body.op(Op::And, DType::Bool, body.op(Op::Ge, DType::Bool, row, body.constant(DType::I64, 0)),
              body.op(Op::Lt, DType::Bool, row, body.constant(DType::I64, targets)));
  const int offset = body.op(Op::Mul, DType::I64, row, body.index({width, {}}));
  body.push({.op = op,
             .a = offset,
             .b = body.load(in, DType::F32, {0, {{0, width}, {1, 1}}}),
             .c = there,
             .buffer = out,
             .index = {0, {{1, 1}}}});
  loop::verify(maker.program);
}

float joined(Op op, float a, float b) {
  return op == Op::AddAt ? a + b : op == Op::MaxAt ? std::max(a, b) : std::min(a, b);
}

} // namespace

TEST_CASE("rows are joined at computed places, in order, and those without a place are left out") {
  const std::int64_t places[rows] = {2, 0, 2, -1, 3, 2, 4, 0, 2};
  for (const Options& options : machines())
    for (const Op op : {Op::AddAt, Op::MaxAt, Op::MinAt})
      for (const std::size_t width : {1, 5, 16, 37, 128}) {
        CAPTURE(describe(options), static_cast<int>(op), width);
        Maker maker;
        scatter_rows(maker, op, static_cast<std::int64_t>(width));
        const auto module = codegen::JitModule::compile(maker.program, options);
        Guarded<float> in(rows * width), out(targets * width);
        Guarded<std::int64_t> at(rows);
        std::copy(std::begin(places), std::end(places), at.begin());
        fill(in.begin(), in.end(), 6);
        for (float& x : in) x /= 3; // so that the order of the sums shows
        fill(out.begin(), out.end(), 7);
        std::vector<float> expected(out.begin(), out.end());
        for (std::size_t i = 0; i < rows; ++i)
          for (std::size_t j = 0; j < width; ++j)
            if (places[i] >= 0 && places[i] < static_cast<std::int64_t>(targets)) {
              float& to = expected[static_cast<std::size_t>(places[i]) * width + j];
              to = joined(op, to, in[i * width + j]);
            }
        REQUIRE(run(*module, {in.data(), at.data(), out.data()}) == 0);
        CHECK(std::equal(out.begin(), out.end(), expected.begin()));
      }
}

TEST_CASE("lanes that meet one element add up one after another") {
  for (const Options& options : machines()) {
    CAPTURE(describe(options));
    constexpr std::size_t n = 45;
    Maker maker;
    const int in = maker.input(DType::F32, n), out = maker.buffer(BufferKind::InOut, DType::F32, 3);
    loop::Kernel& kernel = maker.nest({n}, 1, 0);
    kernel.serial = true;
    Body body = Body::add(kernel, false);
    const int second = body.constant(DType::I64, 1);
    const int value = body.load(in, DType::F32, {0, {{0, 1}}});
    body.push({.op = Op::AddAt, .a = second, .b = value, .buffer = out});
    loop::verify(maker.program);
    const auto module = codegen::JitModule::compile(maker.program, options);
    Guarded<float> values(n), sums(3);
    fill(values.begin(), values.end(), 8);
    float expected = sums[1] = 2;
    for (float& x : values) expected += x /= 3;
    REQUIRE(run(*module, {values.data(), sums.data()}) == 0);
    CHECK(sums[1] == expected);
  }
}

TEST_CASE("rows are joined in lanes") {
  Maker maker;
  scatter_rows(maker, Op::AddAt, 128);
  const std::string text = codegen::emit_llvm_ir(maker.program, {.cpu = "native"});
  CHECK(text.find("fadd <16 x float>") != std::string::npos);
  CHECK(text.find("fadd float") == std::string::npos);
}
