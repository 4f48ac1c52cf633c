// Elementwise kernels that move more than they compute, in halves of the largest registers.
#include <algorithm>

#include "loop_program.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// out = (a + b) * b, or with `work` many times so.
Maker elementwise(DType type, std::int64_t count, int work = 1) {
  Maker maker;
  const int a = maker.input(type, count), b = maker.input(type, count);
  const int out = maker.output(type, count);
  loop::Kernel& kernel = maker.nest({count}, 1, 0);
  Body body = Body::add(kernel, false);
  const Affine here{0, {{0, 1}}};
  int value = body.load(a, type, here);
  const int other = body.load(b, type, here);
  for (int i = 0; i < work; ++i)
    value = body.op(Op::Mul, type, body.op(Op::Add, type, value, other), other);
  body.store(out, type, here, value);
  return maker;
}

bool uses_all_512_bits(const Maker& maker, const char* cpu) {
  return codegen::emit_assembly(maker.program, {.cpu = cpu}).find("zmm") != std::string::npos;
}

constexpr std::int64_t large = std::int64_t{1} << 18; // three arrays: 3 MiB

} // namespace

TEST_CASE("what moves a lot is moved in halves where 512 bits are two") {
  CHECK_FALSE(uses_all_512_bits(elementwise(DType::F32, large), "znver4"));
  CHECK(uses_all_512_bits(elementwise(DType::F32, large), "skylake-avx512"));
  CHECK(uses_all_512_bits(elementwise(DType::F32, large / 8), "znver4"));
  CHECK(uses_all_512_bits(elementwise(DType::F32, large, 12), "znver4"));
  CHECK_FALSE(uses_all_512_bits(elementwise(DType::F64, large), "znver4"));
}

TEST_CASE("halves compute the same") {
  const std::int64_t count = large + 21;
  const auto elements = static_cast<std::size_t>(count);
  std::vector<float> expected;
  for (const Options& options : machines()) {
    CAPTURE(describe(options));
    const Maker maker = elementwise(DType::F32, count);
    loop::verify(maker.program);
    const auto module = codegen::JitModule::compile(maker.program, options);
    Guarded<float> a(elements), b(elements), out(elements);
    fill(a.begin(), a.end(), 3);
    fill(b.begin(), b.end(), 5);
    REQUIRE(run(*module, {a.data(), b.data(), out.data()}, {}, nullptr, nullptr) == 0);
    if (expected.empty())
      for (std::size_t i = 0; i < elements; ++i)
        expected.push_back((a.begin()[i] + b.begin()[i]) * b.begin()[i]);
    CHECK(std::ranges::equal(out, expected));
  }
}
