// Every activation with its derivative, at five points: the symbolic one beside the formula of the
// lectures.
#include <functional>

#include "test/textbook/textbook.h"

using namespace textbook;

namespace {

struct Activation {
  const char* name;
  std::function<Value(Value)> build;
  std::function<double(double)> slope; ///< the lectures' derivative
};

double sigma(double x) { return 1 / (1 + std::exp(-x)); }
double bell(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * M_PI); }

const std::vector<Activation>& activations() {
  static const std::vector<Activation> list = {
      {"linear", [](Value x) { return 1 * x; }, [](double) { return 1.0; }},
      {"step", [](Value x) { return step(x); }, [](double) { return 0.0; }},
      {"sign", [](Value x) { return sign(x); }, [](double) { return 0.0; }},
      {"sigmoid", [](Value x) { return logistic(x); },
       [](double x) { return sigma(x) * (1 - sigma(x)); }},
      {"tanh", [](Value x) { return tanh(x); },
       [](double x) { return 1 - std::tanh(x) * std::tanh(x); }},
      {"ReLU", [](Value x) { return relu(x); }, [](double x) { return x > 0 ? 1.0 : 0.0; }},
      {"leaky", [](Value x) { return leaky_relu(x, 0.1); },
       [](double x) { return x > 0 ? 1.0 : 0.1; }},
      {"GELU", [](Value x) { return gelu(x); },
       [](double x) { return 0.5 * (1 + std::erf(x / std::sqrt(2))) + x * bell(x); }},
      {"softplus", [](Value x) { return softplus(x); }, sigma},
  };
  return list;
}

} // namespace

int main(int argc, char** argv) {
  start(argc, argv);
  const Numbers points = {-2, -0.5, 0, 0.5, 2};
  {
    Graph g("sigmoid");
    const Value x = g.input("x", f64({}));
    const Value y = logistic(x);
    g.output("y", y);
    g.output("slope", grad(y, std::vector{x})[0]);
    draw(g);
    std::puts("the sigmoid and its derivative:");
    show(g);
  }
  std::printf("%-9s", "x");
  for (const double x : points) std::printf("  %6g        ", x);
  std::puts("");
  for (const Activation& a : activations()) {
    Graph g(a.name);
    const Value x = g.input("x", f64({5}));
    const Value y = a.build(x);
    g.output("y", y);
    // A function of zero slope everywhere has no derivative node: grad says 0.
    g.output("slope", grad(reduce_sum(y), std::vector{x})[0]);
    const Tensors r = results(g, {{"x", tensor({5}, points)}});
    const Numbers have = numbers(r.at("slope"));
    std::printf("%-9s", a.name);
    for (std::size_t i = 0; i < points.size(); ++i) {
      std::printf(" %7.4f %6.4f ", numbers(r.at("y"))[i], have[i]);
      expect(std::string(a.name) + "'", have[i], a.slope(points[i]), 1e-14);
    }
    std::puts("");
  }
  return finish();
}
