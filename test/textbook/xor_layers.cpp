// XOR and XNOR need a layer between: XNOR is (x1 AND x2) OR (NOT x1 AND NOT x2), and XOR is its
// negation.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("xnor");
  const Value x1 = g.input("x1", f64({4})), x2 = g.input("x2", f64({4}));
  const Value first = 20 * x1, second = 20 * x2, sum = first + second;
  const Value both = logistic(sum - 30), neither = logistic(10 - sum);
  const Value one = 20 * both, other = 20 * neither;
  const Value equal = logistic(one + other - 10);
  g.output("both", both);
  g.output("neither", neither);
  g.output("xnor_gate", equal);
  g.output("xor_gate", logistic(10 - 20 * equal));
  draw(g);
  show(g);

  const Tensors r =
      results(g, {{"x1", tensor({4}, {0, 0, 1, 1})}, {"x2", tensor({4}, {0, 1, 0, 1})}});
  const auto of = [&](const char* name, std::size_t i) { return numbers(r.at(name))[i]; };
  std::puts("x1 x2  both  neither  XNOR  XOR");
  for (std::size_t i = 0; i < 4; ++i)
    std::printf("%zu  %zu   %.3f  %.3f    %.3f %.3f\n", i / 2, i % 2, of("both", i),
                of("neither", i), of("xnor_gate", i), of("xor_gate", i));
  expect("XNOR", numbers(r.at("xnor_gate")), {1, 0, 0, 1}, 1e-3);
  expect("XOR", numbers(r.at("xor_gate")), {0, 1, 1, 0}, 1e-3);
  return finish();
}
