// The interpreter's front: inputs by position and name, symbolic dims, dtypes, errors. What the ops
// compute is tested with the ops.
#include "nngc/eval.h"

#include <array>
#include <cmath>

#include "eval/complex_step.h"
#include "nngc/ops.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

Tensor row(std::vector<float> values) {
  return Tensor::of<float>({static_cast<std::int64_t>(values.size())},
                           std::span<const float>(values));
}

std::vector<Tensor> run(const Graph& g, std::vector<Tensor> inputs) {
  return eval(g, std::span<const Tensor>(inputs));
}
std::vector<Tensor> run_named(const Graph& g, std::vector<NamedTensor> inputs) {
  return eval(g, std::span<const NamedTensor>(inputs));
}

} // namespace

TEST_CASE("inputs by position and by name", "[eval]") {
  Graph g;
  const Value a = g.input("a", f32({2})), b = g.input("b", f32({2})),
              unused = g.input("unused", f32({9}));
  static_cast<void>(unused);
  g.output("difference", a - b);
  g.output("a_again", a);
  const auto r = run(g, {row({5, 6}), row({1, 2}), Tensor(DType::F32, {9})});
  REQUIRE(r.size() == 2);
  CHECK(r[0].data<float>()[1] == 4);
  CHECK(r[1].data<float>()[0] == 5);
  CHECK(run_named(g, {{"b", row({1, 2})}, {"a", row({5, 7})}})[0].data<float>()[1] == 5);

  NNGC_CHECK_THROWS(run(g, {row({5, 6})}), Error, "has 3 inputs, got 1 tensors");
  NNGC_CHECK_THROWS(run_named(g, {{"a", row({1, 2})}}), Error, "input 'b' (f32[2]) is missing");
  NNGC_CHECK_THROWS(run_named(g, {{"c", row({1, 2})}}), Error, "has no input 'c'");
  NNGC_CHECK_THROWS(run_named(g, {{"a", row({1, 2})}, {"a", row({1, 2})}}), Error,
                    "'a' is given twice");
  NNGC_CHECK_THROWS(run_named(g, {{"a", Tensor(DType::F64, {2})}}), Error,
                    "'a' is f32[2], not f64[2]");
  NNGC_CHECK_THROWS(run_named(g, {{"a", row({1, 2, 3})}}), Error, "axis 0 has extent 3, not 2");
  NNGC_CHECK_THROWS(run_named(g, {{"a", Tensor(DType::F32, {2, 1})}}), Error,
                    "the tensor has rank 2");
}

TEST_CASE("symbolic dims take their values from the inputs", "[eval]") {
  const Dim n = Dim::symbol("n");
  Graph g;
  const Value x = g.input("x", f32({n, 2})), y = g.input("y", f32({2 * n + 1}));
  g.output("mean", reduce_mean(x, {0}));
  g.output("positions", reduce_sum(iota(g, i32({n}))) + convert(reduce_sum(y), DType::I32));
  const auto r = run(g, {Tensor(DType::F32, {3, 2}), row({1, 1, 1, 1, 1, 1, 1})});
  CHECK(r[1].data<std::int32_t>()[0] == 10);
  NNGC_CHECK_THROWS(run(g, {Tensor(DType::F32, {3, 2}), row({1, 1, 1, 1, 1})}), Error,
                    "so n would be 2, but input 'x' makes it 3");
  NNGC_CHECK_THROWS(run(g, {Tensor(DType::F32, {3, 2}), row({1, 1, 1, 1})}), Error,
                    "which is not 2*n+1 for any n");
  // No rows at all is a value like any other.
  CHECK(std::isnan(run(g, {Tensor(DType::F32, {0, 2}), row({1})})[0].data<float>()[0]));

  Graph free;
  free.output("positions", iota(free, i32({Dim::symbol("rows")})));
  NNGC_CHECK_THROWS(run(free, {}), Error, "no input says what 'rows' is");
}

TEST_CASE("every dtype goes in and comes out as it was", "[eval]") {
  for (int i = 0; i < dtype_count; ++i) {
    const auto dtype = static_cast<DType>(i);
    INFO(name(dtype));
    Graph g;
    g.output("y", reshape(g.input("x", {dtype, {4}}), {2, 2}));
    Tensor x(dtype, {4});
    auto* bytes = static_cast<unsigned char*>(x.raw());
    // Values of any pattern but NaN, whose bits are nobody's business; a bool is 0 or 1.
    for (std::size_t k = 0; k < x.bytes(); ++k)
      bytes[k] = dtype == DType::Bool
                     ? k % 2
                     : static_cast<unsigned char>(is_float(dtype) ? 0x31 + k : 0x9D + 7 * k);
    const Tensor y = run(g, {x})[0];
    CHECK(y.dtype() == dtype);
    CHECK(y.shape() == std::vector<std::int64_t>{2, 2});
    REQUIRE(y.bytes() == x.bytes());
    for (std::size_t k = 0; k < x.bytes(); ++k)
      CHECK(static_cast<const unsigned char*>(y.raw())[k] == bytes[k]);
  }
}

TEST_CASE("the complex step knows derivatives to the last bits", "[eval]") {
  Graph g;
  const Value x = g.input("x", f64({2})), k = g.input("k", i32({2}));
  g.output("y", sin(x) * exp(x) + convert(k, DType::F64));
  g.output("k", k + 1);
  const std::vector<double> at = {0.7, -1.3}, along = {1, 2};
  const std::array inputs{Tensor::of<double>({2}, at), Tensor(DType::I32, {2})};
  const std::array directions{Tensor::of<double>({2}, along), Tensor(DType::I32, {2})};
  const auto d = complex_step(g, inputs, directions);
  for (std::size_t i = 0; i < 2; ++i) {
    const double want = along[i] * std::exp(at[i]) * (std::sin(at[i]) + std::cos(at[i]));
    CHECK(std::fabs(d[0][i] - want) <= 4e-16 * std::fabs(want) + 1e-16);
    CHECK(d[1][i] == 0);
  }
}

TEST_CASE("a long chain holds two arrays at a time and does not recurse", "[eval]") {
  Graph g;
  Value y = g.input("x", f32({64}));
  for (int i = 0; i < 300'000; ++i) y = i % 2 == 0 ? neg(y) + 1 : y * 2;
  g.output("y", y);
  CHECK(run(g, {Tensor(DType::F32, {64})})[0].size() == 64);
}
