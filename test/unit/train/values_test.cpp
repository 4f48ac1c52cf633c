// Initial values, batches, arguments by name.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "nngc/ops.h"
#include "nngc/train.h"
#include "test/support/catch.h"

using namespace nngc;
using test::Approx;

TEST_CASE("uniform values are the benchmark's, bit for bit") {
  // From the peers' data.py: uniform(1, (3,)) and uniform(7, (2,), -1, 1).
  const Tensor a = uniform_values({3}, 0, 1, 1);
  const Tensor b = uniform_values({2}, -1, 1, 7);
  const float expected_a[] = {0x1.1824f00000000p-2F, 0x1.cfff020000000p-1F, 0x1.33db660000000p-1F};
  const float expected_b[] = {0x1.c4cc100000000p-2F, -0x1.5c82400000000p-1F};
  CHECK(std::equal(expected_a, expected_a + 3, a.data<float>().begin()));
  CHECK(std::equal(expected_b, expected_b + 2, b.data<float>().begin()));
}

TEST_CASE("he and glorot have the variance they promise") {
  const auto variance = [](const Tensor& t) {
    double sum = 0;
    for (const float x : t.data<float>()) sum += static_cast<double>(x) * static_cast<double>(x);
    return sum / static_cast<double>(t.size());
  };
  CHECK(variance(he_uniform({100, 200}, 100, 3)) == Approx(2.0 / 100).epsilon(0.03));
  CHECK(variance(glorot_uniform({100, 200}, 100, 200, 3)) == Approx(2.0 / 300).epsilon(0.03));
}

TEST_CASE("initial values: matrices random, different by name and seed, the rest zeros") {
  Graph g("m");
  const Value x = g.input("x", f32({4, 8}));
  const Value h = relu(dense(x, g.param("w1", f32({8, 8})), g.param("b1", f32({8}))));
  const Value y = dense(h, g.param("w2", f32({8, 8})), g.param("b2", f32({8})));
  const Executable step = compile(training_step(g, reduce_mean(square(y)), adam()));
  const Tensors a = initial_values(step, 1), b = initial_values(step, 2);
  const auto same = [](const Tensor& p, const Tensor& q) {
    return std::equal(p.data<float>().begin(), p.data<float>().end(), q.data<float>().begin());
  };
  CHECK(a.size() == 4 + 8 + 1);
  CHECK_FALSE(a.contains("x"));
  CHECK(same(a.at("w1"), initial_values(step, 1).at("w1")));
  CHECK_FALSE(same(a.at("w1"), a.at("w2")));
  CHECK_FALSE(same(a.at("w1"), b.at("w1")));
  for (const char* name : {"b1", "w1_m", "w2_v", "step"})
    for (const float v : a.at(name).data<float>()) CHECK(v == 0);
  Tensors partial = a;
  NNGC_CHECK_THROWS(bind_arguments(step, partial), Error, "no array for 'x' (f32[4,8])");
}

TEST_CASE("initial values: matrices of every float type break the symmetry") {
  const auto start = [](DType dtype) {
    Graph g("m");
    const Value x = g.input("x", {dtype, {4, 8}});
    const Value y = matmul(x, g.param("w", {dtype, {8, 8}}));
    const Value loss = convert(reduce_mean(square(y)), DType::F32);
    return initial_values(compile(training_step(g, loss, sgd())), 1).at("w");
  };
  const Tensor single = start(DType::F32), wide = start(DType::F64), brain = start(DType::BF16),
               half = start(DType::F16);
  for (std::size_t i = 0; i < 64; ++i) {
    const float x = single.data<float>()[i];
    CHECK(x != 0);
    CHECK(wide.data<double>()[i] == static_cast<double>(x));
    CHECK(brain.data<std::uint16_t>()[i] == to_bf16(x));
    CHECK(half.data<std::uint16_t>()[i] == to_f16(x));
  }
}

TEST_CASE("an order is a permutation, the same for the same seed") {
  std::vector<std::uint32_t> a = shuffled(1000, 5);
  CHECK(a == shuffled(1000, 5));
  CHECK(a != shuffled(1000, 6));
  CHECK_FALSE(std::is_sorted(a.begin(), a.end()));
  std::sort(a.begin(), a.end());
  for (std::uint32_t i = 0; i < 1000; ++i) CHECK(a[i] == i);
  CHECK(shuffled(0, 1).empty());
  CHECK(shuffled(1, 1) == std::vector<std::uint32_t>{0});
}

TEST_CASE("take_rows copies rows and refuses what does not fit") {
  std::vector<float> values(12);
  std::iota(values.begin(), values.end(), 0.0F);
  const Tensor from = Tensor::of<float>({4, 3}, values);
  Tensor to(DType::F32, {2, 3});
  const std::uint32_t rows[] = {3, 1}, outside[] = {4}, many[] = {0, 1, 2};
  take_rows(from, rows, to);
  const float expected[] = {9, 10, 11, 3, 4, 5};
  CHECK(std::equal(expected, expected + 6, to.data<float>().begin()));
  NNGC_CHECK_THROWS(take_rows(from, outside, to), Error, "there is no row 4");
  NNGC_CHECK_THROWS(take_rows(from, many, to), Error, "3 rows do not fit");
  Tensor wide(DType::F32, {2, 4}), ints(DType::I32, {2, 3});
  NNGC_CHECK_THROWS(take_rows(from, rows, wide), Error, "are not rows of");
  NNGC_CHECK_THROWS(take_rows(from, rows, ints), Error,
                    "take_rows: dtypes differ: from f32[4,3] to i32[2,3]");
}

TEST_CASE("allocate needs the value of each symbol") {
  const TensorType type = f32({Dim::symbol("batch"), 3});
  CHECK(allocate(type, {{"batch", 5}}).shape() == std::vector<std::int64_t>{5, 3});
  NNGC_CHECK_THROWS(allocate(type), Error, "the size 'batch' has no value");
}
