// Contractions against plain loops: odd sizes, symbolic dims, dtypes, epilogues, batches, blocks.
#include <algorithm>
#include <array>
#include <cmath>

#include "loop_program.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// out = relu(a * b + bias), sums in the order of k.
Maker dense(Dim m, Dim n, Dim k) {
  Maker maker;
  const auto size = [](Dim a, Dim b) { return a.is_static() ? b * a : a * b; };
  const int a = maker.input(DType::F32, size(m, k));
  const int b = maker.input(DType::F32, size(k, n));
  const int bias = maker.input(DType::F32, n);
  const int out = maker.output(DType::F32, size(m, n));
  loop::Kernel& kernel = maker.contraction(m, n, k, a, b, DType::F32, DType::F32);
  Body body = Body::add(kernel, false);
  const int sum = body.op(Op::Add, DType::F32, body.op(Op::Acc, DType::F32),
                          body.load(bias, DType::F32, {0, {{1, 1}}}));
  body.store(out, DType::F32, {0, {{0, n}, {1, 1}}},
             body.op(Op::Max, DType::F32, sum, body.real(0)));
  return maker;
}

void check_dense(const codegen::JitModule& module, bool fused, std::size_t m, std::size_t n,
                 std::size_t k, std::vector<std::int64_t> dims,
                 const nngc_parallel* parallel = nullptr) {
  Guarded<float> a(m * k), b(k * n), bias(n), out(m * n);
  fill(a.begin(), a.end(), 9);
  fill(b.begin(), b.end(), 10);
  for (float& value : b) value *= 1.01F;
  fill(bias.begin(), bias.end(), 11);
  REQUIRE(run(module, {a.data(), b.data(), bias.data(), out.data()}, dims, nullptr, parallel) == 0);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      float sum = 0;
      for (std::size_t l = 0; l < k; ++l)
        sum =
            fused ? std::fmaf(a[i * k + l], b[l * n + j], sum) : sum + a[i * k + l] * b[l * n + j];
      wrong += out[i * n + j] != std::fmax(sum + bias[j], 0.0F);
    }
  CAPTURE(m, n, k);
  CHECK(wrong == 0);
}

bool fuses(const Options& options) { return options.cpu != "x86-64"; }

} // namespace

TEST_CASE("matrix products are bit for bit the sum in the order of k") {
  struct Size {
    std::int64_t m, n, k;
  };
  for (const Options& options : machines())
    for (const Size& s :
         {Size{1, 1, 1}, Size{1, 10, 37}, Size{1, 300, 20}, Size{3, 40, 9}, Size{17, 10, 33},
          Size{13, 67, 12}, Size{31, 130, 5}, Size{64, 64, 64}, Size{29, 45, 300}, Size{5, 16, 0},
          Size{1, 3, 6}, Size{2, 7, 13}, Size{16, 2, 13}}) {
      CAPTURE(describe(options));
      Maker maker = dense(s.m, s.n, s.k);
      loop::verify(maker.program);
      check_dense(*codegen::JitModule::compile(maker.program, options), fuses(options),
                  static_cast<std::size_t>(s.m), static_cast<std::size_t>(s.n),
                  static_cast<std::size_t>(s.k), {});
    }
}

TEST_CASE("symbolic rows, columns and depth") {
  for (const Options& options : machines())
    for (int which = 0; which < 3; ++which) {
      Maker symbol;
      const Dim dim = symbol.symbol("extent");
      Maker maker =
          dense(which == 0 ? dim : Dim(11), which == 1 ? dim : Dim(70), which == 2 ? dim : Dim(21));
      maker.entry().symbols = symbol.entry().symbols;
      loop::verify(maker.program);
      const auto module = codegen::JitModule::compile(maker.program, options);
      for (const std::int64_t n : {0, 1, 2, 5, 16, 83, 300}) {
        CAPTURE(describe(options), which, n);
        const auto size = [&](int dim_number, std::size_t fixed) {
          return dim_number == which ? static_cast<std::size_t>(n) : fixed;
        };
        check_dense(*module, fuses(options), size(0, 11), size(1, 70), size(2, 21), {n});
      }
    }
}

TEST_CASE("panels run in any order") {
  for (const auto& [m, n, k] : {std::tuple(40, 700, 30), std::tuple(900, 40, 20)}) {
    Maker maker = dense(m, n, k);
    Backwards backwards;
    check_dense(*codegen::JitModule::compile(maker.program, {}), true, static_cast<std::size_t>(m),
                static_cast<std::size_t>(n), static_cast<std::size_t>(k), {}, &backwards.hook);
    CHECK(backwards.regions == 1);
    CHECK(backwards.blocks > 2);
  }
}

