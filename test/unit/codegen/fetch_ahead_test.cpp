// Rows of arrays that no cache holds: they are asked for ahead, and nothing else changes.
#include <algorithm>

#include "loop_program.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// out = x - the row's sum, of x[rows, columns].
Maker centred(std::int64_t rows, std::int64_t columns, int at_once) {
  Maker maker;
  const int x = maker.input(DType::F32, rows * columns);
  const int out = maker.output(DType::F32, rows * columns);
  loop::Kernel& kernel = maker.nest({rows, columns}, 1, 1);
  kernel.rows = at_once;
  kernel.phases.reserve(2);
  const Affine here{0, {{0, Dim(columns)}, {1, Dim(1)}}};
  Body first = Body::add(kernel, true);
  first.reduce(loop::ReduceOp::Add, first.load(x, DType::F32, here));
  Body second = Body::add(kernel, true);
  second.store(out, DType::F32, here,
               second.op(Op::Sub, DType::F32, second.load(x, DType::F32, here),
                         second.reduced(0, 0, DType::F32)));
  return maker;
}

std::size_t prefetches(const Maker& maker) {
  const std::string text = codegen::emit_assembly(maker.program, {.cpu = "znver4"});
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find("prefetch", at)) != std::string::npos; ++at) ++count;
  return count;
}

constexpr std::int64_t columns = 4096, rows = 4096; // 64 MiB

} // namespace

TEST_CASE("rows from memory are asked for ahead, rows from a cache are not") {
  CHECK(prefetches(centred(rows, columns, 1)) > 0);
  CHECK(prefetches(centred(rows, columns, 2)) > 0);
  CHECK(prefetches(centred(rows / 64, columns, 1)) == 0);
}

TEST_CASE("asking ahead changes no bit") {
  // Whole numbers: the sum is exact, whatever its order.
  const auto elements = static_cast<std::size_t>(rows * columns);
  std::vector<float> x(elements), out(elements);
  for (std::size_t i = 0; i < elements; ++i) x[i] = static_cast<float>(i * 7 % 13) - 6;
  for (const int at_once : {1, 2}) {
    const Maker maker = centred(rows, columns, at_once);
    loop::verify(maker.program);
    const auto module = codegen::JitModule::compile(maker.program, {});
    std::ranges::fill(out, -1.0F);
    REQUIRE(run(*module, {x.data(), out.data()}, {}, nullptr, nullptr) == 0);
    bool right = true;
    for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
      float sum = 0;
      for (std::size_t c = 0; c < static_cast<std::size_t>(columns); ++c) sum += x[r * columns + c];
      for (std::size_t c = 0; c < static_cast<std::size_t>(columns); ++c)
        right = right && out[r * columns + c] == x[r * columns + c] - sum;
    }
    CHECK(right);
  }
}
