// Logistic regression with both forms of its loss: the cross entropy of p = sigma(f) with labels 0
// and 1, and softplus((1 - 2 y) f). They are one function, so their gradients are the same; but
// sigma(f) rounds to 0 where f is far below 0, and the first form as it is written is infinite
// there. The compiler knows the logarithm of a sigmoid, and repairs it.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  const std::int64_t n = 8;
  Graph g("logistic_regression");
  const Value x = g.input("x", f64({n, 2})), y = g.input("y", f64({n, 1}));
  const Value w = g.param("w", f64({2, 1})), b = g.param("b", f64({1}));
  const Value f = dense(x, w, b);
  const Value entropy = bce(logistic(f), y), soft = reduce_mean(softplus((1 - 2 * y) * f));
  g.output("bce", entropy);
  g.output("softplus", soft);
  const std::vector<Value> of_bce = grad(entropy, std::vector{w, b}),
                           of_soft = grad(soft, std::vector{w, b});
  g.output("dw_bce", of_bce[0]);
  g.output("dw_softplus", of_soft[0]);
  Graph small("losses");
  {
    const Value z = small.input("f", f64({})), t = small.input("y", f64({}));
    const Value p = logistic(z);
    small.output("bce", neg(t * log(p) + (1 - t) * log(1 - p)));
    small.output("stable", softplus((1 - 2 * t) * z));
  }
  draw(small);

  Tensors data{{"x", tensor({n, 2}, {-2, 0, -1, -1, -1, 1, 0, -2, 0, 2, 1, 1, 2, 0, 1, 3})},
               {"y", column({0, 0, 1, 0, 1, 1, 1, 1})},
               {"w", tensor({2, 1}, {0.5, -1})},
               {"b", tensor({1}, {0.25})}};
  Tensors r = results(g, data);
  std::printf("at w = (0.5, -1), b = 0.25: cross entropy %.6f, softplus form %.6f\n",
              number(r, "bce"), number(r, "softplus"));
  expect("both forms", number(r, "bce"), number(r, "softplus"), 1e-14);
  expect("their gradients", numbers(r["dw_bce"]), numbers(r["dw_softplus"]), 1e-14);

  const Executable step = compile(training_step(g, soft, sgd(0.5)));
  for (int i = 1; i <= 200; ++i) {
    call(step, data);
    if (i == 1 || i == 10 || i == 200)
      std::printf("step %3d: loss %.4f\n", i, number(data, "loss"));
  }
  r = results(g, data);
  const Numbers weights = numbers(data["w"]);
  std::printf("the line: %.2f x1 + %.2f x2 + %.2f = 0\n", weights[0], weights[1],
              number(data, "b"));
  expect("the loss becomes small", number(r, "softplus") < 0.1);

  const Tensors far{{"f", tensor(-800)}, {"y", tensor(1)}};
  const std::vector<Tensor> written =
      eval(small, std::vector<NamedTensor>{{"f", tensor(-800)}, {"y", tensor(1)}});
  const Tensors compiled = results(small, far);
  std::printf("f = -800, y = 1: cross entropy as written %g, compiled %g, softplus form %g\n",
              numbers(written[0])[0], number(compiled, "bce"), number(compiled, "stable"));
  expect("as written", numbers(written[0])[0], INFINITY);
  expect("compiled", number(compiled, "bce"), 800);
  expect("the stable form", number(compiled, "stable"), 800);
  return finish();
}
