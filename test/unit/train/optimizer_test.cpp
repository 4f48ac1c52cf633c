// Optimizers as graphs, run by the interpreter for some steps, against the same mathematics written
// as loops.
#include <algorithm>
#include <cmath>
#include <map>

#include "nngc/eval.h"
#include "nngc/layers.h"
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

TEST_CASE("nesterov, adagrad, rmsprop, adadelta, lion as published") {
  compare(nesterov(0.05, 0.8), [](double& p, double g, double& m, double&, int) {
    m = 0.8 * m + g;
    p -= 0.05 * (g + 0.8 * m);
  });
  compare(adagrad(0.3), [](double& p, double g, double&, double& v, int) {
    v += g * g;
    p -= 0.3 * g / (std::sqrt(v) + 1e-10);
  });
  compare(rmsprop(0.05, 0.8), [](double& p, double g, double&, double& v, int) {
    v = 0.8 * v + 0.2 * g * g;
    p -= 0.05 * g / (std::sqrt(v) + 1e-8);
  });
  compare(adadelta(1, 0.9), [](double& p, double g, double& u, double& v, int) {
    v = 0.9 * v + 0.1 * g * g;
    const double change = std::sqrt(u + 1e-6) / std::sqrt(v + 1e-6) * g;
    u = 0.9 * u + 0.1 * change * change;
    p -= change;
  });
  compare(lion(0.1, 0.3), [](double& p, double g, double& m, double&, int) {
    const double way = 0.9 * m + 0.1 * g;
    p -= 0.1 * ((way > 0 ? 1 : way < 0 ? -1 : 0) + 0.3 * p);
    m = 0.99 * m + 0.01 * g;
  });
}

TEST_CASE("schedules change the learning rate with the steps") {
  const auto check = [](const char* text, auto factor) {
    const Optimizer o = parse_optimizer(text);
    compare(o, [&](double& p, double g, double&, double&, int s) {
      p -= 0.1 * factor(static_cast<double>(s - 1)) * g;
    });
  };
  check("sgd,lr=0.1,schedule=step,steps=2,rate=0.5",
        [](double k) { return std::pow(0.5, std::floor(k / 2)); });
  check("sgd,lr=0.1,schedule=exponential,steps=3,rate=0.25",
        [](double k) { return std::pow(0.25, k / 3); });
  check("sgd,lr=0.1,schedule=cosine,steps=4,least=0.1", [](double k) {
    return 0.1 + 0.9 * (1 + std::cos(std::acos(-1.0) * std::min(k, 4.0) / 4)) / 2;
  });
  check("sgd,lr=0.1,schedule=inverse,offset=3", [](double k) { return 1 / (k + 3); });
  check("sgd,lr=0.1,warmup=4", [](double k) { return std::min((k + 1) / 4, 1.0); });
  check("sgd,lr=0.1,schedule=inverse,offset=1,warmup=3",
        [](double k) { return std::min((k + 1) / 3, 1.0) / (std::max(k - 3, 0.0) + 1); });
  // The same with an optimizer that counts steps itself, and decays by the rate.
  const Optimizer o = parse_optimizer("adamw,lr=0.02,decay=0.4,schedule=step,steps=2,rate=0.5");
  compare(o, [](double& p, double g, double& m, double& v, int s) {
    const double lr = 0.02 * std::pow(0.5, std::floor((s - 1) / 2));
    p *= 1 - lr * 0.4;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    p -= lr * (m / (1 - std::pow(0.9, s))) / (std::sqrt(v / (1 - std::pow(0.999, s))) + 1e-8);
  });
}

