// Composites: values where a naive formula fails, refusals, randomness.
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "nngc/autodiff.h"
#include "nngc/layers.h"
#include "test/support/catch.h"
#include "test/unit/ops/evaluate.h"

using namespace nngc;
using namespace nngc::test;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

void check_near(const Tensor& got, const std::vector<double>& expected) {
  const auto have = values<double>(got);
  REQUIRE(have.size() == expected.size());
  for (std::size_t i = 0; i < have.size(); ++i) {
    INFO("element " << i);
    if (std::isinf(expected[i]))
      CHECK(have[i] == expected[i]);
    else
      CHECK(std::abs(have[i] - expected[i]) <= 1e-14 * std::max(1.0, std::abs(expected[i])));
  }
}

/// d sum(f(x)) / d x.
Tensor gradient(const std::function<Value(Value)>& f, const Tensor& x) {
  return run(
      [&](Value v) {
        const Value y = f(v);
        return grad(reduce_sum(y), std::array{v})[0];
      },
      {x});
}

} // namespace

TEST_CASE("Activations") {
  const Tensor x = row({-1000.0, -1.0, -0.0, 0.0, 1.0, 1000.0});
  const double s = 1 / (1 + std::exp(-1.0));
  check_near(run([](Value v) { return relu(v); }, {x}), {0, 0, 0, 0, 1, 1000});
  check_near(run([](Value v) { return leaky_relu(v, 0.5); }, {x}), {-500, -0.5, 0, 0, 1, 1000});
  check_near(
      run([](Value v) { return softplus(v); }, {x}),
      {0, std::log1p(std::exp(-1)), std::log(2), std::log(2), 1 + std::log1p(std::exp(-1)), 1000});
  check_near(run([](Value v) { return silu(v); }, {x}), {0, s - 1, 0, 0, s, 1000});
  const double phi = 0.5 * (1 + std::erf(std::sqrt(0.5)));
  check_near(run([](Value v) { return gelu(v); }, {x}), {0, phi - 1, 0, 0, phi, 1000});
  const double t = 0.5 * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * 1.044715));
  check_near(run([](Value v) { return gelu_tanh(v); }, {x}), {0, t - 1, 0, 0, t, 1000});
  // In 16 bits the cube of 300 overflows, and so do the squares in its derivative.
  const auto half = [](Value v) {
    const Value h = convert(v, DType::F16);
    return convert(grad(reduce_sum(gelu_tanh(h)), std::array{h})[0], DType::F64);
  };
  check_near(run(half, {row({-60000.0, -300.0, 0.0, 300.0, 60000.0})}), {0, 0, .5, 1, 1});
  check_near(gradient([](Value v) { return gelu_tanh(v); }, row({-1e200, 1e200})), {0, 1});
  check_near(run([](Value v) { return step(v); }, {x}), {0, 0, 0, 0, 1, 1});
  check_near(run([](Value v) { return sign(v); }, {x}), {-1, -1, 0, 0, 1, 1});
  CHECK(
      values<std::int32_t>(run([](Value v) { return sign(v); }, {row<std::int32_t>({-5, 0, 7})})) ==
      std::vector<std::int32_t>{-1, 0, 1});
}

TEST_CASE("softmax and its logarithms do not overflow") {
  const Tensor x = row({1e4, 1e4 - 1, -1e4});
  const double e = std::exp(-1.0), lse = 1e4 + std::log(1 + e);
  check_near(run([](Value v) { return softmax(v); }, {x}), {1 / (1 + e), e / (1 + e), 0});
  check_near(run([](Value v) { return log_softmax(v); }, {x}),
             {-std::log(1 + e), -1 - std::log(1 + e), -2e4 - std::log(1 + e)});
  check_near(run([](Value v) { return logsumexp(v); }, {x}), {lse});
  const Tensor matrix = Tensor::of<double>({2, 2}, std::array{0.0, 0.0, 1.0, 1.0});
  check_near(run([](Value v) { return logsumexp(v, {-1}); }, {matrix}),
             {std::log(2), 1 + std::log(2)});
  check_near(run([](Value v) { return softmax(v, 0); }, {matrix}),
             {1 / (1 + std::exp(1)), 1 / (1 + std::exp(1)), 1 / (1 + e), 1 / (1 + e)});
  Graph g;
  const Value v = g.input("v", f32({2, 3, 4}));
  CHECK(logsumexp(v, {1}).shape() == Shape{2, 4});
  CHECK(logsumexp(v, {0, 2}, true).shape() == Shape{1, 3, 1});
  CHECK(logsumexp(v).shape() == Shape{});
}

