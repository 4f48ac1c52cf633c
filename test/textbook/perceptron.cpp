// The perceptron sigma(1 + 3 x1 - 2 x2) at (-1, 2): the sum is -6 and sigma(-6) is about 0.002. The
// line 1 + 3 x1 - 2 x2 = 0 divides the plane.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("perceptron");
  const Value x1 = g.input("x1", f64({})), x2 = g.input("x2", f64({}));
  const Value z = 1 + 3 * x1 - 2 * x2;
  g.output("z", z);
  g.output("y", logistic(z));
  draw(g);
  show(g);

  const Tensors r = results(g, {{"x1", tensor(-1)}, {"x2", tensor(2)}});
  std::printf("at (-1, 2): z = %g, y = %.4f\n", number(r, "z"), number(r, "y"));
  expect("z", number(r, "z"), -6);
  expect("y", number(r, "y"), 0.002, 0.0005);
  expect("y", number(r, "y"), 1 / (1 + std::exp(6.0)), 1e-15);
  const Tensors edge = results(g, {{"x1", tensor(1)}, {"x2", tensor(2)}});
  std::printf("at (1, 2), on the line: z = %g, y = %g\n", number(edge, "z"), number(edge, "y"));
  expect("y on the line", number(edge, "y"), 0.5);
  return finish();
}