TEST_CASE("clipping and penalties") {
  compare(parse_optimizer("sgd,lr=0.1,clip_value=1.5"),
          [](double& p, double g, double&, double&, int) { p -= 0.1 * std::clamp(g, -1.5, 1.5); });
  compare(parse_optimizer("sgd,lr=0.1,l1=0.3,decay=0.2"),
          [](double& p, double g, double&, double&, int) {
            p -= 0.1 * (g + 0.2 * p + 0.3 * (p > 0 ? 1 : -1));
          });
  // The norm of all gradients together: a first step of length lr * clip.
  const Tensor one = run(parse_optimizer("sgd,lr=0.1,clip_norm=2"), 1);
  double length = 0;
  for (std::size_t i = 0; i < n; ++i) length += std::pow(at(one, i) - start[i], 2);
  CHECK(std::sqrt(length) == Approx(0.2));
  CHECK(at(one, 1) - start[1] == Approx(0.2 * 6 / std::sqrt(1 + 36 + 64)));
  CHECK(at(run(parse_optimizer("sgd,lr=0.1,clip_norm=100"), 1), 0) == Approx(start[0] + 0.1));

  Graph g;
  const Value a = g.param("a", f64({2})), b = g.param("b", f64({}));
  g.output("l1", l1_penalty(std::vector{a, b}, 0.5));
  g.output("l2", l2_penalty(std::vector{a, b}, 0.5));
  const auto clipped = clip_by_global_norm(std::vector{a, b}, 2);
  g.output("first", clipped[0]);
  g.output("second", clip_by_value(std::vector{b}, 10)[0]);
  const double values[2] = {2, -3};
  for (const double zero : {1.0, 0.0}) {
    Tensor vector =
        Tensor::of<double>({2}, std::vector<double>{zero * values[0], zero * values[1]});
    Tensor last = Tensor::of<double>({}, std::vector<double>{zero * 6});
    const auto r = eval(g, std::vector<Tensor>{vector, last});
    CHECK(at(r[0], 0) == Approx(zero * 5.5));
    CHECK(at(r[1], 0) == Approx(zero * 12.25));
    CHECK(at(r[2], 1) == Approx(zero * -3 * 2 / 7.0));
    CHECK(at(r[3], 0) == zero * 6);
  }
}

TEST_CASE("lbfgs is the two-loop recursion, and solves a quadratic in a few steps") {
  // f(p) = sum c (p - target)^2 with very different c: descent would take thousands of steps.
  const double c[n] = {1, 40, 0.05};
  Graph m("m");
  const Value p = m.param("p", f64({n})), q = m.param("q", f64({n}));
  const Value weights = constant(m, tensor(DType::F64, c));
  const Value goal = constant(m, tensor(DType::F64, target));
  const Value loss = reduce_sum(weights * square(p - goal)) + reduce_sum(square(square(q)));
  const Graph g = training_step(m, loss, lbfgs(1, 3));
  std::map<std::string, Tensor> values;
  for (const Value v : g.inputs()) values.emplace(g.input_name(v), allocate(v.type()));
  values["p"] = tensor(DType::F64, start), values["q"] = tensor(DType::F64, target);

  std::vector<std::vector<double>> s, y; // of the plain loop: both parameters, one after the other
  std::vector<double> x(start, start + n), before, slope_before;
  x.insert(x.end(), target, target + n);
  const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  };
  for (int step = 0; step < 25; ++step) {
    std::vector<NamedTensor> inputs;
    for (const auto& [name, value] : values) inputs.push_back({name, value});
    const std::vector<Tensor> results = eval(g, inputs);
    for (std::size_t i = 0; i < results.size(); ++i)
      if (g.outputs()[i].updates) values[g.outputs()[i].name] = results[i];

    std::vector<double> slope;
    for (std::size_t i = 0; i < n; ++i) slope.push_back(2 * c[i] * (x[i] - target[i]));
    for (std::size_t i = n; i < 2 * n; ++i) slope.push_back(4 * x[i] * x[i] * x[i]);
    if (step > 0) {
      std::vector<double> ds, dy;
      for (std::size_t i = 0; i < x.size(); ++i)
        ds.push_back(x[i] - before[i]), dy.push_back(slope[i] - slope_before[i]);
      if (dot(ds, dy) > 0) s.push_back(ds), y.push_back(dy);
      if (s.size() > 3) s.erase(s.begin()), y.erase(y.begin());
    }
    std::vector<double> way = slope, alpha(s.size());
    for (std::size_t k = s.size(); k-- > 0;) {
      alpha[k] = dot(s[k], way) / dot(s[k], y[k]);
      for (std::size_t i = 0; i < way.size(); ++i) way[i] -= alpha[k] * y[k][i];
    }
    double magnitude = 0;
    for (const double d : slope) magnitude += std::fabs(d);
    const double size = s.empty() ? 1 / std::max(magnitude, 1.0)
                                  : dot(s.back(), y.back()) / dot(y.back(), y.back());
    for (double& d : way) d *= size;
    for (std::size_t k = 0; k < s.size(); ++k) {
      const double beta = dot(y[k], way) / dot(s[k], y[k]);
      for (std::size_t i = 0; i < way.size(); ++i) way[i] += s[k][i] * (alpha[k] - beta);
    }
    before = x, slope_before = slope;
    for (std::size_t i = 0; i < x.size(); ++i) x[i] -= way[i];
    if (step > 8) continue; // rounding goes its own ways later
    for (std::size_t i = 0; i < n; ++i) {
      INFO("step " << step << ", element " << i);
      CHECK(at(values["p"], i) == Approx(x[i]).epsilon(1e-7).margin(1e-9));
      CHECK(at(values["q"], i) == Approx(x[n + i]).epsilon(1e-7).margin(1e-9));
    }
  }
  for (std::size_t i = 0; i < n; ++i) CHECK(at(values["p"], i) == Approx(target[i]).margin(0.05));
}

