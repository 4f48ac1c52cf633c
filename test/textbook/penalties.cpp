// L2 and L1 penalties on weights: with loss |w - a|^2 / 2, the first divides a by 1 + lambda, the
// second takes lambda off and leaves exact zeros where |a| < lambda.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  const double lambda = 0.5;
  const Numbers a = {3, -1, 0.4, -0.2};
  for (const bool squares : {true, false}) {
    Graph g(squares ? "L2" : "L1");
    const Value w = g.param("w", f64({4})), target = g.input("a", f64({4}));
    const Value fit = 0.5 * reduce_sum(square(w - target));
    const Value penalty = squares ? 0.5 * reduce_sum(square(w)) : l1_norm(w);
    const Value loss = fit + lambda * penalty;
    g.output("loss", loss);
    const Value slope = grad(loss, std::vector{w})[0];
    g.update(w, w - 0.1 * slope);
    if (squares) draw(g);
    show(g);
    const Executable step = compile(g);
    Tensors data{{"a", tensor({4}, a)}, {"w", tensor({4}, {0.01, 0.01, 0.01, 0.01})}};
    for (int i = 0; i < 300; ++i) call(step, data);
    Numbers want;
    for (const double x : a)
      want.push_back(squares       ? x / (1 + lambda)
                     : x > lambda  ? x - lambda
                     : x < -lambda ? x + lambda
                                   : 0);
    const Numbers have = numbers(data["w"]);
    std::printf("%s: a = (3, -1, 0.4, -0.2) becomes (%.2f, %.2f, %.2f, %.2f)\n",
                squares ? "L2" : "L1", have[0], have[1], have[2], have[3]);
    // Plain descent on |w| hops around 0 by one step's length.
    expect(squares ? "L2" : "L1", have, want, squares ? 1e-9 : 0.06);
  }
  return finish();
}
