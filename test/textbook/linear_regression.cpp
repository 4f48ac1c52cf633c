// Linear regression in closed form, w = (X^T X)^-1 X^T y, and by descent on the mean square: both
// end at the same line.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  const std::int64_t n = 6;
  Graph g("regression");
  const Value x = g.input("x", f64({n, 1})), y = g.input("y", f64({n, 1}));
  const Value w = g.param("w", f64({1, 1})), b = g.param("b", f64({1}));
  const Value loss = mse(dense(x, w, b), y);
  const Graph step = training_step(g, loss, sgd(0.1));
  draw(step);
  show(step);

  // Five points near y = 2 x + 1 and one that is not.
  Tensors data{{"x", column({-1, 0, 1, 2, 3, 1})}, {"y", column({-1, 1, 3, 5, 7, 6})}};

  // The closed form as a graph of its own: two unknowns, so the inverse is a quotient.
  Graph closed("closed_form");
  const Value cx = closed.input("x", f64({n, 1})), cy = closed.input("y", f64({n, 1}));
  const Value dx = cx - reduce_mean(cx), dy = cy - reduce_mean(cy);
  const Value slope = reduce_sum(dx * dy) / reduce_sum(square(dx));
  closed.output("slope", slope);
  closed.output("offset", reduce_mean(cy) - slope * reduce_mean(cx));
  const Tensors exact = results(closed, data);
  const double want_w = number(exact, "slope"), want_b = number(exact, "offset");
  std::printf("closed form: y = %.4f x + %.4f\n", want_w, want_b);
  expect("slope", want_w, 2); // the odd point stands at the mean of x: it lifts the line by 3 / 6
  expect("offset", want_b, 1.5);

  const Executable executable = compile(step);
  for (int i = 1; i <= 400; ++i) {
    call(executable, data);
    if (i == 1 || i == 10 || i == 100 || i == 400)
      std::printf("step %3d: loss %.4f, y = %.4f x + %.4f\n", i, number(data, "loss"),
                  number(data, "w"), number(data, "b"));
  }
  expect("w by descent", number(data, "w"), want_w, 1e-6);
  expect("b by descent", number(data, "b"), want_b, 1e-6);
  return finish();
}
