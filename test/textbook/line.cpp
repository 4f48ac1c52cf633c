// y = w x + q: one neuron without activation. dy/dw = x, dy/dq = 1, dy/dx = w.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("line");
  const Value x = g.input("x", f64({})), w = g.param("w", f64({})), q = g.param("q", f64({}));
  const Value y = w * x + q;
  g.output("y", y);
  const std::vector<Value> slopes = grad(y, std::vector{w, q, x});
  g.output("dy_dw", slopes[0]);
  g.output("dy_dq", slopes[1]);
  g.output("dy_dx", slopes[2]);
  draw(g);
  show(g);
  expect("formula", formula(g) == "y = x*w + q\ndy_dw = x\ndy_dq = 1\ndy_dx = w\n");

  const Tensors r = results(g, {{"x", tensor(3)}, {"w", tensor(2)}, {"q", tensor(-1)}});
  std::printf("w = 2, q = -1 at x = 3: y = %g, slopes %g, %g, %g\n", number(r, "y"),
              number(r, "dy_dw"), number(r, "dy_dq"), number(r, "dy_dx"));
  expect("y", number(r, "y"), 5);
  expect("dy/dw", number(r, "dy_dw"), 3);
  expect("dy/dq", number(r, "dy_dq"), 1);
  expect("dy/dx", number(r, "dy_dx"), 2);
  return finish();
}
