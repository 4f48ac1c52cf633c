// Backpropagation as table filling. In a chain of n layers of two units, each fed by both units
// before it, 2^n paths lead from the input to the output. The chain rule written out sums over them
// all; a table of one derivative per node needs each edge once.
#include "test/textbook/textbook.h"

using namespace textbook;

namespace {

Graph chain(int layers, bool with_gradient) {
  Graph g("chain");
  const Value x = g.input("x", f64({}));
  Value a = sin(x), b = cos(x);
  for (int i = 1; i < layers; ++i) {
    const Value sum = a + b;
    a = sin(sum), b = cos(sum);
  }
  const Value y = a + b;
  g.output("y", y);
  if (with_gradient) g.output("slope", grad(y, std::vector{x})[0]);
  return g;
}

/// Bytes that a network of so many layers keeps while it runs.
double memory(int layers, bool with_gradient) {
  Graph g("network");
  Value a = g.input("x", f64({64, 32}));
  std::vector<Value> weights;
  for (int l = 0; l < layers; ++l) {
    weights.push_back(g.param("W" + std::to_string(l), f64({32, 32})));
    a = tanh(matmul(a, weights.back()));
  }
  const Value loss = reduce_sum(a);
  g.output("loss", loss);
  if (with_gradient) {
    const std::vector<Value> slopes = grad(loss, weights);
    for (std::size_t l = 0; l < slopes.size(); ++l) g.output("d" + std::to_string(l), slopes[l]);
  }
  return std::stod(stats(g).workspace);
}

} // namespace

int main(int argc, char** argv) {
  start(argc, argv);
  draw(chain(3, true));
  std::puts("layers  nodes  with derivative        paths");
  const std::size_t forward_of_2 = chain(2, false).live_count(), of_2 = chain(2, true).live_count();
  for (const int n : {2, 10, 20, 40, 80}) {
    const std::size_t forward = chain(n, false).live_count(), both = chain(n, true).live_count();
    std::printf("%6d  %5zu  %15zu  %11.4g\n", n, forward, both, std::pow(2.0, n));
    // Every layer costs as much as any other: the table grows with the edges.
    const double layers = n - 2;
    expect("forward nodes", static_cast<double>(forward),
           static_cast<double>(forward_of_2) + 3 * layers);
    expect("nodes", static_cast<double>(both), static_cast<double>(of_2) + 7 * layers);
  }
  // The derivative is right: the product of the layers' slopes.
  Tensors data{{"x", tensor(0.3)}};
  data = results(chain(20, true), data);
  double value = 0.3, slope = 1;
  for (int i = 0; i < 20; ++i) {
    const double a = std::sin(value), b = std::cos(value);
    slope *= b - a, value = a + b;
  }
  std::printf("20 layers: y = %.6f, slope = %.6g\n", value, slope);
  expect("y", number(data, "y"), value, 1e-12);
  expect("slope", number(data, "slope"), slope, 1e-12 * std::fabs(slope));
  // Time against memory: the table of the forward pass is kept for the backward pass, one row per
  // layer; without derivatives two layers are alive at any time, however many there are.
  const double forward = memory(40, false) / memory(20, false),
               both = memory(40, true) / memory(20, true);
  std::printf(
      "memory of 40 layers beside 20: %.1f times without derivatives, %.1f times with them\n",
      forward, both);
  expect("memory without derivatives", forward, 1, 0.05);
  expect("memory with derivatives", both, 2, 0.15);
  return finish();
}
