// LeNet's Adam step, as `run.py --describe lenet-train` says.
#include "nngc/autodiff.h"
#include "nngc/ops.h"
#include "nngc/windows.h"
#include "test/bench/peer/workloads.h"

namespace nngc::bench {

namespace {

constexpr std::int64_t batch = 64;

/// 5x5, padded; the greatest of 2x2, then relu, which is the same as relu first and less to do.
Value layer(Graph& g, Value h, const std::string& name, std::int64_t in, std::int64_t out) {
  const Value w = g.param(name + "_w", f32({out, in, 5, 5}));
  const Value b = g.param(name + "_b", f32({out}));
  const Value spatial_first = transpose(w, {2, 3, 1, 0});
  return relu(max_pool(conv2d(h, spatial_first, {.padding = Padding::of({2, 2})}) + b, {2, 2}));
}

Value connected(Graph& g, Value h, const std::string& name, std::int64_t in, std::int64_t out) {
  return dense(h, g.param(name + "_w", f32({in, out})), g.param(name + "_b", f32({out})));
}

// The state has other names than add_updates gives it, and one counter that starts at 10.
std::map<std::string, std::string> adam(Graph& g, Value loss) {
  std::map<std::string, std::string> files;
  std::vector<Value> params;
  for (const Value input : g.inputs())
    if (g.input_role(input) == Role::Param) params.push_back(input);
  const std::vector<Value> grads = grad(loss, params);
  const Value before = g.state("t", f32({1}));
  const Value t = before + 1;
  g.update(before, t);
  const Value first = reshape(1e-3 / Operand(1 - Operand(pow(0.9, t))), {}),
              second = reshape(1 / Operand(sqrt(1 - Operand(pow(0.999, t)))), {});
  for (std::size_t i = 0; i < params.size(); ++i) {
    const Value p = params[i], dp = grads[i];
    const std::string name(g.input_name(p));
    const Value m = g.state("m_" + name, p.type()), v = g.state("v_" + name, p.type());
    files["m_" + name] = "m." + name, files["v_" + name] = "v." + name;
    const Value m1 = 0.9 * Operand(m) + 0.1 * Operand(dp);
    const Value v1 = 0.999 * Operand(v) + 0.001 * Operand(square(dp));
    g.update(m, m1);
    g.update(v, v1);
    g.update(p, p - first * m1 / (sqrt(v1) * second + 1e-8));
  }
  return files;
}

} // namespace

Workload lenet_train() {
  Graph g("lenet");
  const Value x = g.input("x", f32({batch, 1, 28, 28}));
  const Value y = g.input("y", i32({batch}));
  Value h = reshape(x, {batch, 28, 28, 1}); // one channel: first and last are the same
  h = layer(g, h, "conv1", 1, 32);
  h = layer(g, h, "conv2", 32, 64);
  h = reshape(transpose(h, {0, 3, 1, 2}), {batch, 3136});
  h = relu(connected(g, h, "fc1", 3136, 128));
  const Value loss = cross_entropy_with_logits(connected(g, h, "fc2", 128, 10), y);
  g.output("loss", loss);
  auto files = adam(g, loss);
  return {std::move(g), "loss", std::move(files)};
}

} // namespace nngc::bench
