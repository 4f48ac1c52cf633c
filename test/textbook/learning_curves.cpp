// Training, validation and test set, and learning curves: the error on what was learnt grows with
// the number of examples, the error on what was not falls, and both meet at the noise. The degree
// of the polynomial is chosen on the validation set; the test set judges it once, at the end.
#include "test/textbook/textbook.h"

using namespace textbook;

namespace {

constexpr double noise = 0.2;

/// Rows of powers of x, and noisy values of a cubic.
struct Set {
  Numbers x, y;
  void add(Random& random) {
    x.push_back(random.uniform(-1, 1));
    y.push_back(x.back() - 2 * std::pow(x.back(), 3) + noise * random.normal());
  }
  [[nodiscard]] Tensor powers(std::int64_t degree) const {
    Tensor t(DType::F64, {std::ssize(x), degree + 1});
    std::size_t at = 0;
    for (const double v : x)
      for (std::int64_t d = 0; d <= degree; ++d)
        t.data<double>()[at++] = std::pow(v, static_cast<double>(d));
    return t;
  }
};

Graph model(std::int64_t degree) {
  Graph g("polynomial");
  const Dim rows = Dim::symbol("rows");
  const Value x = g.input("x", f64({rows, degree + 1})), y = g.input("y", f64({rows, 1}));
  const Value w = g.param("w", f64({degree + 1, 1}));
  g.output("error", mse(matmul(x, w), y));
  return g;
}

/// The weights that L-BFGS finds on the training set.
Tensor fit(std::int64_t degree, const Set& train) {
  const Graph m = model(degree);
  const Executable step = compile(training_step(m, m.outputs()[0].value, lbfgs(1, 5)));
  Tensors data{{"x", train.powers(degree)}, {"y", column(train.y)}};
  for (int i = 0; i < 60; ++i) call(step, data);
  return data["w"];
}

double error(std::int64_t degree, const Tensor& w, const Set& on) {
  return number(results(model(degree), {{"x", on.powers(degree)}, {"y", column(on.y)}, {"w", w}}),
                "error");
}

} // namespace

int main(int argc, char** argv) {
  start(argc, argv);
  draw(model(3));
  Random random(5);
  Set train, validation, test;
  for (int i = 0; i < 100; ++i) validation.add(random), test.add(random);
  std::puts("examples  training error  validation error");
  double first_gap = 0, gap = 0;
  for (const std::size_t n : {6, 12, 25, 50, 200}) {
    while (train.x.size() < n) train.add(random);
    const Tensor w = fit(3, train);
    const double on_train = error(3, w, train), on_validation = error(3, w, validation);
    std::printf("%8zu  %14.4f  %16.4f\n", n, on_train, on_validation);
    gap = on_validation - on_train;
    if (first_gap == 0) first_gap = gap;
  }
  expect("the curves meet", std::fabs(gap) < 0.02 && first_gap > 3 * std::fabs(gap));
  Set few;
  few.x.assign(train.x.begin(), train.x.begin() + 25),
      few.y.assign(train.y.begin(), train.y.begin() + 25);
  std::puts("degree    training error  validation error, with 25 examples");
  std::int64_t best = 0;
  double least = 1e9, before = 1e9;
  for (const std::int64_t degree : {0, 1, 2, 3, 5, 9}) {
    const Tensor w = fit(degree, few);
    const double on_train = error(degree, w, few), on_validation = error(degree, w, validation);
    std::printf("%6d    %14.4f  %16.4f\n", static_cast<int>(degree), on_train, on_validation);
    expect("more freedom fits the training set better", on_train <= before + 1e-3);
    before = on_train;
    if (on_validation < least) least = on_validation, best = degree;
  }
  const double final_error = error(best, fit(best, few), test);
  std::printf("chosen: degree %d; its error on the test set %.4f, the noise's %.4f\n",
              static_cast<int>(best), final_error, noise * noise);
  expect("the cubic is chosen", static_cast<double>(best), 3);
  expect("the test error is near the noise", final_error, noise * noise, 0.03);
  return finish();
}
