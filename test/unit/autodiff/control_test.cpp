// Derivatives of scan, while, cond and call: to order 3 against the complex step, which knows no
// rule, in both modes; and loops against the same steps written out.
#include <array>
#include <cmath>

#include "ir/graph_data.h"
#include "nngc/autodiff.h"
#include "nngc/control.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/text.h"
#include "test/support/catch.h"
#include "test/support/control_models.h"

using namespace nngc;
using namespace nngc::test;

namespace {

double sum_of_products(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::int64_t k = 0; k < a[i].size(); ++k)
      sum += a[i].data<double>()[static_cast<std::size_t>(k)] *
             b[i].data<double>()[static_cast<std::size_t>(k)];
  return sum;
}

/// The derivative of `loss` along `along`: by the complex step, and by the rules in both modes.
void check_slope(const Graph& original, const std::vector<Tensor>& at,
                 const std::vector<Tensor>& along) {
  Graph g = original.clone();
  const Value loss = g.outputs()[0].value;
  const std::vector<Value> wrt = g.inputs();
  const double wanted = complex_step(original, at, along)[0][0];
  const std::vector<Value> gradients = grad(loss, wrt);
  Graph forward = original.clone();
  g.clear_outputs();
  for (std::size_t i = 0; i < wrt.size(); ++i) g.output("d" + std::to_string(i), gradients[i]);
  verify(g);
  const double reverse = sum_of_products(eval(g, at), along);
  CHECK(std::fabs(reverse - wanted) <= 1e-12 * (1 + std::fabs(wanted)));
  std::vector<Value> tangents;
  const std::vector<Value> inputs = forward.inputs();
  for (const Tensor& t : along) tangents.push_back(constant(forward, t));
  const std::array outputs{forward.outputs()[0].value};
  const Value moved = jvp(outputs, inputs, tangents)[0];
  forward.clear_outputs();
  forward.output("t", moved);
  verify(forward);
  CHECK(std::fabs(eval(forward, at)[0].data<double>()[0] - wanted) <=
        1e-12 * (1 + std::fabs(wanted)));
}

/// <gradient, v> for a fixed v: the loss whose derivative is the next order's.
Graph projected(const Graph& original, unsigned seed) {
  Graph g = original.clone();
  const std::vector<Value> wrt = g.inputs();
  const std::vector<Value> gradients = grad(g.outputs()[0].value, wrt);
  Value sum = g.scalar(DType::F64, 0);
  for (std::size_t i = 0; i < wrt.size(); ++i)
    sum = sum +
          reduce_sum(gradients[i] *
                     constant(g, uniform_f64(wrt[i].type(), seed + 7 * static_cast<unsigned>(i))));
  g.clear_outputs();
  g.output("loss", sum);
  return g;
}

} // namespace

TEST_CASE("control flow: derivatives to order 3 are those of the complex step", "[control]") {
  for (const ControlModel& model : control_models()) {
    Graph g = model.build(DType::F64);
    std::vector<Tensor> at, along;
    unsigned seed = 1;
    for (Value v : g.inputs()) {
      at.push_back(uniform_f64(v.type(), ++seed));
      along.push_back(uniform_f64(v.type(), ++seed + 100));
    }
    for (int order = 1; order <= 3; ++order) {
      INFO(model.name << ", order " << order);
      check_slope(g, at, along);
      if (order < 3) g = projected(g, 10 * static_cast<unsigned>(order));
    }
  }
}

TEST_CASE("control flow: a loop is what its steps are, written out", "[control]") {
  for (const ControlModel& model : control_models()) {
    if (!model.unrolled) continue;
    INFO(model.name);
    const Graph loop = model.build(DType::F64), steps = model.unrolled(DType::F64);
    std::vector<Tensor> at;
    unsigned seed = 40;
    for (Value v : loop.inputs()) at.push_back(uniform_f64(v.type(), ++seed));
    const double first = eval(loop, at)[0].data<double>()[0],
                 second = eval(steps, at)[0].data<double>()[0];
    CHECK(std::fabs(first - second) <= 1e-15 * (1 + std::fabs(second))); // ys are summed otherwise
    Graph a = projected(loop, 5), b = projected(steps, 5);
    for (int order = 1; order <= 2; ++order) {
      const double x = eval(a, at)[0].data<double>()[0], y = eval(b, at)[0].data<double>()[0];
      CHECK(std::fabs(x - y) <= 1e-12 * (1 + std::fabs(y)));
      if (order == 1) a = projected(a, 6), b = projected(b, 6);
    }
  }
}

TEST_CASE("control flow reads back as it was printed", "[control]") {
  for (const ControlModel& model : control_models()) {
    INFO(model.name);
    const Graph g = projected(model.build(DType::F64), 3);
    const std::string text = print(g);
    CHECK(print(parse(text, "round.nng")) == text);
  }
}
