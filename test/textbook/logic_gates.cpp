// AND, OR and NOT as sigmoid neurons with weights -30, 20, 20 and the like: far from 0, the sigmoid
// is 0 or 1.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("gates");
  const Value x1 = g.input("x1", f64({4})), x2 = g.input("x2", f64({4}));
  const Value first = 20 * x1, second = 20 * x2;
  g.output("and_gate", logistic(first + second - 30));
  g.output("or_gate", logistic(first + second - 10));
  g.output("not_gate", logistic(10 - first));
  draw(g);
  show(g);

  const Tensors r =
      results(g, {{"x1", tensor({4}, {0, 0, 1, 1})}, {"x2", tensor({4}, {0, 1, 0, 1})}});
  const Numbers both = numbers(r.at("and_gate")), any = numbers(r.at("or_gate")),
                no = numbers(r.at("not_gate"));
  std::puts("x1 x2    AND       OR        NOT x1");
  for (std::size_t i = 0; i < 4; ++i)
    std::printf("%zu  %zu  %.6f  %.6f  %.6f\n", i / 2, i % 2, both[i], any[i], no[i]);
  expect("AND", both, {0, 0, 0, 1}, 1e-4);
  expect("OR", any, {0, 1, 1, 1}, 1e-4);
  expect("NOT", no, {1, 1, 0, 0}, 1e-4);
  expect("sigma(10)", both[3], 1 / (1 + std::exp(-10.0)));
  return finish();
}
