// Layers beside plain loops of their formulas, and where these have no value.
#include <array>
#include <cmath>
#include <limits>

#include "nngc/autodiff.h"
#include "nngc/layers.h"
#include "test/support/catch.h"
#include "test/unit/ops/evaluate.h"

using namespace nngc;
using namespace nngc::test;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
using Numbers = std::vector<double>;

void check_near(const Tensor& got, const Numbers& expected, double error = 1e-13) {
  const auto have = values<double>(got);
  REQUIRE(have.size() == expected.size());
  for (std::size_t i = 0; i < have.size(); ++i) {
    INFO("element " << i << ": " << have[i] << ", expected " << expected[i]);
    CHECK(std::abs(have[i] - expected[i]) <= error * std::max(1.0, std::abs(expected[i])));
  }
}

Tensor tensor(std::vector<std::int64_t> shape, const Numbers& values) {
  return Tensor::of<double>(std::move(shape), values);
}
/// Numbers between -1 and 1 that repeat late.
Tensor some(std::vector<std::int64_t> shape, double phase = 0) {
  Tensor t(DType::F64, std::move(shape));
  double i = phase;
  for (double& x : t.data<double>()) x = std::sin(++i * 1.7);
  return t;
}

/// build(inputs) on tensors, any number of them.
template <class F> Tensor call(F build, const std::vector<Tensor>& inputs) {
  Graph g;
  std::vector<Value> in;
  for (const Tensor& t : inputs)
    in.push_back(g.input("x" + std::to_string(in.size()), {t.dtype(), shape_of(t)}));
  g.output("y", build(in));
  return eval(g, inputs).at(0);
}
using In = const std::vector<Value>&;

} // namespace

TEST_CASE("Normalization") {
  const Tensor x = tensor({2, 4}, {1, 2, 3, 6, 1e8, 1e8 + 1, 1e8 + 2, 1e8 + 5});
  const Tensor scale = row({1.0, 2.0, 1.0, 1.0}), shift = row({0.0, 0.0, 10.0, 0.0});
  // Both rows: differences from the mean -2, -1, 0, 3, variance 3.5.
  const double r = 1 / std::sqrt(3.5 + 1e-5);
  check_near(call([](In v) { return layer_norm(v[0], v[1], v[2]); }, {x, scale, shift}),
             {-2 * r, -2 * r, 10, 3 * r, -2 * r, -2 * r, 10, 3 * r});
  const double q = 1 / std::sqrt(12.5 + 1e-6);
  check_near(call([](In v) { return rms_norm(v[0], v[1]); }, {tensor({1, 4}, {1, 2, 3, 6}), scale}),
             {q, 4 * q, 3 * q, 6 * q});
  // Two groups of two channels, over the two places of each of the two examples.
  const Tensor image = tensor({2, 2, 4}, {1, 3, 0, 0, 1, 3, 0, 0, 5, 5, 1, 2, 5, 5, 3, 4});
  const double s = 1 / std::sqrt(1 + 1e-5), t = 1 / std::sqrt(1.25 + 1e-5);
  check_near(call([](In v) { return group_norm(v[0], 2, v[1], v[2]); },
                  {image, row({1.0, 1.0, 1.0, 1.0}), row({0.0, 0.0, 0.0, 0.0})}),
             {-s, s, 0, 0, -s, s, 0, 0, 0, 0, -1.5 * t, -.5 * t, 0, 0, .5 * t, 1.5 * t});
  const Tensor mean = row({1.0, 2.0, 3.0, 4.0}), variance = row({4.0, 1.0, 1.0, 0.0});
  check_near(call([](In v) { return batch_norm(v[0], v[1], v[2], v[3], v[4], 1e-12); },
                  {tensor({1, 4}, {3, 5, 3, 4}), scale, shift, mean, variance}),
             {1, 6, 10, 0}, 1e-11);
}

TEST_CASE("batch_norm_training uses the batch and moves the running statistics") {
  const Tensor x = tensor({4, 1}, {1, 2, 3, 6}), one = row({1.0}), zero = row({0.0});
  const auto part = [&](int which) {
    return call(
        [&](In v) {
          const BatchNorm b = batch_norm_training(v[0], v[1], v[2], v[3], v[4], 0.25);
          return which == 0 ? b.y : which == 1 ? b.mean : b.variance;
        },
        {x, one, zero, row({7.0}), row({1.5})});
  };
  const double r = 1 / std::sqrt(3.5 + 1e-5);
  check_near(part(0), {-2 * r, -r, 0, 3 * r});
  check_near(part(1), {7 + 0.25 * (3 - 7)});
  check_near(part(2), {1.5 + 0.25 * (3.5 - 1.5)});
  // The result does not change with x's size or place, so neither gradient has a part along them.
  const Tensor slope = call(
      [](In v) {
        const BatchNorm b = batch_norm_training(v[0], v[1], v[2], v[3], v[4]);
        return grad(reduce_sum(ipow(b.y, 3)), std::array{v[0]})[0];
      },
      {x, one, zero, zero, one});
  const auto d = values<double>(slope);
  CHECK(d[0] + d[1] + d[2] + d[3] == Approx(0).margin(1e-12));
}

