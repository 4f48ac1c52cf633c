// A regressor with a Gaussian likelihood: the network says a mean and a variance for each input,
// and learns both by maximum likelihood, loss (log v + (y - m)^2 / v) / 2. Where the data are
// noisier it says so.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  const std::int64_t n = 400;
  Graph g("regressor");
  const Dim rows = Dim::symbol("rows");
  const Value x = g.input("x", f64({rows, 1})), y = g.input("y", f64({rows, 1}));
  const Value w1 = g.param("w1", f64({1, 16})), b1 = g.param("b1", f64({16}));
  const Value wm = g.param("wm", f64({16, 1})), bm = g.param("bm", f64({1}));
  const Value wv = g.param("wv", f64({16, 1})), bv = g.param("bv", f64({1}));
  const Value h = tanh(dense(x, w1, b1));
  const Value mean = dense(h, wm, bm), variance = softplus(dense(h, wv, bv));
  const Value loss = gaussian_nll(mean, variance, y, 1e-4);
  g.output("mean", mean);
  g.output("deviation", sqrt(variance));
  draw(g);

  // y = x, with noise of deviation 0.1 on the left and 0.5 on the right.
  Random random(17);
  Numbers in, out;
  for (std::int64_t i = 0; i < n; ++i) {
    in.push_back(random.uniform(-2, 2));
    out.push_back(in.back() + (in.back() < 0 ? 0.1 : 0.5) * random.normal());
  }
  Tensors data{{"x", column(in)}, {"y", column(out)}};
  for (const auto& [name, shape] : {std::pair{"w1", std::vector<std::int64_t>{1, 16}},
                                    {"b1", {16}},
                                    {"wm", {16, 1}},
                                    {"wv", {16, 1}}}) {
    Tensor t(DType::F64, shape);
    for (double& v : t.data<double>()) v = random.uniform(-1, 1);
    data[name] = t;
  }
  const Executable step = compile(training_step(g, loss, adam(0.02)));
  for (int i = 1; i <= 1500; ++i) {
    call(step, data);
    if (i == 1 || i == 100 || i == 1500)
      std::printf("step %4d: loss %.3f\n", i, number(data, "loss"));
  }
  // Half of log(variance) + 1, on the average of both sides, is the best loss.
  const double best = 0.5 * (std::log(0.1) + std::log(0.5)) + 0.5;
  std::printf("the best that can be expected: %.3f\n", best);
  expect("loss", number(data, "loss"), best, 0.15);
  Tensors at = data;
  at.erase("mean"), at.erase("deviation");
  at["x"] = column({-1.5, -0.75, 0.75, 1.5}), at["y"] = column({0, 0, 0, 0});
  call(compile(g), at);
  const Numbers m = numbers(at["mean"]), d = numbers(at["deviation"]);
  for (std::size_t i = 0; i < 4; ++i)
    std::printf("at x = %5.2f: mean %5.2f, deviation %.2f\n", numbers(at["x"])[i], m[i], d[i]);
  expect("means", m, {-1.5, -0.75, 0.75, 1.5}, 0.2);
  expect("deviations", d, {0.1, 0.1, 0.5, 0.5}, 0.12);
  return finish();
}
