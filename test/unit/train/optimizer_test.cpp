// Optimizers as graphs, run by the interpreter for some steps, against the same mathematics written
// as loops.
#include <cmath>
#include <map>

#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/text.h"
#include "nngc/train.h"
#include "test/support/catch.h"

using namespace nngc;
using test::Approx;

namespace {

constexpr int n = 3;
constexpr double start[n] = {0.5, -2, 3}, target[n] = {1, 1, -1};

// f(p) = sum (p - target)^2, so the gradient is 2 (p - target).
Graph model(DType dtype) {
  Graph g("m");
  const Value p = g.param("p", {dtype, {n}});
  const Value t = g.input("t", {dtype, {n}});
  g.output("loss", reduce_sum(square(p - t)));
  return g;
}

Tensor tensor(DType dtype, const double* values) {
  Tensor t(dtype, {n});
  for (std::size_t i = 0; i < n; ++i) {
    if (dtype == DType::F64)
      t.data<double>()[i] = values[i];
    else if (dtype == DType::BF16)
      t.data<std::uint16_t>()[i] = to_bf16(static_cast<float>(values[i]));
    else
      t.data<float>()[i] = static_cast<float>(values[i]);
  }
  return t;
}

double at(const Tensor& t, std::size_t i) {
  if (t.dtype() == DType::F64) return t.data<double>()[i];
  if (t.dtype() == DType::BF16) return from_bf16(t.data<std::uint16_t>()[i]);
  return t.data<float>()[i];
}

// The parameters after `steps` steps of the graph.
Tensor run(const Optimizer& optimizer, int steps, DType dtype = DType::F64) {
  const Graph m = model(dtype);
  const Graph g = training_step(m, m.outputs()[0].value, optimizer);
  verify(g);
  std::map<std::string, Tensor> values = {{"p", tensor(dtype, start)},
                                          {"t", tensor(dtype, target)}};
  for (const Value v : g.inputs()) {
    if (g.input_role(v) != Role::State) continue;
    values.emplace(g.input_name(v), allocate(v.type()));
  }
  for (int s = 0; s < steps; ++s) {
    std::vector<NamedTensor> inputs;
    for (const auto& [name, value] : values) inputs.push_back({name, value});
    const std::vector<Tensor> results = eval(g, inputs);
    for (std::size_t i = 0; i < results.size(); ++i)
      if (g.outputs()[i].updates) values[g.outputs()[i].name] = results[i];
  }
  return values["p"];
}

template <class Rule> void compare(const Optimizer& optimizer, Rule rule) {
  const int steps = 7;
  const Tensor got = run(optimizer, steps);
  for (std::size_t i = 0; i < n; ++i) {
    double p = start[i], m = 0, v = 0;
    for (int s = 1; s <= steps; ++s) rule(p, 2 * (p - target[i]), m, v, s);
    CHECK(at(got, i) == Approx(p).epsilon(1e-6)); // the corrections are made of an f32 step number
  }
}

} // namespace

TEST_CASE("sgd and momentum") {
  compare(sgd(0.1), [](double& p, double g, double&, double&, int) { p -= 0.1 * g; });
  Optimizer decaying = sgd(0.1);
  decaying.decay = 0.3;
  compare(decaying, [](double& p, double g, double&, double&, int) { p -= 0.1 * (g + 0.3 * p); });
  compare(momentum(0.05, 0.8), [](double& p, double g, double& m, double&, int) {
    m = 0.8 * m + g;
    p -= 0.05 * m;
  });
}

TEST_CASE("adam and adamw") {
  const auto step = [](double& p, double g, double& m, double& v, int s) {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    p -= 0.02 * (m / (1 - std::pow(0.9, s))) / (std::sqrt(v / (1 - std::pow(0.999, s))) + 1e-8);
  };
  compare(adam(0.02), step);
  compare(adamw(0.02, 0.4), [&](double& p, double g, double& m, double& v, int s) {
    p *= 1 - 0.02 * 0.4;
    step(p, g, m, v, s);
  });
}

TEST_CASE("16-bit parameters keep their state in f32") {
  const Graph m = model(DType::BF16);
  const Graph g = training_step(m, m.outputs()[0].value, adam());
  CHECK(g.find_input("p_m").type().str() == "f32[3]");
  const Tensor got = run(adam(0.25), 1, DType::BF16);
  CHECK(at(got, 0) == Approx(0.75).epsilon(0.01)); // the first step of Adam is lr long
}

TEST_CASE("the model is left as it is, and mistakes are named") {
  Graph m = model(DType::F32);
  const std::string before = print(m);
  CHECK(training_step(m, m.outputs()[0].value, sgd()).outputs().size() == 2);
  CHECK(print(m) == before);
  Graph other("other");
  other.output("loss", other.input("x", f32({})));
  NNGC_CHECK_THROWS(training_step(m, other.outputs()[0].value, sgd()), Error,
                    "not a value of the model");
  NNGC_CHECK_THROWS(training_step(other, other.outputs()[0].value, sgd()), Error, "no parameter");
}

TEST_CASE("optimizers as text") {
  const Optimizer o = parse_optimizer("adamw,lr=3e-4,beta2=0.95,decay=0.1");
  CHECK(o.kind == Optimizer::Kind::AdamW);
  CHECK(o.lr == 3e-4);
  CHECK(o.beta2 == 0.95);
  CHECK(o.decay == 0.1);
  CHECK(parse_optimizer(o.str()).str() == o.str());
  CHECK(parse_optimizer("sgd").lr == 0.01);
  NNGC_CHECK_THROWS(parse_optimizer("adams"), Error, "there is no 'adams'");
  NNGC_CHECK_THROWS(parse_optimizer("sgd,momentum=1"), Error, "sgd has no setting 'momentum'");
  NNGC_CHECK_THROWS(parse_optimizer("sgd,lr"), Error, "'lr' is not of the form");
  NNGC_CHECK_THROWS(parse_optimizer("sgd,lr=1x"), Error, "'1x' is not a number");
  for (const char* text : {"adam,beta1=1", "adam,beta2=1.5", "adamw,beta1=-0.1"})
    NNGC_CHECK_THROWS(parse_optimizer(text), Error, "must be at least 0 and below 1");
  NNGC_CHECK_THROWS(parse_optimizer("adam,eps=-1"), Error, "eps=-1 must be at least 0");
  NNGC_CHECK_THROWS(parse_optimizer("sgd,lr=inf"), Error, "'inf' is not a number");
  NNGC_CHECK_THROWS(parse_optimizer("sgd,"), Error, "'' is not of the form");
  NNGC_CHECK_THROWS(parse_optimizer(""), Error, "there is no ''");
}
