// Attention: a small GPT in training, an encoder in inference.
#include <cmath>
#include <map>

#include "nngc/autodiff.h"
#include "nngc/ops.h"
#include "test/bench/peer/parts.h"

namespace nngc::bench {

namespace {

/// Parameters by the names of the workload, whose dots are no part of an identifier.
struct Named {
  Graph& g;
  std::map<std::string, std::string>& files;
  Value input(const std::string& name, const Shape& shape, Role role = Role::Param) const {
    std::string own = name;
    for (char& c : own)
      if (c == '.') c = '_';
    if (own != name) files[own] = name;
    return g.input(own, f32(shape), role);
  }
};

Value norm(Value x, Value gain, Value bias) {
  const int last = x.rank() - 1;
  const Value centred = x - reduce_mean(x, {last}, true);
  return centred * rsqrt(reduce_mean(square(centred), {last}, true) + 1e-5) * gain + bias;
}

/// softmax(q k^T / sqrt(columns)) v for each batch and head: u[rows, 3 d] of [batch, time] rows to
/// [rows, d].
Value attend(Graph& g, Value qkv, std::int64_t batch, std::int64_t time, std::int64_t heads,
             std::int64_t columns, bool causal) {
  const Value split = transpose(reshape(qkv, {batch, time, 3, heads, columns}), {2, 0, 3, 1, 4});
  const auto part = [&](std::int64_t i) {
    return reshape(slice(split, {i, 0, 0, 0, 0}, {i + 1, batch, heads, time, columns}),
                   {batch, heads, time, columns});
  };
  Value scores = dot_general(part(0), part(1), {3}, {3}, {0, 1}, {0, 1}) *
                 (1 / std::sqrt(static_cast<double>(columns)));
  if (causal) {
    const TensorType square_type = i32({time, time});
    const Value seen = iota(g, square_type, 1) <= iota(g, square_type, 0);
    scores = select(broadcast_to(seen, scores.shape()), scores, -INFINITY);
  }
  const Value y = dot_general(softmax(scores), part(2), {3}, {2}, {0, 1}, {0, 1});
  return reshape(transpose(y, {0, 2, 1, 3}), {batch * time, heads * columns});
}

} // namespace

Workload gpt_train() {
  constexpr std::int64_t vocabulary = 96, d = 128, heads = 4, layers = 4, time = 128, batch = 8;
  Graph g("gpt");
  std::map<std::string, std::string> files;
  const Named named{g, files};
  std::vector<std::string> names;
  std::vector<Value> params;
  const auto param = [&](const std::string& name, const Shape& shape) {
    names.push_back(name);
    return params.emplace_back(named.input(name, shape));
  };
  const Value tokens = g.input("tokens", i32({batch, time + 1}));
  const Value input = slice(tokens, {0, 0}, {batch, time}),
              target = slice(tokens, {0, 1}, {batch, time + 1});
  const Value wte = param("wte", {vocabulary, d}), wpe = param("wpe", {time, d});
  Value h = reshape(gather(wte, input) + wpe, {batch * time, d});
  for (int i = 0; i < layers; ++i) {
    const std::string l = "l" + std::to_string(i) + ".";
    const Value gain1 = param(l + "ln1g", {d}), bias1 = param(l + "ln1b", {d});
    const Value wqkv = param(l + "wqkv", {d, 3 * d});
    const Value y =
        attend(g, matmul(norm(h, gain1, bias1), wqkv), batch, time, heads, d / heads, true);
    const Value wo = param(l + "wo", {d, d}), bo = param(l + "bo", {d});
    h = h + dense(y, wo, bo);
    const Value gain2 = param(l + "ln2g", {d}), bias2 = param(l + "ln2b", {d});
    const Value w1 = param(l + "w1", {d, 4 * d}), b1 = param(l + "b1", {4 * d});
    const Value w2 = param(l + "w2", {4 * d, d}), b2 = param(l + "b2", {d});
    h = h + dense(gelu_tanh(dense(norm(h, gain2, bias2), w1, b1)), w2, b2);
  }
  const Value gain = param("lnfg", {d}), bias = param("lnfb", {d});
  const Value z = matmul(norm(h, gain, bias), param("head", {d, vocabulary}));
  const Value loss = cross_entropy_with_logits(z, reshape(target, {batch * time}));
  const std::vector<Value> grads = grad(loss, params);
  g.output("loss", loss);
  // The state's names are the workload's, so the update is written out.
  constexpr double lr = 3e-4, decay = 0.01;
  const Value step = named.input("step", {}, Role::State), t = step + 1;
  g.update(step, t);
  const Value scale = lr / Operand(neg(expm1(t * std::log(0.9)))),
              root = rsqrt(neg(expm1(t * std::log(0.999))));
  for (std::size_t i = 0; i < params.size(); ++i) {
    const Value p = params[i], s = grads[i];
    const Value m = named.input("m." + names[i], p.shape(), Role::State),
                v = named.input("v." + names[i], p.shape(), Role::State);
    const Value m1 = 0.9 * Operand(m) + 0.1 * Operand(s),
                v1 = 0.999 * Operand(v) + 0.001 * Operand(square(s));
    g.update(m, m1);
    g.update(v, v1);
    g.update(p, p * (1 - lr * decay) - scale * m1 / (sqrt(v1) * root + 1e-8));
  }
  return {std::move(g), "loss", std::move(files)};
}

Workload encoder_infer() {
  constexpr std::int64_t d = 384, heads = 12, layers = 6, time = 128, inner = 1536;
  Graph g("encoder");
  std::map<std::string, std::string> files;
  const Named named{g, files};
  Value h = reshape(g.input("x", f32({1, time, d})), {time, d});
  for (int i = 0; i < layers; ++i) {
    const auto param = [&](const char* name, const Shape& shape) {
      return named.input("l" + std::to_string(i) + "." + name, shape);
    };
    const Value qkv = dense(h, param("wqkv", {d, 3 * d}), param("bqkv", {3 * d}));
    const Value y = attend(g, qkv, 1, time, heads, d / heads, false);
    h = norm(h + dense(y, param("wo", {d, d}), param("bo", {d})), param("ln1g", {d}),
             param("ln1b", {d}));
    const Value u = gelu(dense(h, param("w1", {d, inner}), param("b1", {inner})));
    h = norm(h + dense(u, param("w2", {inner, d}), param("b2", {d})), param("ln2g", {d}),
             param("ln2b", {d}));
  }
  g.output("out", reshape(h, {1, time, d}));
  return {std::move(g), "out", std::move(files)};
}

} // namespace nngc::bench
