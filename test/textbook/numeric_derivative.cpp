// The numeric derivative (f(x+h) - f(x-h)) / 2h against the symbolic one: a large h is wrong by
// h^2, a small one by rounding over h; the best is near the third root of the last bit. The
// symbolic derivative has no h.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("function");
  const Value x = g.input("x", f64({}));
  const Value y = exp(sin(x)) / x;
  g.output("y", y);
  g.output("slope", grad(y, std::vector{x})[0]);
  draw(g);
  show(g);

  const Executable f = compile(g);
  const auto at = [&](double where, const char* what) {
    Tensors data{{"x", tensor(where)}};
    call(f, data);
    return number(data, what);
  };
  const double here = 1.5, slope = at(here, "slope");
  const double s = std::exp(std::sin(here));
  expect("the symbolic derivative", slope, s * (std::cos(here) / here - 1 / (here * here)), 1e-15);
  std::printf("at 1.5: slope %.12f\n", slope);
  double best = 1, best_h = 0;
  Numbers errors;
  for (int k = 1; k <= 13; k += 2) {
    const double h = std::pow(10.0, -k);
    const double error = std::fabs((at(here + h, "y") - at(here - h, "y")) / (2 * h) - slope);
    std::printf("h = 1e-%02d: error about 1e%+03.0f\n", k, std::round(std::log10(error)));
    errors.push_back(error);
    if (error < best) best = error, best_h = h;
  }
  expect("the best h is near 1e-5", best_h >= 1e-7 && best_h <= 1e-5);
  expect("a hundredth of h has a ten-thousandth of the error", errors[0] / errors[1], 1e4, 2e3);
  expect("a tiny h is bad", errors.back() > 1e4 * best);
  return finish();
}
