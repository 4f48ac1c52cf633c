// One perceptron cannot learn XOR: no line separates (0,0) and (1,1) from (0,1) and (1,0). The
// learning rule never stops; its weights come back to where they were and go round for ever.
#include <map>

#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  // All four examples of an epoch, one after the other, in one graph.
  Graph g("epoch");
  const Value start_w = g.param("w", f64({3}));
  const double table[4] = {0, 1, 1, 0};
  Value w = start_w, wrong = g.scalar(DType::F64, 0);
  for (int i = 0; i < 4; ++i) {
    const Value x =
        constant(g, tensor({3}, {1.0, static_cast<double>(i / 2), static_cast<double>(i % 2)}));
    const Value mistake = table[i] - step(reduce_sum(w * x));
    wrong = wrong + abs(mistake);
    w = w + mistake * x;
  }
  g.output("wrong", wrong);
  g.update(start_w, w);
  draw(g);

  const Executable epoch = compile(g);
  Tensors data{{"w", tensor({3}, {0, 0, 0})}};
  std::map<Numbers, int> seen{{{0, 0, 0}, 0}};
  int cycle = 0;
  double fewest = 4;
  for (int i = 1; i <= 100; ++i) {
    call(epoch, data);
    fewest = std::min(fewest, number(data, "wrong"));
    const Numbers now = numbers(data["w"]);
    if (i <= 6)
      std::printf("epoch %d: %g wrong, w = (%g, %g, %g)\n", i, number(data, "wrong"), now[0],
                  now[1], now[2]);
    const auto [at, is_new] = seen.emplace(now, i);
    if (!is_new && cycle == 0) {
      cycle = i - at->second;
      std::printf("epoch %d ends with the weights of epoch %d: it goes round for ever\n", i,
                  at->second);
    }
  }
  std::printf("fewest mistakes in an epoch: %g\n", fewest);
  expect("the weights come back", cycle > 0);
  expect("every epoch has a mistake", fewest >= 1);
  return finish();
}
