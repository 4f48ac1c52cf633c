// Initial weights of a deep network: zeros or a constant make all units of a layer equal for ever;
// with too small or too large a variance signals die out or explode from layer to layer; He's
// variance 2 / fan_in keeps them for ReLU, Xavier's 2 / (fan_in + fan_out) for tanh.
#include <functional>

#include "test/textbook/textbook.h"

using namespace textbook;

namespace {

constexpr std::int64_t width = 100, layers = 10;

Graph network(bool with_relu) {
  Graph g(with_relu ? "relu_layers" : "tanh_layers");
  Value a = g.input("x", f32({64, width}));
  for (std::int64_t l = 0; l < layers; ++l) {
    const Value z = matmul(a, g.param("W" + std::to_string(l), f32({width, width})));
    a = with_relu ? relu(z) : tanh(z);
  }
  g.output("size", sqrt(reduce_mean(square(a))));
  return g;
}

/// The size of what comes out of the last layer.
double size(const Executable& net, const std::function<Tensor(std::uint64_t seed)>& weights) {
  Tensors data{{"x", normal_values({64, width}, 0, 1, 1)}};
  for (std::int64_t l = 0; l < layers; ++l)
    data["W" + std::to_string(l)] = weights(static_cast<std::uint64_t>(l) + 10);
  call(net, data);
  return static_cast<double>(data["size"].data<float>()[0]);
}

} // namespace

int main(int argc, char** argv) {
  start(argc, argv);
  // Two hidden units that begin alike: their gradients are the same, so they stay alike.
  Graph small("two_units");
  const Value x = small.input("x", f64({4, 2})), y = small.input("y", f64({4, 1}));
  const Value w1 = small.param("w1", f64({2, 2})), w2 = small.param("w2", f64({2, 1}));
  const Value loss = mse(matmul(tanh(matmul(x, w1)), w2), y);
  draw(training_step(small, loss, sgd(0.5)));
  const Executable step = compile(training_step(small, loss, sgd(0.5)));
  for (const double begin : {0.0, 0.5}) {
    Tensors data{{"x", tensor({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1})}, {"y", column({0, 1, 1, 0})}};
    data["w1"] = tensor({2, 2}, Numbers(4, begin));
    data["w2"] = tensor({2, 1}, Numbers(2, begin));
    for (int i = 0; i < 100; ++i) call(step, data);
    const Numbers w = numbers(data["w1"]);
    std::printf("all weights %.1f: after 100 steps unit 1 has (%.3f, %.3f), unit 2 (%.3f, %.3f)\n",
                begin, w[0], w[2], w[1], w[3]);
    expect("the units are alike", w[0] == w[1] && w[2] == w[3]);
    if (begin == 0) expect("zeros stay", w, {0, 0, 0, 0});
  }

  struct Start {
    const char* name;
    std::function<Tensor(std::uint64_t)> weights;
    double relu, tanh; ///< size of the last layer, about; -1: not said
  };
  const Executable with_relu = compile(network(true)), with_tanh = compile(network(false));
  std::printf("size of the last of %d layers    ReLU      tanh\n", static_cast<int>(layers));
  for (const Start& s :
       {Start{"zeros", [](auto) { return constant_values({width, width}, 0); }, 0, 0},
        Start{"uniform in +-0.01",
              [](auto k) { return uniform_values({width, width}, -0.01, 0.01, k); }, 0, 0},
        Start{"normal, deviation 0.05",
              [](auto k) { return normal_values({width, width}, 0, 0.05, k); }, -1, 0},
        Start{"normal, deviation 1", [](auto k) { return normal_values({width, width}, 0, 1, k); },
              1e8, 1},
        Start{"He, uniform", [](auto k) { return he_uniform({width, width}, width, k); }, 1, -1},
        Start{"He, normal", [](auto k) { return he_normal({width, width}, width, k); }, 1, -1},
        Start{"Xavier, uniform",
              [](auto k) { return glorot_uniform({width, width}, width, width, k); }, -1, 0.3},
        Start{"Xavier, normal",
              [](auto k) { return glorot_normal({width, width}, width, width, k); }, -1, 0.3},
        Start{"orthogonal", [](auto k) { return orthogonal({width, width}, 1, k); }, -1, 0.3}}) {
    const double r = size(with_relu, s.weights), t = size(with_tanh, s.weights);
    std::printf("%-28s %9.2g %9.2g\n", s.name, r, t);
    if (s.relu == 0) expect(s.name, r < 1e-3);
    if (s.relu == 1) expect(s.name, r > 0.3 && r < 3);
    if (s.relu > 1) expect(s.name, r > 1e6);
    if (s.tanh == 0) expect(s.name, t < 1e-1);
    if (s.tanh == 0.3) expect(s.name, t > 0.1 && t < 0.6);
    if (s.tanh == 1) expect(s.name, t > 0.9);
  }
  return finish();
}