TEST_CASE("16-bit normalization takes its statistics in f32") {
  const auto wide = [](In v) {
    const Value h = convert(v[0], DType::F16), one = convert(v[1], DType::F16);
    return convert(rms_norm(h, one), DType::F64);
  };
  check_near(call(wide, {tensor({1, 2}, {3000, 4000}), row({1.0, 1.0})}),
             {3000 / std::sqrt(12.5e6), 4000 / std::sqrt(12.5e6)}, 1e-3);
}

namespace {

/// Attention as loops: q[h,i,d], k[g,j,d], v[g,j,e].
Numbers plain_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                        const std::function<bool(std::int64_t, std::int64_t)>& sees) {
  const auto heads = q.shape()[0], queries = q.shape()[1], width = q.shape()[2];
  const auto groups = k.shape()[0], keys = k.shape()[1], out = v.shape()[2];
  const auto at = [](const Tensor& t, std::int64_t a, std::int64_t b, std::int64_t c) {
    return t.data<double>()[static_cast<std::size_t>((a * t.shape()[1] + b) * t.shape()[2] + c)];
  };
  Numbers result;
  for (std::int64_t h = 0; h < heads; ++h)
    for (std::int64_t i = 0; i < queries; ++i) {
      const std::int64_t g = h / (heads / groups);
      Numbers weights;
      double total = 0;
      for (std::int64_t j = 0; j < keys; ++j) {
        double score = 0;
        for (std::int64_t d = 0; d < width; ++d) score += at(q, h, i, d) * at(k, g, j, d);
        weights.push_back(sees(i, j) ? std::exp(score / std::sqrt(static_cast<double>(width))) : 0);
        total += weights.back();
      }
      for (std::int64_t e = 0; e < out; ++e) {
        double sum = 0;
        for (std::int64_t j = 0; j < keys; ++j)
          sum += weights[static_cast<std::size_t>(j)] * at(v, g, j, e);
        result.push_back(total == 0 ? 0 : sum / total);
      }
    }
  return result;
}

} // namespace

TEST_CASE("Attention: plain, causal, masked, grouped") {
  const Tensor q = some({4, 3, 2}), k = some({2, 5, 2}, 40), v = some({2, 5, 3}, 90);
  const auto all = [](std::int64_t, std::int64_t) { return true; };
  check_near(call([](In x) { return attention(x[0], x[1], x[2]); }, {q, k, v}),
             plain_attention(q, k, v, all));
  // Three queries at the end of five keys.
  check_near(call([](In x) { return attention(x[0], x[1], x[2], {.causal = true}); }, {q, k, v}),
             plain_attention(q, k, v, [](auto i, auto j) { return j <= i + 2; }));
  const Tensor visible = tensor({5}, {1, 0, 1, 1, 0});
  check_near(call([](In x) { return attention(x[0], x[1], x[2], {.mask = x[3] > 0.5}); },
                  {q, k, v, visible}),
             plain_attention(q, k, v, [](auto, auto j) { return j != 1 && j != 4; }));
}

TEST_CASE("A query that sees no key gives zeros, and derivatives are finite to order 2") {
  const Tensor q = some({1, 2, 2}), k = some({1, 3, 2}, 40), v = some({1, 3, 2}, 90);
  const Tensor sees = tensor({2, 3}, {0, 0, 0, 1, 0, 1});
  const auto masked = [](In x) { return attention(x[0], x[1], x[2], {.mask = x[3] > 0.5}); };
  const Tensor y = call(masked, {q, k, v, sees});
  check_near(y, plain_attention(q, k, v, [](auto i, auto j) { return i == 1 && j != 1; }));
  CHECK(values<double>(y)[0] == 0);
  // The same by added scores of -inf.
  check_near(call(
                 [](In x) {
                   const Value bias = select(x[3] > 0.5, 0 * Operand(x[3]), -inf);
                   return attention(x[0], x[1], x[2], {.mask = bias});
                 },
                 {q, k, v, sees}),
             values<double>(y));
  for (int order = 1; order <= 2; ++order)
    for (std::size_t wrt = 0; wrt < 3; ++wrt) {
      const Tensor slope = call(
          [&](In x) {
            Value r = masked(x);
            for (int i = 0; i < order; ++i) r = grad(reduce_sum(r * r), std::array{x[wrt]})[0];
            return r;
          },
          {q, k, v, sees});
      for (const double d : values<double>(slope)) {
        INFO("order " << order << ", operand " << wrt);
        CHECK(std::isfinite(d));
      }
    }
}

