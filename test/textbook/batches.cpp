// Gradient descent (K = m), stochastic descent (K = 1) and mini-batches (1 < K < m): the gradient
// of a random batch is right on average, and its variance falls like 1 / K. One graph serves all,
// its batch is a symbol.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("line");
  const Dim batch = Dim::symbol("K");
  const Value x = g.input("x", f64({batch, 1})), y = g.input("y", f64({batch, 1}));
  const Value w = g.param("w", f64({1, 1})), b = g.param("b", f64({1}));
  const Value loss = mse(dense(x, w, b), y);
  draw(training_step(g, loss, sgd(0.05)));
  Graph slope = g.clone();
  slope.output("slope",
               grad(Value(slope.data(), loss.id()), std::vector{Value(slope.data(), w.id())})[0]);

  const std::size_t m = 256;
  Random random(3);
  Numbers xs, ys;
  for (std::size_t i = 0; i < m; ++i) {
    xs.push_back(random.uniform(-1, 1));
    ys.push_back(2 * xs.back() + 1 + 0.5 * random.normal());
  }
  const Tensor all_x = column(xs), all_y = column(ys);
  const Executable gradient = compile(slope), step = compile(training_step(g, loss, sgd(0.05)));

  const auto rows = [&](std::size_t k, const std::vector<std::uint32_t>& order, std::size_t at,
                        Tensors& data) {
    const auto picked = std::span(order).subspan(at, k);
    data["x"] = Tensor(DType::F64, {std::ssize(picked), 1}), data["y"] = data["x"];
    take_rows(all_x, picked, data["x"]);
    take_rows(all_y, picked, data["y"]);
  };
  Numbers variances;
  double mean_of_one = 0;
  for (const std::size_t k : {std::size_t{1}, std::size_t{16}, m}) {
    // The gradient at w = b = 0, over the batches of 8 epochs.
    double sum = 0, squares = 0, count = 0;
    for (std::uint64_t epoch = 0; epoch < 8; ++epoch) {
      const std::vector<std::uint32_t> order = shuffled(m, epoch);
      for (std::size_t at = 0; at < m; at += k) {
        Tensors data{{"w", tensor({1, 1}, {0})}, {"b", tensor({1}, {0})}};
        rows(k, order, at, data);
        call(gradient, data);
        const double d = number(data, "slope");
        sum += d, squares += d * d, ++count;
      }
    }
    const double mean = sum / count, variance = std::fabs(squares / count - mean * mean);
    if (variances.empty()) mean_of_one = mean;
    variances.push_back(variance);
    // And training for 8 epochs.
    Tensors data{{"w", tensor({1, 1}, {0})}, {"b", tensor({1}, {0})}};
    std::size_t steps = 0;
    for (std::uint64_t epoch = 0; epoch < 8; ++epoch) {
      const std::vector<std::uint32_t> order = shuffled(m, epoch);
      for (std::size_t at = 0; at < m; at += k, ++steps) {
        rows(k, order, at, data);
        call(step, data);
      }
    }
    std::printf("K = %3zu: gradient %.2f, its variance %7.4f; 8 epochs are %4zu steps to y = %.2f "
                "x + %.2f\n",
                k, mean, variance, steps, number(data, "w"), number(data, "b"));
    expect("the mean gradient", mean, mean_of_one, 1e-9);
  }
  expect("variance of 16 is a 16th of that of 1", variances[0] / variances[1], 16, 4);
  expect("all examples have no variance", variances[2], 0, 1e-12);
  return finish();
}
