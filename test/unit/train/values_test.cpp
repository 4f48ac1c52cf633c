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

TEST_CASE("normal values have their mean, deviation and tails, and depend on the seed alone") {
  const Tensor t = normal_values({100, 200}, 3, 2, 5);
  double sum = 0, squares = 0, beyond_one = 0, beyond_two = 0, most = 0;
  for (const float x : t.data<float>()) {
    const double z = (static_cast<double>(x) - 3) / 2;
    sum += z, squares += z * z, most = std::max(most, std::fabs(z));
    beyond_one += std::fabs(z) > 1 ? 1 : 0, beyond_two += std::fabs(z) > 2 ? 1 : 0;
  }
  const double n = 20000;
  CHECK(sum / n == Approx(0).margin(0.02));
  CHECK(squares / n == Approx(1).margin(0.03));
  CHECK(beyond_one / n == Approx(0.3173).margin(0.01));
  CHECK(beyond_two / n == Approx(0.0455).margin(0.005));
  CHECK(most > 3.5);
  const Tensor again = normal_values({100, 200}, 3, 2, 5),
               other = normal_values({100, 200}, 3, 2, 6);
  CHECK(std::equal(t.data<float>().begin(), t.data<float>().end(), again.data<float>().begin()));
  CHECK_FALSE(
      std::equal(t.data<float>().begin(), t.data<float>().end(), other.data<float>().begin()));
  // Box and Muller's formula with the library's functions, which our series must meet.
  const auto mix = [](std::uint64_t x) {
    std::uint64_t z = (x + 1) * 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  };
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const double u = (static_cast<double>(mix((5ULL << 32) + 2 * i) >> 11) + 1) * 0x1p-53;
    const double v = static_cast<double>(mix((5ULL << 32) + 2 * i + 1) >> 11) * 0x1p-53;
    const double want = 3 + 2 * std::sqrt(-2 * std::log(u)) * std::cos(2 * std::acos(-1.0) * v);
    if (std::fabs(static_cast<double>(t.data<float>()[i]) - want) > 1e-6) FAIL_CHECK(i);
  }
}

TEST_CASE("He's and Glorot's variances, constants") {
  const auto variance = [](const Tensor& t) {
    double sum = 0;
    for (const float x : t.data<float>()) sum += static_cast<double>(x) * static_cast<double>(x);
    return sum / static_cast<double>(t.size());
  };
  CHECK(variance(he_normal({50, 200}, 50, 1)) == Approx(2. / 50).epsilon(0.05));
  CHECK(variance(he_uniform({50, 200}, 50, 1)) == Approx(2. / 50).epsilon(0.05));
  CHECK(variance(glorot_normal({50, 200}, 50, 200, 1)) == Approx(2. / 250).epsilon(0.05));
  CHECK(variance(glorot_uniform({50, 200}, 50, 200, 1)) == Approx(2. / 250).epsilon(0.05));
  CHECK(variance(constant_values({3, 3}, -0.5)) == 0.25);
  CHECK(constant_values({2}, 7).data<float>()[1] == 7);
}

TEST_CASE("orthogonal rows or columns, whichever are fewer") {
  for (const auto& shape : {std::vector<std::int64_t>{3, 5}, {5, 3}, {4, 4}, {2, 3, 4}, {1, 1}}) {
    const Tensor t = orthogonal(shape, 2, 9);
    const auto columns = static_cast<std::size_t>(shape.back());
    const std::size_t rows = static_cast<std::size_t>(t.size()) / columns;
    const bool wide = rows <= columns;
    const std::size_t count = wide ? rows : columns, length = wide ? columns : rows;
    for (std::size_t a = 0; a < count; ++a)
      for (std::size_t b = 0; b < count; ++b) {
        double sum = 0;
        for (std::size_t i = 0; i < length; ++i) {
          const auto at = [&](std::size_t v) {
            return static_cast<double>(t.data<float>()[wide ? v * columns + i : i * columns + v]);
          };
          sum += at(a) * at(b);
        }
        CHECK(sum == Approx(a == b ? 4 : 0).margin(1e-5));
      }
  }
}