TEST_CASE("Attention over symbolic batches and lengths") {
  Graph g;
  const Dim batch = Dim::symbol("batch");
  const Value q = g.input("q", f64({batch, 4, 3, 2})), k = g.input("k", f64({batch, 2, 3, 2}));
  const Value y = attention(q, k, k, {.causal = true});
  CHECK(y.type().str() == "f64[batch,4,3,2]");
  g.output("y", y);
  CHECK(eval(g, std::array{some({2, 4, 3, 2}), some({2, 2, 3, 2}, 9)})[0].size() == 48);
}

TEST_CASE("embedding") {
  const Tensor table = tensor({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor got = call([](In v) { return embedding(v[0], v[1]); },
                          {table, Tensor::of<std::int32_t>({2, 2}, std::array{2, 0, 1, 3})});
  CHECK(got.shape() == std::vector<std::int64_t>{2, 2, 2});
  check_near(got, {5, 6, 1, 2, 3, 4, 0, 0});
}

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// x wx + h wh + b for one example, gate by gate.
Numbers affine(const Numbers& x, const Tensor& w, const Tensor& b) {
  Numbers y = values<double>(b);
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < y.size(); ++j) y[j] += x[i] * w.data<double>()[i * y.size() + j];
  return y;
}

} // namespace

TEST_CASE("Recurrent cells") {
  const Numbers x = {0.3, -0.7, 0.2}, h = {0.5, -0.4}, c = {1.5, -0.2};
  const Tensor tx = tensor({1, 3}, x), th = tensor({1, 2}, h), tc = tensor({1, 2}, c);
  const Tensor none = tensor({8}, Numbers(8, 0));
  {
    const Tensor wx = some({3, 2}), wh = some({2, 2}, 20), b = some({2}, 50);
    const Numbers a = affine(x, wx, b), r = affine(h, wh, tensor({2}, {0, 0}));
    check_near(
        call([](In v) { return rnn_cell(v[0], v[1], v[2], v[3], v[4]); }, {tx, th, wx, wh, b}),
        {std::tanh(a[0] + r[0]), std::tanh(a[1] + r[1])});
  }
  {
    const Tensor wx = some({3, 8}), wh = some({2, 8}, 30), b = some({8}, 60);
    const Numbers a = affine(x, wx, b), r = affine(h, wh, none);
    Numbers next_h, next_c;
    for (std::size_t u = 0; u < 2; ++u) {
      const auto z = [&](std::size_t gate) { return a[2 * gate + u] + r[2 * gate + u]; };
      next_c.push_back(sigmoid(z(1)) * c[u] + sigmoid(z(0)) * std::tanh(z(2)));
      next_h.push_back(sigmoid(z(3)) * std::tanh(next_c.back()));
    }
    const std::vector<Tensor> in = {tx, th, tc, wx, wh, b};
    check_near(call([](In v) { return lstm_cell(v[0], {v[1], v[2]}, v[3], v[4], v[5]).h; }, in),
               next_h);
    check_near(call([](In v) { return lstm_cell(v[0], {v[1], v[2]}, v[3], v[4], v[5]).c; }, in),
               next_c);
  }
  {
    const Tensor wx = some({3, 6}), wh = some({2, 6}, 30), b = some({6}, 60), bh = some({6}, 80);
    const Numbers a = affine(x, wx, b), r = affine(h, wh, bh);
    Numbers next;
    for (std::size_t u = 0; u < 2; ++u) {
      const double reset = sigmoid(a[u] + r[u]), keep = sigmoid(a[2 + u] + r[2 + u]);
      next.push_back((1 - keep) * std::tanh(a[4 + u] + reset * r[4 + u]) + keep * h[u]);
    }
    check_near(call([](In v) { return gru_cell(v[0], v[1], v[2], v[3], v[4], v[5]); },
                    {tx, th, wx, wh, b, bh}),
               next);
  }
}

TEST_CASE("resize") {
  const Tensor line = row({0.0, 10.0, 20.0, 60.0});
  const auto to = [&](std::int64_t n, Interpolation how, bool corners) {
    return call([&](In v) { return resize(v[0], {0}, {n}, how, corners); }, {line});
  };
  check_near(to(2, Interpolation::Linear, false), {5, 40});
  check_near(to(8, Interpolation::Linear, false), {0, 2.5, 7.5, 12.5, 17.5, 30, 50, 60});
  check_near(to(3, Interpolation::Linear, true), {0, 15, 60});
  check_near(to(1, Interpolation::Linear, true), {0});
  check_near(to(8, Interpolation::Nearest, false), {0, 0, 10, 10, 20, 20, 60, 60});
  check_near(to(2, Interpolation::Nearest, true), {0, 60});
  check_near(to(4, Interpolation::Linear, false), {0, 10, 20, 60});
  const Tensor square = tensor({2, 2}, {0, 4, 8, 12});
  check_near(call([](In v) { return resize(v[0], {0, 1}, {3, 3}, Interpolation::Linear, true); },
                  {square}),
             {0, 2, 4, 4, 6, 8, 8, 10, 12});
}
