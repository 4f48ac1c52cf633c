// Adaline (Widrow and Hoff, 1960): the error is taken before the threshold, so the rule is descent
// on squares, w <- w + rate (t - w.x) x. It ends at the least squares, which for AND are known.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("adaline");
  const Value x = g.input("x", f64({4, 3})), t = g.input("t", f64({4}));
  const Value w = g.param("w", f64({3}));
  const Value error = t - times(x, w);
  g.output("squares", reduce_sum(square(error)));
  // The Delta rule, summed over the examples of an epoch.
  g.update(w, w + 0.25 * dot_general(x, error, {0}, {0}));
  draw(g);
  show(g);

  const Executable epoch = compile(g);
  Tensors data{{"x", tensor({4, 3}, {1, -1, -1, 1, -1, 1, 1, 1, -1, 1, 1, 1})},
               {"t", tensor({4}, {-1, -1, -1, 1})}}; // AND of -1 and 1
  for (int i = 1; i <= 60; ++i) {
    call(epoch, data);
    if (i == 1 || i == 2 || i == 60)
      std::printf("epoch %2d: squared error %.4f, w = (%.4f, %.4f, %.4f)\n", i,
                  number(data, "squares"), numbers(data["w"])[0], numbers(data["w"])[1],
                  numbers(data["w"])[2]);
  }
  // The columns of x are orthogonal, each of length 4: w = x^T t / 4.
  expect("w", numbers(data["w"]), {-0.5, 0.5, 0.5});
  expect("squared error", number(data, "squares"), 1);
  return finish();
}
