// Updates are graphs like any other: what follows from a step can be differentiated through it.
#include <cmath>

#include "eval/complex_step.h"
#include "nngc/autodiff.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/train.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

/// |p|^2 after a step from p towards t, with what the step starts from. `still`: at the minimum,
/// with empty state, so that gradients and their averages are 0.
struct Step {
  Step(const char* optimizer, bool still) {
    Graph model("m");
    const Value p = model.param("p", f64({3})), t = model.input("t", f64({3}));
    graph = training_step(model, reduce_sum(ipow(p - t, 4)) * 0.25, parse_optimizer(optimizer));
    for (const Value v : graph.inputs()) {
      Tensor& x = at.emplace_back(allocate(v.type()));
      if (v.dtype() != DType::F64) continue;
      from.push_back(v);
      const std::string_view name = graph.input_name(v);
      for (double i = 0; double& e : x.data<double>()) {
        e = name == "p" || (name == "t" && still) ? 0.5 + i
            : name == "t"                         ? 0.1 - 0.3 * i
            : still                               ? 0
                                                  : 0.3 + 0.1 * i;
        ++i;
      }
    }
    Value after;
    for (const Output& o : graph.outputs())
      if (o.updates && graph.input_name(o.updates) == "p") after = o.value;
    length = reduce_sum(square(after));
    graph.clear_outputs();
  }
  Graph graph;
  std::vector<Value> from;
  std::vector<Tensor> at;
  Value length;
};

constexpr const char* optimizers[] = {"sgd,decay=0.1,l1=0.1",
                                      "momentum",
                                      "nesterov",
                                      "adagrad",
                                      "rmsprop",
                                      "adadelta",
                                      "adam",
                                      "adamw,decay=0.1",
                                      "lion,decay=0.1",
                                      "lbfgs",
                                      "sgd,clip_norm=0.5",
                                      "sgd,clip_value=0.5",
                                      "adam,schedule=cosine,warmup=3"};

} // namespace

TEST_CASE("derivatives through a step of every optimizer") {
  for (const char* optimizer : optimizers) {
    Step step(optimizer, false);
    const std::vector<Value> slopes = grad(step.length, step.from);
    step.graph.output("length", step.length);
    const Graph plain = step.graph.clone();
    step.graph.clear_outputs();
    for (std::size_t i = 0; i < slopes.size(); ++i)
      step.graph.output("d" + std::to_string(i), slopes[i]);
    const std::vector<Tensor> got = eval(step.graph, std::span<const Tensor>(step.at));

    std::vector<Tensor> along;
    for (const Tensor& x : step.at) along.emplace_back(x.dtype(), x.shape());
    bool any = false;
    for (std::size_t i = 0, k = 0; i < along.size(); ++i) {
      if (along[i].dtype() != DType::F64) continue;
      const auto slope = got[k++].data<double>();
      for (std::size_t e = 0; e < slope.size(); ++e) {
        along[i].data<double>()[e] = 1;
        const double want = complex_step(plain, step.at, along)[0][0];
        along[i].data<double>()[e] = 0;
        INFO(optimizer << ", input " << i << ", element " << e);
        CHECK(std::fabs(slope[e] - want) <= 1e-12 * std::max(1.0, std::fabs(want)));
        any |= want != 0;
      }
    }
    CHECK(any);
  }
}

TEST_CASE("derivatives through a step are finite where there is no gradient, at orders 1 and 2") {
  for (const char* optimizer : optimizers) {
    Step step(optimizer, true);
    std::vector<Value> slopes = grad(step.length, step.from);
    Value sum;
    for (const Value d : slopes) sum = sum ? sum + reduce_sum(d) : reduce_sum(d);
    for (const Value d : grad(sum, step.from)) slopes.push_back(d);
    for (std::size_t i = 0; i < slopes.size(); ++i)
      step.graph.output("d" + std::to_string(i), slopes[i]);
    for (const Tensor& d : eval(step.graph, std::span<const Tensor>(step.at)))
      for (const double e : d.data<double>()) {
        INFO(optimizer << ": " << e);
        CHECK(std::isfinite(e));
      }
  }
}
