// The delta recursion of a network of L layers, written by hand, against our gradient:
// delta_L = (a_L - y) * s'(z_L), delta_l = (W_{l+1}^T delta_{l+1}) * s'(z_l), dL/dW_l = delta_l
// a_{l-1}^T, dL/db_l = delta_l.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  const std::vector<std::int64_t> sizes = {3, 4, 4, 2};
  const std::size_t layers = sizes.size() - 1;
  Graph g("network");
  const Value x = g.input("x", f64({sizes.front()})), y = g.input("y", f64({sizes.back()}));
  std::vector<Value> params;
  Value a = x;
  Tensors data;
  Random random(7);
  const auto fill = [&](std::vector<std::int64_t> shape) {
    Tensor t(DType::F64, std::move(shape));
    for (double& v : t.data<double>()) v = random.uniform(-1, 1);
    return t;
  };
  data["x"] = fill({sizes.front()}), data["y"] = fill({sizes.back()});
  for (std::size_t l = 1; l <= layers; ++l) {
    const std::string n = std::to_string(l);
    params.push_back(g.param("W" + n, f64({sizes[l], sizes[l - 1]})));
    params.push_back(g.param("b" + n, f64({sizes[l]})));
    a = logistic(times(params[2 * l - 2], a) + params.back());
    data["W" + n] = fill({sizes[l], sizes[l - 1]}), data["b" + n] = fill({sizes[l]});
  }
  const std::vector<Value> gradients = grad(reduce_sum(square(a - y)) * 0.5, params);
  for (std::size_t l = 1; l <= layers; ++l) {
    g.output("dW" + std::to_string(l), gradients[2 * l - 2]);
    g.output("db" + std::to_string(l), gradients[2 * l - 1]);
  }
  draw(g);
  const Tensors r = results(g, data);

  // By hand: forward, keeping all activations; then the deltas from the last layer on.
  std::vector<Numbers> kept{numbers(data["x"])};
  for (std::size_t l = 1; l <= layers; ++l) {
    const Numbers w = numbers(data["W" + std::to_string(l)]);
    Numbers z = numbers(data["b" + std::to_string(l)]);
    for (std::size_t i = 0; i < z.size(); ++i) {
      for (std::size_t j = 0; j < kept.back().size(); ++j)
        z[i] += w[i * kept.back().size() + j] * kept.back()[j];
      z[i] = 1 / (1 + std::exp(-z[i]));
    }
    kept.push_back(z);
  }
  Numbers delta = kept[layers];
  for (std::size_t i = 0; i < delta.size(); ++i)
    delta[i] = (delta[i] - numbers(data["y"])[i]) * delta[i] * (1 - delta[i]);
  for (std::size_t l = layers; l >= 1; --l) {
    const std::string n = std::to_string(l);
    const Numbers& before = kept[l - 1];
    Numbers outer;
    for (const double d : delta)
      for (const double b : before) outer.push_back(d * b);
    std::printf("delta_%zu = (", l);
    for (std::size_t i = 0; i < delta.size(); ++i)
      std::printf("%s%.5f", i == 0 ? "" : ", ", delta[i]);
    std::puts(")");
    expect("dL/db" + n, numbers(r.at("db" + n)), delta, 1e-15);
    expect("dL/dW" + n, numbers(r.at("dW" + n)), outer, 1e-15);
    const Numbers w = numbers(data["W" + n]);
    Numbers next(before.size(), 0);
    for (std::size_t j = 0; j < before.size(); ++j) {
      for (std::size_t i = 0; i < delta.size(); ++i) next[j] += w[i * before.size() + j] * delta[i];
      next[j] *= before[j] * (1 - before[j]);
    }
    delta = next;
  }
  std::printf("all %zu gradients of our graph are the deltas' products, to the last digits\n",
              params.size());
  return finish();
}
