// Momentum, AdaGrad, RMSProp, Adadelta and Adam as the lectures write them, beside descent, in a
// valley f = (x1^2 + 50 x2^2) / 2 that is 50 times steeper one way. Each optimizer of the library
// takes the very steps of its formula.
#include <functional>

#include "test/textbook/textbook.h"

using namespace textbook;

namespace {

/// One coordinate: its value and the two averages that most methods keep.
struct Point {
  double p, m = 0, v = 0;
};
using Rule = std::function<void(Point&, double g, int step)>;

struct Method {
  const char* name;
  Optimizer optimizer;
  Rule rule;
};

const std::vector<Method>& methods() {
  static const std::vector<Method> list = {
      {"GD", sgd(0.03), [](Point& x, double g, int) { x.p -= 0.03 * g; }},
      {"momentum", momentum(0.03, 0.8),
       [](Point& x, double g, int) {
         x.m = 0.8 * x.m + g;
         x.p -= 0.03 * x.m;
       }},
      {"Nesterov", nesterov(0.015, 0.8),
       [](Point& x, double g, int) {
         x.m = 0.8 * x.m + g;
         x.p -= 0.015 * (g + 0.8 * x.m);
       }},
      {"AdaGrad", adagrad(1),
       [](Point& x, double g, int) {
         x.v += g * g;
         x.p -= g / (std::sqrt(x.v) + 1e-10);
       }},
      {"RMSProp", rmsprop(0.05, 0.9),
       [](Point& x, double g, int) {
         x.v = 0.9 * x.v + 0.1 * g * g;
         x.p -= 0.05 * g / (std::sqrt(x.v) + 1e-8);
       }},
      {"Adadelta", adadelta(1, 0.95),
       [](Point& x, double g, int) {
         x.v = 0.95 * x.v + 0.05 * g * g;
         const double change = std::sqrt(x.m + 1e-6) / std::sqrt(x.v + 1e-6) * g;
         x.m = 0.95 * x.m + 0.05 * change * change;
         x.p -= change;
       }},
      {"Adam", adam(0.2),
       [](Point& x, double g, int step) {
         x.m = 0.9 * x.m + 0.1 * g;
         x.v = 0.999 * x.v + 0.001 * g * g;
         const double m = x.m / (1 - std::pow(0.9, step)), v = x.v / (1 - std::pow(0.999, step));
         x.p -= 0.2 * m / (std::sqrt(v) + 1e-8);
       }},
      {"L-BFGS", lbfgs(1, 5), nullptr},
  };
  return list;
}

} // namespace

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("valley");
  const Value x = g.param("x", f64({2}));
  const Value steep = constant(g, tensor({2}, {1, 50}));
  const Value loss = 0.5 * reduce_sum(steep * square(x));
  draw(training_step(g, loss, momentum(0.03, 0.8)));
  std::puts("momentum:");
  show(training_step(g, loss, momentum(0.03, 0.8)));
  std::puts("method    the loss after 1, 10, 50, 100 steps from (4, 1)");
  for (const Method& method : methods()) {
    const Executable step = compile(training_step(g, loss, method.optimizer));
    Tensors data{{"x", tensor({2}, {4, 1})}};
    Point by_hand[2] = {{4}, {1}};
    std::printf("%-8s", method.name);
    for (int i = 1; i <= 100; ++i) {
      call(step, data);
      const Numbers now = numbers(data["x"]);
      if (method.rule)
        for (std::size_t k = 0; k < 2; ++k) {
          method.rule(by_hand[k], (k == 0 ? 1 : 50) * by_hand[k].p, i);
          expect(method.name, now[k], by_hand[k].p, 1e-5);
        }
      const double f = 0.5 * (now[0] * now[0] + 50 * now[1] * now[1]);
      if (i == 1 || i == 10 || i == 50 || i == 100) {
        if (f < 1e-8)
          std::printf("   < 1e-8");
        else
          std::printf(" %8.4f", f);
      }
    }
    std::puts("");
  }
  return finish();
}
