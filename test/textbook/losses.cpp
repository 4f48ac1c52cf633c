// Mean square, mean absolute and smooth absolute error, and what one wild example does to them: the
// constant with the least square error is the mean, with the least absolute error the median.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("losses");
  const Value p = g.param("p", f64({5})), t = g.input("t", f64({5}));
  const std::vector<std::pair<const char*, Value>> losses = {
      {"mse", mse(p, t)}, {"mae", mae(p, t)}, {"smooth", smooth_l1(p, t, 1)}};
  for (const auto& [name, loss] : losses) {
    g.output(name, loss);
    g.output(std::string(name) + "_slope", grad(loss, std::vector{p})[0]);
  }
  Graph picture("smooth_absolute_error");
  const Value a = picture.input("p", f64({})), b = picture.input("t", f64({}));
  const Value smooth = smooth_l1(a, b, 1);
  picture.output("loss", smooth);
  picture.output("slope", grad(smooth, std::vector{a})[0]);
  draw(picture);
  std::puts("the smooth absolute error and its derivative:");
  show(picture);

  const Tensors r =
      results(g, {{"p", tensor({5}, {0.5, -0.5, 2, 0, 0})}, {"t", tensor({5}, {0, 0, 0, 0, -4})}});
  for (const auto& [name, loss] : losses) {
    const Numbers d = numbers(r.at(std::string(name) + "_slope"));
    std::printf("errors 0.5, -0.5, 2, 0, 4: %-6s = %.3f, slopes (%.2f, %.2f, %.2f, %.2f, %.2f)\n",
                name, number(r, name), d[0], d[1], d[2], d[3], d[4]);
  }
  expect("MSE", number(r, "mse"), 20.5 / 5);
  expect("MAE", number(r, "mae"), 7.0 / 5);
  expect("smooth", number(r, "smooth"), (0.125 + 0.125 + 1.5 + 0 + 3.5) / 5);
  expect("MSE'", numbers(r.at("mse_slope")), {0.2, -0.2, 0.8, 0, 1.6});
  expect("MAE'", numbers(r.at("mae_slope")), {0.2, -0.2, 0.2, 0, 0.2});
  expect("smooth'", numbers(r.at("smooth_slope")), {0.1, -0.1, 0.2, 0, 0.2});

  // One constant c for 1, 2, 3, 4, 100: descent with shrinking steps.
  for (const auto& [name, best] : {std::pair{"mse", 22.0}, std::pair{"mae", 3.0}}) {
    Graph model("constant");
    const Value c = model.param("c", f64({})), rate = model.input("rate", f64({}));
    const Value t5 = model.input("t", f64({5}));
    const Value loss =
        name[1] == 's' ? mse(broadcast_to(c, {5}), t5) : mae(broadcast_to(c, {5}), t5);
    const Value slope = grad(loss, std::vector{c})[0];
    model.update(c, c - rate * slope);
    const Executable step = compile(model);
    Tensors data{{"t", tensor({5}, {1, 2, 3, 4, 100})}, {"c", tensor(10)}};
    for (int k = 1; k <= 2000; ++k) {
      data["rate"] = tensor(name[1] == 's' ? 0.1 : 10.0 / k);
      call(step, data);
    }
    std::printf("the best constant for 1, 2, 3, 4, 100 by %s: %.2f\n", name, number(data, "c"));
    expect(name, number(data, "c"), best, 0.01);
  }
  return finish();
}
