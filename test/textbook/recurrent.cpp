// A recurrent network on sequences: one cell, h <- tanh(x wx + h wh + b), is used at every step
// of a scan with the same weights, so their gradient is a sum over the steps (backpropagation
// through time). It learns whether the first number of a sequence was positive, which it must
// remember to the end.
#include "nngc/control.h"
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  const std::int64_t batch = 64, steps = 8, units = 8;
  const auto network = [&](std::int64_t length, Graph& g) {
    const Value x = g.input("x", f64({batch, length})), y = g.input("y", f64({batch, 1}));
    const Value wx = g.param("wx", f64({1, units})), wh = g.param("wh", f64({units, units}));
    const Value b = g.param("b", f64({units}));
    const Value wo = g.param("wo", f64({units, 1})), bo = g.param("bo", f64({1}));
    // Step t takes row t: what all sequences have there.
    const Value rows = reshape(transpose(x, {1, 0}), {length, batch, 1});
    const Value h0 = full(g, f64({batch, units}), 0);
    const auto [h, all] = scan(h0, rows, [&](Value before, Value row) {
      const Value after = rnn_cell(row, before, wx, wh, b);
      return std::pair{after, after};
    });
    const Value z = dense(h, wo, bo);
    g.output("right", reduce_mean(convert(eq(z > 0, y > 0.5), DType::F64)));
    return bce_with_logits(z, y);
  };
  {
    Graph picture("two_steps");
    const Value x1 = picture.input("x1", f64({1, 1})), x2 = picture.input("x2", f64({1, 1}));
    const Value wx = picture.param("wx", f64({1, 2})), wh = picture.param("wh", f64({2, 2}));
    const Value b = picture.param("b", f64({2}));
    const Value h0 = picture.input("h0", f64({1, 2})), h1 = rnn_cell(x1, h0, wx, wh, b);
    picture.output("h2", rnn_cell(x2, h1, wx, wh, b));
    draw(picture);
    show(picture);
  }
  Graph g("remember");
  const Value loss = network(steps, g);
  Random random(4);
  const auto sequences = [&](Tensors& data) {
    Numbers in, out;
    for (std::int64_t i = 0; i < batch; ++i)
      for (std::int64_t t = 0; t < steps; ++t) {
        in.push_back(random.uniform(-1, 1));
        if (t == 0) out.push_back(in.back() > 0 ? 1 : 0);
      }
    data["x"] = tensor({batch, steps}, in), data["y"] = column(out);
  };
  const Executable step =
      compile(training_step(g, loss, parse_optimizer("adam,lr=0.01,clip_norm=1")));
  Tensors data = initial_values(step, 3);
  double mean = 0;
  for (int i = 1; i <= 600; ++i) {
    sequences(data);
    call(step, data);
    mean += number(data, "loss") / 100;
    if (i % 100 != 0) continue;
    if (i % 200 == 0) std::printf("steps %3d to %3d: mean loss %.2f\n", i - 99, i, mean);
    mean = 0;
  }
  sequences(data);
  const Tensors judged = results(g, data);
  std::printf("of %d new sequences %.0f %% are judged right\n", static_cast<int>(batch),
              100 * number(judged, "right"));
  expect("it remembers", number(judged, "right") > 0.9);
  return finish();
}
