// Softmax: the exponentials of all scores, divided by their sum, so that they are positive and sum
// to
// 1. The lectures' example has the exponentials 1.60, 0.55, 0.98 (of the scores 0.47, -0.60,
// -0.02), which become 0.51, 0.18, 0.31. With cross entropy the gradient is p - y.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("softmax_of_three");
  const Value z = g.input("z", f64({3}));
  g.output("p", softmax(z));
  draw(g);
  show(g);
  const Value y = g.input("y", f64({3}));
  const Value loss = cross_entropy_with_logits(z, y);
  g.output("loss", loss);
  g.output("slope", grad(loss, std::vector{z})[0]);

  const Executable executable = compile(g);
  const auto at = [&](const Numbers& scores) {
    Tensors data{{"z", tensor({3}, scores)}, {"y", tensor({3}, {1, 0, 0})}};
    call(executable, data);
    return data;
  };
  const Numbers scores = {std::log(1.60), std::log(0.55), std::log(0.98)};
  const Tensors r = at(scores);
  const Numbers p = numbers(r.at("p")), slope = numbers(r.at("slope"));
  std::printf(
      "scores (%.2f, %.2f, %.2f), exponentials (1.60, 0.55, 0.98), softmax (%.2f, %.2f, %.2f)\n",
      scores[0], scores[1], scores[2], p[0], p[1], p[2]);
  expect("softmax", p, {0.51, 0.18, 0.31}, 0.005);
  expect("sum", p[0] + p[1] + p[2], 1, 1e-15);
  std::printf("cross entropy with the first class: %.4f, its gradient p - y = (%.2f, %.2f, %.2f)\n",
              number(r, "loss"), slope[0], slope[1], slope[2]);
  expect("loss", number(r, "loss"), -std::log(p[0]), 1e-14);
  expect("p - y", slope, {p[0] - 1, p[1], p[2]}, 1e-15);

  const Numbers of_those = numbers(at({1.60, 0.55, 0.98}).at("p"));
  std::printf("with 1.60, 0.55, 0.98 as scores: (%.2f, %.2f, %.2f)\n", of_those[0], of_those[1],
              of_those[2]);
  const double sum = std::exp(1.60) + std::exp(0.55) + std::exp(0.98);
  expect("softmax of these scores", of_those,
         {std::exp(1.60) / sum, std::exp(0.55) / sum, std::exp(0.98) / sum}, 1e-15);
  // One number added to all changes nothing, so nothing needs to overflow.
  expect("shifted", numbers(at({1001.60, 1000.55, 1000.98}).at("p")), of_those, 1e-12);
  return finish();
}