TEST_CASE("a step keeps what the model updates itself") {
  Graph m("m");
  const Value p = m.param("p", f32({2})), x = m.input("x", f32({3, 2}));
  const Value mean = m.state("mean", f32({2})), variance = m.state("variance", f32({2}));
  const BatchNorm b = batch_norm_training(x, p, p, mean, variance);
  m.update(mean, b.mean);
  m.update(variance, b.variance);
  const Graph g = training_step(m, reduce_sum(b.y), sgd());
  std::vector<std::string> updated;
  for (const Output& o : g.outputs()) updated.push_back(o.name);
  CHECK(updated == std::vector<std::string>{"loss", "p", "mean", "variance"});
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
  for (const char* name : {"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam",
                           "adamw", "lion", "lbfgs"})
    CHECK(parse_optimizer(parse_optimizer(name).str()).str() == parse_optimizer(name).str());
  const char* all = "lion,lr=0.5,beta1=0.8,beta2=0.7,decay=0.1,l1=0.2,clip_value=3,clip_norm=2,"
                    "schedule=cosine,steps=10,least=0.5,warmup=4";
  CHECK(parse_optimizer(all).str() == all);
  CHECK(parse_optimizer("lbfgs,history=4").history == 4);
  NNGC_CHECK_THROWS(parse_optimizer("lbfgs,history=0.5"), Error, "must be a number from 1 to 100");
  NNGC_CHECK_THROWS(parse_optimizer("sgd,schedule=fast"), Error, "there is no schedule 'fast'");
  NNGC_CHECK_THROWS(parse_optimizer("sgd,steps=10"), Error, "sgd has no setting 'steps'");
  NNGC_CHECK_THROWS(parse_optimizer("sgd,schedule=step,steps=0"), Error, "must be above 0");
  NNGC_CHECK_THROWS(parse_optimizer("sgd,"), Error, "'' is not of the form");
  NNGC_CHECK_THROWS(parse_optimizer(""), Error, "there is no ''");
}

TEST_CASE("a step follows the gradient of the loss in its stable form") {
  Graph m("m");
  const Value z = m.param("p", f32({3}));
  m.output("loss", -reduce_sum(log(exp(z) / reduce_sum(exp(z), {0}, true)) * full(m, f32({3}), 1)));
  const Graph g = training_step(m, m.outputs()[0].value, sgd(1));
  Tensor p(DType::F32, {3});
  p.data<float>()[0] = 200, p.data<float>()[1] = -200; // as written exp(200) is inf, exp(-200) 0
  const std::vector<Tensor> out = eval(g, std::array{p});
  CHECK(out[0].data<float>()[0] == 600);
  CHECK(out[1].data<float>()[0] == 198); // 200 - (3 * 1 - 1)
  CHECK(out[1].data<float>()[1] == -199);
  CHECK(out[1].data<float>()[2] == 1);
}

TEST_CASE("a training step keeps the model's results that are asked for, as of before the update") {
  Graph m("m");
  const Value p = m.param("p", f64({n})), t = m.input("t", f64({n}));
  const Value off = p - t, loss = reduce_sum(square(off));
  m.output("off", off);
  m.output("worst", reduce_max(abs(off)));
  CHECK(training_step(m, loss, sgd(0.25)).outputs().size() == 2); // loss and p
  const Graph g = training_step(m, loss, sgd(0.25), {"worst", "off"});
  verify(g);
  const auto outputs = g.outputs();
  REQUIRE(outputs.size() == 4);
  CHECK((outputs[0].name == "loss" && outputs[1].name == "worst" && outputs[2].name == "off"));
  const std::vector<Tensor> inputs = {tensor(DType::F64, start), tensor(DType::F64, target)};
  const std::vector<Tensor> results = eval(g, std::span<const Tensor>(inputs));
  CHECK(at(results[0], 0) == Approx(0.25 + 9 + 16));
  CHECK(at(results[1], 0) == 4);
  for (std::size_t i = 0; i < n; ++i) {
    CHECK(at(results[2], i) == start[i] - target[i]);
    CHECK(at(results[3], i) == Approx(start[i] - 0.5 * (start[i] - target[i])));
  }
}
