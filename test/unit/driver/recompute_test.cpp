// What a layer leaves for its backward pass: large values that take a few instructions are computed
// again there, and come out as the interpreter has them.
#include <cmath>
#include <random>

#include "nngc/autodiff.h"
#include "nngc/compiler.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

constexpr std::int64_t rows = 128, width = 144; // arrays that do not stay in the first cache

/// Two layers with gelu written out, their gradients, and a weight that is updated with its own.
Graph layers(const Dim& batch) {
  Graph g;
  Value h = g.input("x", {DType::F64, {batch, Dim(width)}});
  std::vector<Value> weights;
  for (const char* name : {"u", "w"}) {
    weights.push_back(g.param(name, f64({width, width})));
    const Value a = matmul(h, weights.back()) * 0.1;
    h = a * 0.5 * (tanh(a * (min(square(a), 64.0) * 0.0357 + 0.798)) + 1.0);
  }
  const std::vector<Value> slopes = grad(reduce_sum(square(h)), weights);
  g.output("h", h);
  g.output("du", slopes[0]);
  g.update(weights[1], weights[1] - slopes[1] * 0.01);
  return g;
}

double worst(const Tensor& a, std::span<const double> b) {
  double difference = 0, largest = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    difference = std::max(difference, std::fabs(a.data<double>()[i] - b[i]));
    largest = std::max(largest, std::fabs(b[i]));
  }
  return difference / largest;
}

} // namespace

TEST_CASE("what is computed again is what was left") {
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  const auto drawn = [&](std::int64_t n) {
    std::vector<double> v(static_cast<std::size_t>(n));
    for (double& x : v) x = normal(random);
    return v;
  };
  const std::vector<double> x = drawn(rows * width), u = drawn(width * width),
                            w0 = drawn(width * width);
  const std::vector<Tensor> in{Tensor::of<double>({rows, width}, x),
                               Tensor::of<double>({width, width}, u),
                               Tensor::of<double>({width, width}, w0)};
  const std::vector<Tensor> expected = eval(layers(rows), in);
  for (const Dim& batch : {Dim(rows), Dim::symbol("batch")}) {
    const Executable f = compile(layers(batch));
    INFO("batch " << batch.str());
    std::vector<double> h(x.size()), du(u.size()), w = w0;
    f.run({{"x", x}, {"u", u}, {"w", w}, {"h", h}, {"du", du}});
    CHECK(worst(expected[0], h) <= 1e-13);
    CHECK(worst(expected[1], du) <= 1e-13);
    CHECK(worst(expected[2], w) <= 1e-13);
  }
  // Of either layer the sum and its tanh are kept, and h of the first: 5 arrays, and a few that are
  // made on the way back.
  const std::size_t arrays =
      compile(layers(rows)).workspace_bytes() / (rows * width * sizeof(double));
  CHECK(arrays <= 8);
}
