// Madaline: several Adalines and a fixed gate behind them, here OR. Madaline rule I teaches them
// XOR: where the answer should be 1, the unit whose sum is nearest to 0 learns to say 1; where it
// should be -1, all units that said 1 learn to say -1.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("madaline");
  const Value x = g.input("x", f64({3})), t = g.input("t", f64({}));
  const Value w = g.param("w", f64({2, 3}));
  const Value z = times(w, x);
  const Value answer = select(reduce_max(z) > 0, 1, full(g, f64({}), -1));
  const Value wrong = ne(answer, t);
  const Value nearest = eq(z, reduce_max(z)); // all are below 0 where 1 is wanted and not said
  const Value learns = bit_and(wrong, select(t > 0, nearest, z > 0));
  const Value step = select(learns, 0.5 * (t - z), 0);
  g.output("answer", answer);
  g.update(w, w + reshape(step, {2, 1}) * reshape(x, {1, 3}));
  draw(g);

  const Executable madaline = compile(g);
  Tensors data{{"w", tensor({2, 3}, {0.2, 0.3, 0.2, 0.1, -0.1, 0.3})}};
  const double inputs[2] = {-1, 1};
  int epoch = 0, wrong_answers = 1;
  for (; wrong_answers > 0 && epoch < 50; ++epoch) {
    wrong_answers = 0;
    for (int i = 0; i < 4; ++i) {
      const double a = inputs[i / 2], b = inputs[i % 2];
      data["x"] = tensor({3}, {1, a, b});
      data["t"] = tensor(a == b ? -1 : 1);
      call(madaline, data);
      wrong_answers += number(data, "answer") != number(data, "t") ? 1 : 0;
    }
    std::printf("epoch %d: %d of 4 answers wrong\n", epoch + 1, wrong_answers);
  }
  const Numbers weights = numbers(data["w"]);
  for (std::size_t u = 0; u < 2; ++u)
    std::printf("unit %zu says 1 where %.3f %+.3f x1 %+.3f x2 > 0\n", u + 1, weights[3 * u],
                weights[3 * u + 1], weights[3 * u + 2]);
  expect("XOR is learnt", wrong_answers == 0);
  return finish();
}