TEST_CASE("A fully masked row has values and derivatives, no NaN") {
  const Tensor x = row({-inf, -inf});
  check_near(run([](Value v) { return softmax(v); }, {x}), {0, 0});
  check_near(run([](Value v) { return log_softmax(v); }, {x}), {-inf, -inf});
  check_near(run([](Value v) { return logsumexp(v); }, {x}), {-inf});
  check_near(gradient([](Value v) { return logsumexp(v); }, x), {0, 0});
  check_near(gradient([](Value v) { return softmax(v); }, x), {0, 0});
  check_near(gradient([](Value v) { return log_softmax(v); }, x), {1, 1});
  // One masked element among others.
  check_near(gradient([](Value v) { return logsumexp(v); }, row({0.0, -inf})), {1, 0});
  check_near(run([](Value v) { return softmax(v); }, {row({0.0, -inf})}), {1, 0});
}

TEST_CASE("one_hot") {
  const auto hot = [](Value i) { return one_hot(i, 3, DType::F64); };
  const Tensor got = run(hot, {row<std::int32_t>({2, 0, -1, 3})});
  CHECK(got.shape() == std::vector<std::int64_t>{4, 3});
  check_near(got, {0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0});
  // More classes than the index dtype counts: nothing wraps onto another class.
  const Tensor wide = run([](Value i) { return reduce_sum(one_hot(i, 600, DType::F64), {1}); },
                          {row<std::uint8_t>({44, 255})});
  check_near(wide, {1, 1});
}

TEST_CASE("Losses between numbers") {
  const Tensor p = row({1.0, 2.0, 5.0}), t = row({1.0, 2.5, 2.0});
  check_near(run([](Value a, Value b) { return mse(a, b); }, {p, t}), {9.25 / 3});
  check_near(run([](Value a, Value b) { return mae(a, b); }, {p, t}), {3.5 / 3});
  check_near(run([](Value a, Value b) { return smooth_l1(a, b, 2); }, {p, t}), {(0.0625 + 2) / 3});
}

TEST_CASE("Losses between probabilities") {
  const Tensor p = row({0.25, 0.0, 1.0}), t = row({0.5, 0.0, 1.0});
  const double loss = -0.5 * std::log(0.25) - 0.5 * std::log(0.75);
  check_near(run([](Value a, Value b) { return bce(a, b); }, {p, t}), {loss / 3});
  check_near(run([&](Value a, Value b) { return grad(bce(a, b), std::array{a})[0]; }, {p, t}),
             {(-0.5 / 0.25 + 0.5 / 0.75) / 3, 1.0 / 3, -1.0 / 3});
  const Tensor x = row({1000.0, -1000.0, 0.0}), y = row({0.0, 1.0, 0.5});
  check_near(run([](Value a, Value b) { return bce_with_logits(a, b); }, {x, y}),
             {(2000 + std::log(2)) / 3});
  check_near(
      run([&](Value a, Value b) { return grad(bce_with_logits(a, b), std::array{a})[0]; }, {x, y}),
      {1.0 / 3, -1.0 / 3, 0});

  const Tensor logits = Tensor::of<double>({3, 2}, std::array{1000.0, 0.0, 0.0, 1.0, 3.0, 3.0});
  const Tensor labels = row<std::int64_t>({1, 1, 7}); // the last is no class: no loss, still a row
  const double e = std::exp(-1.0);
  const auto from_logits = [](Value a, Value b) { return cross_entropy_with_logits(a, b); };
  check_near(run(from_logits, {logits, labels}), {(1000 + std::log1p(e)) / 3});
  check_near(run([&](Value a, Value b) { return grad(from_logits(a, b), std::array{a})[0]; },
                 {logits, labels}),
             {1.0 / 3, -1.0 / 3, e / (1 + e) / 3, -e / (1 + e) / 3, 0, 0});
  const Tensor soft = Tensor::of<double>({3, 2}, std::array{0.0, 1.0, 0.5, 0.5, 0.5, 0.5});
  check_near(run(from_logits, {logits, soft}), {(1000 + std::log1p(e) + 0.5 + std::log(2)) / 3});
  const Tensor probabilities =
      Tensor::of<double>({3, 2}, std::array{0.0, 1.0, 0.5, 0.5, 0.25, 0.75});
  const auto direct = [](Value a, Value b) { return cross_entropy(a, b); };
  check_near(run(direct, {probabilities, row<std::uint8_t>({1, 0, 200})}), {std::log(2) / 3});
  check_near(run(direct, {probabilities, soft}), {(std::log(2) - 0.5 * std::log(0.1875)) / 3});
}

