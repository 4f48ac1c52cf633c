// Early stopping: the validation error falls, then rises while the training error goes on falling.
// The weights of the best step are kept; then a second training uses all data for as many steps.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  // A network with far too many weights for 12 noisy examples of a sine.
  Graph g("wide");
  const Dim rows = Dim::symbol("rows");
  const Value x = g.input("x", f64({rows, 1})), y = g.input("y", f64({rows, 1}));
  const Value w1 = g.param("w1", f64({1, 40})), b1 = g.param("b1", f64({40}));
  const Value w2 = g.param("w2", f64({40, 1})), b2 = g.param("b2", f64({1}));
  const Value loss = mse(dense(tanh(dense(x, w1, b1)), w2, b2), y);
  g.output("error", loss);
  draw(g);

  Random random(21);
  const auto examples = [&](std::size_t n) {
    Tensors set;
    Numbers in, out;
    for (std::size_t i = 0; i < n; ++i) {
      in.push_back(random.uniform(-2, 2));
      out.push_back(std::sin(2 * in.back()) + 0.3 * random.normal());
    }
    set["x"] = column(in), set["y"] = column(out);
    return set;
  };
  const Tensors train = examples(12), validation = examples(12), test = examples(200);
  const auto initial = [](Tensors data) {
    Random weights(2);
    for (const auto& [name, shape] : {std::pair{"w1", std::vector<std::int64_t>{1, 40}},
                                      {"b1", {40}},
                                      {"w2", {40, 1}},
                                      {"b2", {1}}}) {
      Tensor t(DType::F64, shape);
      const double scale = name[0] == 'w' && name[1] == '2' ? 0.2 : 2;
      for (double& v : t.data<double>()) v = scale * weights.uniform(-1, 1);
      data[name] = t;
    }
    return data;
  };
  const Executable step = compile(training_step(g, loss, adam(0.01))), judge = compile(g);
  const auto error = [&](const Tensors& weights, const Tensors& on) {
    Tensors data = on;
    for (const char* name : {"w1", "b1", "w2", "b2"}) data[name] = weights.find(name)->second;
    call(judge, data);
    return number(data, "error");
  };

  Tensors now = initial(train), best;
  int best_step = 0;
  double least = 1e9, last = 0;
  for (int i = 1; i <= 3000; ++i) {
    call(step, now);
    if (i % 10 != 0) continue;
    last = error(now, validation);
    if (last < least) least = last, best = now, best_step = i;
    if (i == 10 || i == 100 || i == 300 || i == 1000 || i == 3000)
      std::printf("step %4d: training error %.2f, validation error %.2f\n", i, error(now, train),
                  last);
  }
  std::printf("best on the validation set: about step %d, %.2f\n", (best_step + 50) / 100 * 100,
              least);
  expect("the training error goes on falling", error(now, train) < 0.7 * error(best, train));
  expect("the validation error rises again", last > 1.1 * least);

  // The second training: both sets, from the start, for as many steps.
  Numbers in = numbers(train.at("x")), out = numbers(train.at("y"));
  for (const double v : numbers(validation.at("x"))) in.push_back(v);
  for (const double v : numbers(validation.at("y"))) out.push_back(v);
  Tensors all = initial({{"x", column(in)}, {"y", column(out)}});
  for (int i = 0; i < best_step; ++i) call(step, all);
  std::printf("test error: never stopped %.2f, stopped early %.2f, then trained on all data %.2f\n",
              error(now, test), error(best, test), error(all, test));
  expect("stopping helps", error(best, test) < error(now, test));
  expect("all data help", error(all, test) < error(best, test));
  return finish();
}
