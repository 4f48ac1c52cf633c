// Definitions follow `python run.py --describe NAME` of the peers, names of arrays included.
#include "test/bench/peer/workloads.h"

#include <cmath>
#include <functional>
#include <map>
#include <stdexcept>
#include <vector>

#include "nngc/autodiff.h"
#include "nngc/ops.h"
#include "nngc/train.h"
#include "test/bench/peer/parts.h"

namespace nngc::bench {
namespace {

using Sizes = std::vector<std::int64_t>;

std::string numbered(const char* name, std::size_t i) { return name + std::to_string(i); }

// Dense layers with `activation` between them, parameters w1, b1, w2, ...
template <class F> Value layers(Graph& g, Value h, const Sizes& sizes, F activation) {
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    const Value w = g.param(numbered("w", i), f32({sizes[i - 1], sizes[i]}));
    const Value b = g.param(numbered("b", i), f32({sizes[i]}));
    h = dense(h, w, b);
    if (i + 1 < sizes.size()) h = activation(h);
  }
  return h;
}

Workload infer(const Sizes& sizes) {
  Graph g("mlp");
  const Value x = g.input("x", f32({1, sizes[0]}));
  g.output("out", softmax(layers(g, x, sizes, [](Value h) { return relu(h); })));
  return {std::move(g), "out", {}};
}

Workload mlp_train() {
  Graph g("mlp");
  const Value x = g.input("x", f32({128, 784}));
  const Value y = g.input("y", i32({128}));
  const Value z = layers(g, x, {784, 256, 128, 10}, [](Value h) { return relu(h); });
  return {training_step(g, cross_entropy_with_logits(z, y), sgd(0.1)), "loss", {}};
}

// The state's names are the workload's (m, v), so the update is written out.
Workload adam_update() {
  constexpr std::int64_t n = 10'000'000;
  Graph g("adam");
  const Value p = g.param("p", f32({n}));
  const Value grad = g.input("g", f32({n}));
  const Value m = g.state("m", f32({n}));
  const Value v = g.state("v", f32({n}));
  const Value step = g.state("step", f32({}));
  const Value t = step + 1;
  const Value m1 = 0.9 * Operand(m) + 0.1 * Operand(grad);
  const Value v1 = 0.999 * Operand(v) + 0.001 * Operand(square(grad));
  const Value scale = 1e-3 / Operand(neg(expm1(t * std::log(0.9))));
  const Value root = rsqrt(neg(expm1(t * std::log(0.999))));
  g.update(p, p * (1 - 1e-3 * 0.01) - scale * m1 / (sqrt(v1) * root + 1e-8));
  g.update(m, m1);
  g.update(v, v1);
  g.update(step, t);
  return {std::move(g), "step", {}};
}

Workload hessian_vector() {
  Graph g("hvp");
  const Value x = g.input("x", f32({64, 16}));
  const Value y = g.input("y", f32({64, 1}));
  const Value z = layers(g, x, {16, 32, 32, 1}, [](Value h) { return tanh(h); });
  std::vector<Value> params, along;
  for (const Value input : g.inputs())
    if (g.input_role(input) == Role::Param) params.push_back(input);
  for (const Value p : params)
    along.push_back(g.input("v" + std::string(g.input_name(p)), p.type()));
  const auto [loss, grads] = value_and_grad(mse(z, y), params);
  const std::vector<Value> products = hvp(loss, params, along);
  g.output("loss", loss);
  for (std::size_t i = 0; i < params.size(); ++i)
    g.output("g" + std::string(g.input_name(params[i])), grads[i]);
  for (std::size_t i = 0; i < params.size(); ++i)
    g.output("h" + std::string(g.input_name(params[i])), products[i]);
  return {std::move(g), "loss", {}};
}

const std::map<std::string, std::function<Workload()>>& all_workloads() {
  static const std::map<std::string, std::function<Workload()>> all = {
      {"adam-update", adam_update},
      {"encoder-infer", encoder_infer},
      {"forces", forces},
      {"gpt-train", gpt_train},
      {"hvp", hessian_vector},
      {"lenet-train", lenet_train},
      {"linear", [] { return infer({784, 10}); }},
      {"mlp-infer", [] { return infer({784, 256, 128, 10}); }},
      {"lstm-train", lstm_train},
      {"mlp-train", mlp_train},
      {"scan-grad", scan_grad},
      {"tiny-mlp", [] { return infer({39, 22, 22, 2}); }},
      {"word2vec", word2vec},
  };
  return all;
}

} // namespace

std::vector<std::string> workload_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : all_workloads()) names.push_back(name);
  return names;
}

Workload workload(const std::string& name) {
  const auto& all = all_workloads();
  const auto it = all.find(name);
  if (it != all.end()) return it->second();
  std::string list;
  for (const std::string& known : workload_names()) list += " " + known;
  throw std::runtime_error("there is no workload '" + name + "'; there are" + list);
}

} // namespace nngc::bench