TEST_CASE("A class that is ruled out and has no weight costs nothing") {
  const Tensor logits = Tensor::of<double>({3, 2}, std::array{-inf, 4.0, -inf, -inf, 1.0, 1.0});
  const Tensor weights = Tensor::of<double>({3, 2}, std::array{0.0, 1.0, 0.0, 0.0, 0.0, 0.5});
  const auto loss = [](Value a, Value b) { return cross_entropy_with_logits(a, b); };
  check_near(run(loss, {logits, weights}), {0.5 * std::log(2) / 3});
  check_near(
      run([&](Value a, Value b) { return grad(loss(a, b), std::array{a})[0]; }, {logits, weights}),
      {0, 0, 0, 0, .25 / 3, -.25 / 3});
  // A weight of 0 has its derivative still where the class is possible.
  const auto by_weight =
      run([&](Value a, Value b) { return grad(loss(a, b), std::array{b})[0]; }, {logits, weights});
  CHECK(values<double>(by_weight)[4] == Approx(std::log(2) / 3));
  const Tensor wrong = Tensor::of<double>({3, 2}, std::array{0.5, 0.5, 0.0, 0.0, 0.0, 0.5});
  check_near(run(loss, {logits, wrong}), {inf});
}

TEST_CASE("A symbolic number of classes, and of rows") {
  Graph g;
  const Dim batch = Dim::symbol("batch"), classes = Dim::symbol("classes");
  const Value x = g.input("x", f64({batch, classes})), y = g.input("y", i32({batch}));
  const Value loss = cross_entropy_with_logits(x, y);
  g.output("loss", loss);
  g.output("gradient", grad(loss, std::array{x})[0]);
  const std::vector<Tensor> got =
      eval(g, std::array{Tensor(DType::F64, {2, 4}), row<std::int32_t>({3, 4})});
  check_near(got[0], {std::log(4) / 2});
  check_near(got[1], {.125, .125, .125, -.375, 0, 0, 0, 0});
}

TEST_CASE("dropout and uniform") {
  const Tensor key = row<std::uint32_t>({1, 2});
  Tensor counter(DType::U64, {});
  for (DType t : {DType::F64, DType::F32, DType::F16, DType::BF16}) {
    INFO(name(t));
    const Tensor u =
        run([&](Value k, Value c) { return convert(uniform(k, c, {t, {10000}}, 3), DType::F64); },
            {key, counter});
    double sum = 0, most = 0, least = 1;
    for (double v : values<double>(u))
      sum += v, most = std::max(most, v), least = std::min(least, v);
    CHECK(sum / 10000 == Approx(0.5).margin(0.015));
    CHECK(most < 1);
    CHECK(most > 0.99);
    CHECK(least >= 0);
  }
  Tensor x(DType::F64, {10000});
  for (double& v : x.data<double>()) v = 3;
  const Tensor y =
      run([](Value v, Value k, Value c) { return dropout(v, 0.25, k, c, 1); }, {x, key, counter});
  int kept = 0;
  for (double v : values<double>(y)) {
    CHECK((v == 0 || v == 3 * (1 / 0.75)));
    kept += v != 0 ? 1 : 0;
  }
  CHECK(kept / 10000.0 == Approx(0.75).margin(0.02));
  Graph g;
  const Value v = g.input("v", f32({4})), k = g.input("k", {DType::U32, {2}}),
              c = g.input("c", {DType::U64, {}});
  CHECK(dropout(v, 0, k, c, 1).same(v));
  CHECK(dropout(v, 0.5, k, c, 1).same(dropout(v, 0.5, k, c, 1)));
  CHECK_FALSE(dropout(v, 0.5, k, c, 1).same(dropout(v, 0.5, k, c, 2)));
}

