// One row times a matrix whose rows begin anywhere in a cache line: it is read half a vector at a
// time, and the sums are those of whole vectors.
#include <algorithm>
#include <cmath>

#include "loop_program.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// out[j] = bias[j] + sum over k of a[k] * b[k][j], in `chains`.
Maker row_times_matrix(std::int64_t n, std::int64_t k, int chains) {
  Maker maker;
  const int a = maker.input(DType::F32, k), b = maker.input(DType::F32, k * n);
  const int bias = maker.input(DType::F32, n), out = maker.output(DType::F32, n);
  loop::Kernel& kernel = maker.contraction(1, n, k, a, b, DType::F32, DType::F32);
  kernel.chains = chains;
  Body body = Body::add(kernel, false);
  const int sum = body.op(Op::Add, DType::F32, body.op(Op::Acc, DType::F32),
                          body.load(bias, DType::F32, {0, {{1, 1}}}));
  body.store(out, DType::F32, {0, {{1, 1}}}, sum);
  loop::verify(maker.program);
  return maker;
}

float expected(Guarded<float>& a, Guarded<float>& b, std::size_t n, std::size_t j,
               std::size_t chains, bool fused) {
  std::vector<float> sums(chains);
  for (std::size_t l = 0; l < a.size(); ++l) {
    float& sum = sums[l % chains];
    sum = fused ? std::fmaf(a[l], b[l * n + j], sum) : sum + a[l] * b[l * n + j];
  }
  for (; sums.size() > 1; sums.resize(sums.size() / 2))
    for (std::size_t c = 0; c < sums.size() / 2; ++c) sums[c] = sums[2 * c] + sums[2 * c + 1];
  return sums[0];
}

} // namespace

TEST_CASE("a row times a matrix has the same sums whatever the matrix's rows begin with") {
  for (const Options& options : machines())
    for (const int chains : {1, 2, 4})
      for (const std::size_t n : {17, 23, 24, 25, 31, 33, 40, 41, 48, 50, 56, 63, 97, 170, 200}) {
        const std::size_t k = n % 2 == 0 ? 50 : 13;
        CAPTURE(describe(options), chains, n, k);
        Maker maker =
            row_times_matrix(static_cast<std::int64_t>(n), static_cast<std::int64_t>(k), chains);
        const auto module = codegen::JitModule::compile(maker.program, options);
        Guarded<float> a(k), b(k * n), bias(n), out(n);
        fill(a.begin(), a.end(), 12);
        fill(b.begin(), b.end(), 13);
        for (float& value : b) value *= 1.01F; // so that the order of the sums shows
        fill(bias.begin(), bias.end(), 14);
        REQUIRE(run(*module, {a.data(), b.data(), bias.data(), out.data()}) == 0);
        std::size_t wrong = 0;
        for (std::size_t j = 0; j < n; ++j)
          wrong += out[j] !=
                   expected(a, b, n, j, static_cast<std::size_t>(chains), options.cpu != "x86-64") +
                       bias[j];
        CHECK(wrong == 0);
      }
}

TEST_CASE("half vectors are read where whole ones would cross lines, and only there") {
  const auto reads_halves = [](std::int64_t n) {
    const Maker maker = row_times_matrix(n, 50, 2);
    const std::string text = codegen::emit_llvm_ir(maker.program, {.cpu = "x86-64-v4"});
    return text.find("load <8 x float>") != std::string::npos;
  };
  CHECK(reads_halves(50));
  CHECK(!reads_halves(48));
  CHECK(!reads_halves(64));
}
