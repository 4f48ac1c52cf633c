// L = (theta1 theta2 x - y)^2 with both partial derivatives, printed as formulas and drawn:
// dL/dtheta1 = 2 (theta1 theta2 x - y) theta2 x, dL/dtheta2 = 2 (theta1 theta2 x - y) theta1 x.
// Backpropagation computes their common part once.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("two_weights");
  const Value x = g.input("x", f64({})), y = g.input("y", f64({}));
  const Value theta1 = g.param("theta1", f64({})), theta2 = g.param("theta2", f64({}));
  const Value loss = square(theta1 * theta2 * x - y);
  const std::vector<Value> partials = grad(loss, std::vector{theta1, theta2});
  g.output("L", loss);
  g.output("dL_dtheta1", partials[0]);
  g.output("dL_dtheta2", partials[1]);
  draw(g);
  show(g);
  std::printf("nodes: %zu\n", g.live_count());

  for (const auto& [a, b, in, out] : {std::array{1.0, 2.0, 3.0, 4.0}, {0.5, -1.0, 2.0, 1.0}}) {
    const Tensors r = results(
        g, {{"x", tensor(in)}, {"y", tensor(out)}, {"theta1", tensor(a)}, {"theta2", tensor(b)}});
    std::printf("theta = (%g, %g), x = %g, y = %g: L = %g, partial derivatives %g and %g\n", a, b,
                in, out, number(r, "L"), number(r, "dL_dtheta1"), number(r, "dL_dtheta2"));
    const double error = a * b * in - out;
    expect("L", number(r, "L"), error * error);
    expect("dL/dtheta1", number(r, "dL_dtheta1"), 2 * error * b * in);
    expect("dL/dtheta2", number(r, "dL_dtheta2"), 2 * error * a * in);
  }
  return finish();
}