TEST_CASE("dense") {
  const Tensor x = Tensor::of<double>({2, 1, 2}, std::array{1.0, 2.0, 3.0, 4.0});
  const Tensor w = Tensor::of<double>({2, 3}, std::array{1.0, 0.0, 2.0, 0.0, 1.0, 3.0});
  const Tensor y = run([](Value a, Value b, Value c) { return dense(a, b, c); },
                       {x, w, row({10.0, 20.0, 30.0})});
  CHECK(y.shape() == std::vector<std::int64_t>{2, 1, 3});
  check_near(y, {11, 22, 38, 13, 24, 48});
  check_near(run([](Value a, Value b) { return dense(a, b); }, {x, w}), {1, 2, 8, 3, 4, 18});
}

TEST_CASE("Composites refuse what does not fit, at the caller's line") {
  Graph g;
  const Value x = g.input("x", f32({4, 3})), i = g.input("i", i32({4})), v = g.input("v", f32({4}));
  const Value w = g.input("w", f32({3, 5})), key = g.input("key", {DType::U32, {2}});
  const Value counter = g.input("counter", {DType::U64, {}}), row1 = g.input("row", f32({4, 1}));
  const auto check = [](auto f, Error::Kind kind, const std::string& text) {
    try {
      f();
      FAIL("nothing thrown");
    } catch (const Error& e) {
      CHECK(e.kind() == kind);
      CHECK_THAT(e.message(), ContainsSubstring(text));
      CHECK_THAT(e.place(), ContainsSubstring("composite_test.cpp"));
    }
  };
  using Kind = Error::Kind;
  check([&] { return softmax(i); }, Kind::Type, "softmax: needs floats: i32[4]");
  check([&] { return softmax(x, 2); }, Kind::Attribute,
        "softmax: axis 2 is out of range: f32[4,3]");
  check([&] { return logsumexp(x, {-3}); }, Kind::Attribute, "logsumexp: axis -3");
  check([&] { return relu(Value()); }, Kind::Graph, "empty Value");
  check([&] { return gelu(i); }, Kind::Type, "gelu");
  check([&] { return square(g.input("p", boolean({}))); }, Kind::Type, "ipow");
  check([&] { return step(Value()); }, Kind::Graph, "step");
  check([&] { return logical_not(x); }, Kind::Type, "logical_not: needs bools or ints");
  check([&] { return one_hot(v, 3); }, Kind::Type, "one_hot: needs integer indices: f32[4]");
  check([&] { return mse(v, row1); }, Kind::Shape, "mse: shapes differ: f32[4] and f32[4,1]");
  check([&] { return bce(i, i); }, Kind::Type, "bce: needs floats");
  check([&] { return smooth_l1(v, v, 0); }, Kind::Argument, "beta must be positive");
  check([&] { return cross_entropy_with_logits(x, g.input("j", i32({4, 1}))); }, Kind::Shape,
        "integer labels must be one per row, i32[4], got i32[4,1] for f32[4,3]");
  check([&] { return cross_entropy(x, v); }, Kind::Shape, "cross_entropy: shapes differ");
  check([&] { return dropout(x, 1, key, counter, 0); }, Kind::Argument,
        "dropout: rate must be in [0, 1)");
  check([&] { return dropout(x, std::nan(""), key, counter, 0); }, Kind::Argument, "rate");
  check([&] { return uniform(key, counter, i32({3}), 0); }, Kind::Type,
        "uniform: needs a float dtype");
  check([&] { return dense(x, w, v); }, Kind::Shape,
        "dense: needs x[..., in], weights[in, out], bias[out]");
  check([&] { return dense(x, row1); }, Kind::Shape, "dense: needs x[..., in], weights[in, out]");
}