TEST_CASE("batches, with transposed operands, in f64 and integers") {
  for (const Options& options : machines()) {
    CAPTURE(describe(options));
    // out[p][q][i][j] = sum over k of a[p][q][k][i] * b[q][j][k]
    constexpr std::int64_t p = 2, q = 3, m = 9, n = 21, k = 8;
    for (const DType dtype : {DType::F64, DType::I32, DType::I64, DType::U8}) {
      Maker maker;
      const int a = maker.input(dtype, p * q * k * m);
      const int b = maker.input(dtype, q * n * k);
      const int out = maker.output(dtype, p * q * m * n);
      loop::Kernel& kernel = maker.nest({p, q, m, n, k}, 4, 3);
      kernel.kind = loop::KernelKind::Contraction;
      kernel.operand_type = kernel.acc_type = dtype;
      kernel.a = {a, {0, {{0, q * k * m}, {1, k * m}, {2, 1}, {4, m}}}};
      kernel.b = {b, {0, {{1, n * k}, {3, k}, {4, 1}}}};
      Body body = Body::add(kernel, false);
      body.store(out, dtype, {0, {{0, q * m * n}, {1, m * n}, {2, n}, {3, 1}}},
                 body.op(Op::Acc, dtype));
      loop::verify(maker.program);
      const auto module = codegen::JitModule::compile(maker.program, options);
      const auto check = [&]<typename T>(T) {
        Guarded<T> x(p * q * k * m), y(q * n * k), z(p * q * m * n);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(i * 7 % 23);
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<T>(i * 5 % 19);
        REQUIRE(run(*module, {x.data(), y.data(), z.data()}) == 0);
        std::size_t wrong = 0;
        for (std::int64_t batch = 0; batch < p * q; ++batch)
          for (std::int64_t i = 0; i < m; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
              T sum = 0;
              for (std::int64_t l = 0; l < k; ++l)
                sum = static_cast<T>(
                    sum + x[static_cast<std::size_t>(batch * k * m + l * m + i)] *
                              y[static_cast<std::size_t>(batch % q * n * k + j * k + l)]);
              wrong += z[static_cast<std::size_t>(batch * m * n + i * n + j)] != sum;
            }
        CHECK(wrong == 0);
      };
      if (dtype == DType::F64)
        check(double{});
      else if (dtype == DType::I32)
        check(std::uint32_t{});
      else if (dtype == DType::I64)
        check(std::uint64_t{});
      else
        check(std::uint8_t{});
    }
  }
}

TEST_CASE("16-bit operands sum in f32, and a long epilogue runs per row") {
  constexpr std::int64_t m = 13, k = 30;
  for (const auto& [options, n] : [] {
         std::vector<std::pair<Options, std::int64_t>> all;
         for (const Options& each : machines())
           for (const std::int64_t columns : {35, 128}) all.emplace_back(each, columns);
         return all;
       }()) {
    CAPTURE(describe(options), n);
    Maker maker;
    const int a = maker.input(DType::BF16, m * k);
    const int b = maker.input(DType::BF16, k * n);
    const int out = maker.output(DType::F32, m * n);
    const int rows = maker.output(DType::I64, m * n);
    loop::Kernel& kernel = maker.contraction(m, n, k, a, b, DType::BF16, DType::F32);
    Body body = Body::add(kernel, false);
    int value = body.op(Op::Acc, DType::F32);
    for (int i = 0; i < 20; ++i)
      value = body.op(Op::Add, DType::F32, value, body.real(static_cast<float>(i)));
    const Affine here{0, {{0, n}, {1, 1}}};
    body.store(out, DType::F32, here, value);
    body.store(rows, DType::I64, here, body.index({5, {{0, 100}, {1, 1}}}));
    loop::verify(maker.program);
    const auto module = codegen::JitModule::compile(maker.program, options);
    Guarded<std::uint16_t> x(m * k), y(k * n);
    Guarded<float> z(m * n);
    Guarded<std::int64_t> places(m * n);
    const auto small = [](std::size_t i) { // integers that bf16 holds exactly
      return static_cast<std::uint16_t>(
          std::bit_cast<std::uint32_t>(static_cast<float>(i % 13) - 6) >> 16);
    };
    const auto number = [](std::uint16_t bits) {
      return std::bit_cast<float>(std::uint32_t{bits} << 16);
    };
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = small(i * 3);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = small(i * 5 + 1);
    REQUIRE(run(*module, {x.data(), y.data(), z.data(), places.data()}) == 0);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = 0; j < static_cast<std::size_t>(n); ++j) {
        float sum = 190;
        for (std::size_t l = 0; l < k; ++l) sum += number(x[i * k + l]) * number(y[l * n + j]);
        wrong += z[i * static_cast<std::size_t>(n) + j] != sum;
        wrong += places[i * static_cast<std::size_t>(n) + j] !=
                 static_cast<std::int64_t>(5 + 100 * i + j);
      }
    CHECK(wrong == 0);
  }
}

