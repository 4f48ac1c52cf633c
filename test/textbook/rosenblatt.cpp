// Rosenblatt's perceptron with its learning rule: after each example w <- w + (t - y) x. On
// examples that a line can separate it stops making mistakes.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("perceptron");
  const Value x = g.input("x", f64({3})), t = g.input("t", f64({}));
  const Value w = g.param("w", f64({3})); // the first weight is the bias: x[0] is 1
  const Value y = step(reduce_sum(w * x));
  g.output("y", y);
  g.update(w, w + (t - y) * x);
  draw(g);
  show(g);

  const Executable perceptron = compile(g);
  for (const auto& [name, table] :
       {std::pair{"AND", Numbers{0, 0, 0, 1}}, std::pair{"OR", Numbers{0, 1, 1, 1}}}) {
    Tensors data{{"w", tensor({3}, {0, 0, 0})}};
    int epoch = 0, wrong = 1;
    for (; wrong > 0 && epoch < 100; ++epoch) {
      wrong = 0;
      for (int i = 0; i < 4; ++i) {
        const double target = table[static_cast<std::size_t>(i)];
        data["x"] = tensor({3}, {1.0, static_cast<double>(i / 2), static_cast<double>(i % 2)});
        data["t"] = tensor(target);
        call(perceptron, data);
        wrong += number(data, "y") != target ? 1 : 0;
      }
      const Numbers now = numbers(data["w"]);
      std::printf("%-3s epoch %d: %d wrong, w = (%g, %g, %g)\n", name, epoch + 1, wrong, now[0],
                  now[1], now[2]);
    }
    expect(std::string(name) + " is learnt", wrong == 0);
    // By hand: AND is learnt in 6 epochs, OR in 4.
    expect("epochs of " + std::string(name), epoch, name[0] == 'A' ? 6 : 4);
  }
  return finish();
}
