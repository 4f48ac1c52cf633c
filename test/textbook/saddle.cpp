// f(x) = x1^2 - x2^2 has gradient 0 at the origin, where it has neither a minimum nor a maximum:
// the second derivatives 2 and -2 differ in sign. Descent that starts on the axis stops there; a
// hair beside it, it escapes.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("saddle");
  const Value x1 = g.param("x1", f64({})), x2 = g.param("x2", f64({}));
  const Value f = square(x1) - square(x2);
  const std::vector<Value> slope = grad(f, std::vector{x1, x2});
  g.output("f", f);
  g.output("df_dx1", slope[0]);
  g.output("df_dx2", slope[1]);
  g.output("d2f_dx1dx1", grad(slope[0], std::vector{x1})[0]);
  g.output("d2f_dx2dx2", grad(slope[1], std::vector{x2})[0]);
  g.output("d2f_dx1dx2", grad(slope[0], std::vector{x2})[0]);
  draw(g);
  show(g);

  const Tensors r = results(g, {{"x1", tensor(0)}, {"x2", tensor(0)}});
  expect("df/dx1 at 0", number(r, "df_dx1"), 0);
  expect("df/dx2 at 0", number(r, "df_dx2"), 0);
  expect("Hessian", {number(r, "d2f_dx1dx1"), number(r, "d2f_dx1dx2"), number(r, "d2f_dx2dx2")},
         {2, 0, -2});

  Graph model("descent");
  const Value m1 = model.param("x1", f64({})), m2 = model.param("x2", f64({}));
  const Executable step = compile(training_step(model, square(m1) - square(m2), sgd(0.1)));
  for (const double beside : {0.0, 1e-6}) {
    Tensors data{{"x1", tensor(1)}, {"x2", tensor(beside)}};
    for (int i = 0; i < 100; ++i) call(step, data);
    std::printf("from (1, %g) 100 steps of descent lead to (%.2e, %.2e)\n", beside,
                number(data, "x1"), number(data, "x2"));
    // Each step multiplies x1 by 0.8 and x2 by 1.2.
    expect("x1", number(data, "x1"), std::pow(0.8, 100), 1e-15);
    expect("x2", number(data, "x2"), beside * std::pow(1.2, 100), 1e-8);
  }
  return finish();
}
