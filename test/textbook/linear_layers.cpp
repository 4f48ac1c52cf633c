// Two linear layers are one: W2 (W1 x) = W' x with W' = W2 W1. Without an activation between them,
// depth adds nothing.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("two_layers");
  const Value x = g.input("x", f64({2})), w1 = g.param("W1", f64({3, 2})),
              w2 = g.param("W2", f64({2, 3}));
  g.output("deep", times(w2, times(w1, x)));
  const Value w = matmul(w2, w1);
  g.output("W", w);
  g.output("flat", times(w, x));
  g.output("bent", times(w2, tanh(times(w1, x))));
  draw(g);
  show(g);

  const auto at = [&](double a, double b) {
    return results(g, {{"x", tensor({2}, {a, b})},
                       {"W1", tensor({3, 2}, {1, 2, 0, -1, 3, 1})},
                       {"W2", tensor({2, 3}, {1, 0, 2, -1, 1, 1})}});
  };
  const Tensors r = at(1, -2);
  const Numbers m = numbers(r.at("W")), deep = numbers(r.at("deep")), flat = numbers(r.at("flat"));
  std::printf("W' = W2 W1 = (%g %g; %g %g)\n", m[0], m[1], m[2], m[3]);
  std::printf("W2 (W1 x) = (%g, %g), W' x = (%g, %g)\n", deep[0], deep[1], flat[0], flat[1]);
  expect("W'", m, {7, 4, 2, -2});
  expect("W' x", flat, {-1, 6});
  expect("deep = flat", deep, flat);
  // With an activation the network is not linear: f(2x) is not 2 f(x).
  const Numbers once = numbers(r.at("bent")), twice = numbers(at(2, -4).at("bent"));
  std::printf("with tanh between: f(x) = (%.3f, %.3f), f(2x) = (%.3f, %.3f)\n", once[0], once[1],
              twice[0], twice[1]);
  expect("tanh bends it", std::fabs(twice[1] - 2 * once[1]) > 0.5);
  return finish();
}