TEST_CASE("few sums are split into chains, each in the order of k") {
  for (const Options& options : machines())
    for (const auto& [m, n, k, chains] :
         {std::array{1, 10, 37, 4}, std::array{1, 3, 40, 4}, std::array{2, 16, 35, 2},
          std::array{1, 20, 64, 2}, std::array{1, 10, 3, 4}, std::array{1, 33, 50, 8},
          // rows read flat, with and without a rest
          std::array{1, 10, 85, 8}, std::array{1, 14, 64, 8}, std::array{1, 2, 70, 8},
          std::array{1, 6, 33, 8}, std::array{1, 12, 8, 8}, std::array{1, 4, 40, 4},
          // written out
          std::array{1, 16, 14, 2}, std::array{2, 16, 13, 4}, std::array{4, 8, 11, 2}}) {
      CAPTURE(describe(options), m, n, k, chains);
      Maker maker = dense(m, n, k);
      maker.entry().kernels[0].chains = chains;
      loop::verify(maker.program);
      const auto module = codegen::JitModule::compile(maker.program, options);
      const auto count = [](int a, int b) { return static_cast<std::size_t>(a * b); };
      Guarded<float> a(count(m, k)), b(count(k, n)), bias(count(n, 1)), out(count(m, n));
      fill(a.begin(), a.end(), 15);
      fill(b.begin(), b.end(), 16);
      for (float& value : b) value *= 1.01F;
      fill(bias.begin(), bias.end(), 17);
      REQUIRE(run(*module, {a.data(), b.data(), bias.data(), out.data()}) == 0);
      std::size_t wrong = 0;
      for (int i = 0; i < m; ++i)
        for (int j = 0; j < n; ++j) {
          std::vector<float> sums(static_cast<std::size_t>(chains), 0);
          for (int l = 0; l < k; ++l) {
            float& sum = sums[static_cast<std::size_t>(l % chains)];
            const float x = a[count(i, k) + count(l, 1)], y = b[count(l, n) + count(j, 1)];
            sum = fuses(options) ? std::fmaf(x, y, sum) : sum + x * y;
          }
          while (sums.size() > 1) {
            for (std::size_t c = 0; c < sums.size() / 2; ++c)
              sums[c] = sums[2 * c] + sums[2 * c + 1];
            sums.resize(sums.size() / 2);
          }
          wrong += out[count(i, n) + count(j, 1)] != std::fmax(sums[0] + bias[count(j, 1)], 0.0F);
        }
      CHECK(wrong == 0);
    }
}

TEST_CASE("columns of B are copied to scratch, every block to its own place") {
  // Rows of B are 2 KB apart; n is no multiple of a vector.
  constexpr std::int64_t m = 37, n = 437, k = 512, stride = 512;
  Guarded<float> a(m * k), b(k * stride - (stride - n)), bias(n), out(m * n);
  fill(a.begin(), a.end(), 12);
  fill(b.begin(), b.end(), 13);
  fill(bias.begin(), bias.end(), 14);
  for (const Options& options : machines()) {
    if (options.opt_level == 0 && options.cpu != "native") continue;
    CAPTURE(describe(options));
    Maker maker = dense(m, n, k);
    maker.entry().kernels[0].b.index = {0, {{1, 1}, {2, stride}}};
    const int scratch = maker.buffer(loop::BufferKind::Arena, DType::F32, k * (n + 64));
    maker.entry().kernels[0].scratch = scratch;
    maker.entry().workspace = std::int64_t{4} * k * (n + 64);
    loop::verify(maker.program);
    const auto module = codegen::JitModule::compile(maker.program, options);
    Guarded<float> workspace(k * (n + 64));
    std::fill(workspace.begin(), workspace.end(), -7.0F);
    Backwards backwards;
    REQUIRE(run(*module, {a.data(), b.data(), bias.data(), out.data()}, {}, workspace.data(),
                &backwards.hook) == 0);
    CHECK(backwards.blocks > 1);
    CHECK(std::count(workspace.begin(), workspace.end(), -7.0F) <= k * (n + 64) - k * n / 4);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        float sum = 0;
        for (std::size_t l = 0; l < k; ++l)
          sum = fuses(options) ? std::fmaf(a[i * k + l], b[l * stride + j], sum)
                               : sum + a[i * k + l] * b[l * stride + j];
        wrong += out[i * n + j] != std::fmax(sum + bias[j], 0.0F);
      }
    CHECK(wrong == 0);
  }
}
