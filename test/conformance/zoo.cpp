#include "test/conformance/zoo.h"

#include <array>

#include "nngc/autodiff.h"
#include "nngc/control.h"
#include "nngc/layers.h"
#include "nngc/windows.h"

namespace nngc::test {

namespace {

/// A model that makes its parameters as it needs them.
struct Maker {
  explicit Maker(std::string name) : model{std::move(name), Graph("zoo")}, g(model.loss) {}
  ZooModel model;
  Graph& g;
  int made = 0;

  Value param(Shape shape) { return g.param("p" + std::to_string(made++), f32(std::move(shape))); }
  Value layer(Value x, Dim out) {
    const Value w = param({x.shape()[x.rank() - 1], out});
    return dense(x, w, param({out}));
  }
  Value linear(Value x, Dim out) { return dense(x, param({x.shape()[x.rank() - 1], out})); }
  ZooModel done(Value loss) {
    g.output("loss", loss);
    return std::move(model);
  }
};

ZooModel perceptron() {
  Maker m("perceptron of four layers");
  const Value x = m.g.input("x", f32({8, 16})), y = m.g.input("y", i32({8}));
  const Value h = tanh(m.layer(relu(m.layer(gelu(m.layer(x, 32)), 32)), 32));
  return m.done(cross_entropy_with_logits(m.layer(h, 10), y));
}

ZooModel regressor() {
  Maker m("regressor with a variance");
  const Value x = m.g.input("x", f32({8, 3})), y = m.g.input("y", f32({8, 1}));
  const Value h = tanh(m.layer(x, 16));
  return m.done(gaussian_nll(m.layer(h, 1), softplus(m.layer(h, 1)), y));
}

ZooModel convolutional() {
  Maker m("convolutions, pooling, batch norm");
  const Value x = m.g.input("x", f32({2, 12, 12, 1})), y = m.g.input("y", i32({2}));
  Value h = conv2d(x, m.param({5, 5, 1, 6}), {.padding = Padding::same()}) + m.param({6});
  h = batch_norm_training(h, m.param({6}), m.param({6}), m.param({6}), m.param({6})).y;
  h = max_pool(relu(h), {2, 2});
  h = avg_pool(tanh(conv2d(h, m.param({3, 3, 6, 8})) + m.param({8})), {2, 2});
  h = reshape(h, {2, 32});
  return m.done(cross_entropy_with_logits(m.layer(relu(m.layer(h, 20)), 10), y));
}

ZooModel residual() {
  Maker m("residual blocks");
  const Value x = m.g.input("x", f32({2, 8, 8, 4})), y = m.g.input("y", i32({2}));
  Value h = x;
  for (int i = 0; i < 3; ++i) {
    Value inner = group_norm(h, 2, m.param({4}), m.param({4}));
    inner = conv2d(silu(inner), m.param({3, 3, 1, 4}), {.padding = Padding::same(), .groups = 4});
    h = h + conv2d(inner, m.param({1, 1, 4, 4}));
  }
  return m.done(cross_entropy_with_logits(m.layer(global_avg_pool(h), 10), y));
}

ZooModel lstm() {
  Maker m("LSTM");
  const Value tokens = m.g.input("x", i32({7, 2})), y = m.g.input("y", i32({7, 2}));
  const Value words = embedding(m.param({20, 8}), tokens);
  const Value wx = m.param({8, 32}), wh = m.param({8, 32}), b = m.param({32});
  const Value zero = full(m.g, f32({2, 8}), 0);
  const auto hs = scan(std::pair{zero, zero}, words, [&](auto s, Value row) {
                    const Lstm next = lstm_cell(row, {s.first, s.second}, wx, wh, b);
                    return std::pair{std::pair{next.h, next.c}, next.h};
                  }).second;
  return m.done(cross_entropy_with_logits(m.layer(hs, 20), y));
}

ZooModel gru() {
  Maker m("GRU, CTC");
  const Value x = m.g.input("x", f32({6, 2, 5})), labels = m.g.input("y", i32({2, 3}));
  const Value wx = m.param({5, 24}), wh = m.param({8, 24}), b = m.param({24}), bh = m.param({24});
  const auto hs = scan(full(m.g, f32({2, 8}), 0), x, [&](Value h, Value row) {
                    const Value next = gru_cell(row, h, wx, wh, b, bh);
                    return std::pair{next, next};
                  }).second;
  const Value steps = m.g.input("steps", i32({2})), counts = m.g.input("counts", i32({2}));
  return m.done(ctc_loss(m.layer(hs, 6), labels, steps, counts));
}

ZooModel transformer() {
  Maker m("transformer of two blocks");
  const std::int64_t batch = 2, length = 6, width = 8, heads = 2;
  const Value tokens = m.g.input("x", i32({batch, length}));
  const Value y = m.g.input("y", i32({batch, length}));
  const auto split = [&](Value v) {
    return transpose(reshape(v, {batch, length, heads, width / heads}), {0, 2, 1, 3});
  };
  Value h = embedding(m.param({20, width}), tokens) + m.param({length, width});
  for (int i = 0; i < 2; ++i) {
    const Value a = layer_norm(h, m.param({width}), m.param({width}));
    const Value q = split(m.linear(a, width)), k = split(m.linear(a, width));
    const Value seen = attention(q, k, split(m.linear(a, width)), {.causal = true});
    h = h + m.linear(reshape(transpose(seen, {0, 2, 1, 3}), {batch, length, width}), width);
    const Value z = layer_norm(h, m.param({width}), m.param({width}));
    h = h + m.layer(gelu_tanh(m.layer(z, 4 * width)), width);
  }
  return m.done(cross_entropy_with_logits(m.linear(rms_norm(h, m.param({width})), 20), y));
}

ZooModel skip_gram() {
  Maker m("skip-gram");
  const Value center = m.g.input("c", i32({8})), near = m.g.input("n", i32({8})),
              others = m.g.input("o", i32({8, 4}));
  const Value in = m.param({30, 8}), out = m.param({30, 8}), v = embedding(in, center);
  const Value good = einsum("bw,bw->b", std::array{v, embedding(out, near)});
  const Value bad = einsum("bw,bnw->bn", std::array{v, embedding(out, others)});
  return m.done(neg(reduce_mean(log_sigmoid(good)) + reduce_mean(log_sigmoid(neg(bad)))));
}

ZooModel particles() {
  Maker m("energy of particles");
  const Value x = m.g.input("x", f32({6, 3}));
  const Value apart = reshape(x, {6, 1, 3}) - reshape(x, {1, 6, 3});
  const Value r2 = reduce_sum(square(apart), {2});
  const Value s6 = ipow(1 / select(r2 > 0, r2, 1), 3);
  return m.done(reduce_sum(select(r2 > 0, 4 * (s6 * s6 - s6), 0)) * 0.5);
}

ZooModel metric() {
  Maker m("triplets of normalized codes");
  const auto code = [&](const char* name, Value w) {
    return normalize(tanh(dense(m.g.input(name, f32({4, 6})), w)));
  };
  const Value w = m.param({6, 3});
  return m.done(triplet(code("a", w), code("b", w), code("c", w)));
}

ZooModel solver() {
  Maker m("fixed point of a layer");
  const Value x = m.g.input("x", f32({3, 4})), w = m.param({4, 4});
  const auto found = while_loop(
      std::pair{x, m.g.scalar(DType::I32, 0)}, [](const auto& s) { return s.second < 20; },
      [&](const auto& s) { return std::pair{tanh(matmul(s.first, w) + x), s.second + 1}; },
      {.max_steps = 30});
  return m.done(reduce_sum(square(found.first.first)));
}

} // namespace

std::vector<ZooModel> zoo() {
  std::vector<ZooModel> all;
  for (auto* make : {perceptron, regressor, convolutional, residual, lstm, gru, transformer,
                     skip_gram, particles, metric, solver})
    all.push_back(make());
  return all;
}

Graph with_gradients(Graph g) {
  std::vector<Value> wrt;
  for (const Value v : g.inputs())
    if (is_float(v.dtype())) wrt.push_back(v);
  const std::vector<Value> slopes = grad(g.outputs()[0].value, wrt);
  for (std::size_t i = 0; i < wrt.size(); ++i) g.output("slope" + std::to_string(i), slopes[i]);
  return g;
}

} // namespace nngc::test
