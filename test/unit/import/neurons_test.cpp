/// Neuron graphs: a random net gives what its neurons give one by one, in any order of computation.
#include "nngc/neurons.h"

#include <cmath>

#include "nngc/autodiff.h"
#include "nngc/compiler.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/text.h"
#include "nngc/train.h"
#include "test/support/catch.h"
#include "test/unit/import/random_net.h"

using namespace nngc;
using namespace nngc::test;

namespace {

constexpr std::int64_t rows = 3;

Tensor inputs_of(const NeuronGraph& net, Random& random) {
  std::int64_t n = 0;
  for (const Neuron& neuron : net.neurons) n += neuron.role == NeuronRole::Input ? 1 : 0;
  Tensor x(DType::F64, {rows, n});
  for (double& v : x.data<double>()) v = random.real();
  return x;
}

/// Row by row, neuron by neuron.
std::vector<double> plain(const NeuronGraph& net, const Tensor& x) {
  std::vector<double> result;
  const auto width = static_cast<std::size_t>(x.shape()[1]);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    const std::vector<double> values =
        one_by_one(net, x.data<double>().subspan(row * width, width));
    for (std::size_t i = 0; i < values.size(); ++i)
      if (net.neurons[i].role == NeuronRole::Output) result.push_back(values[i]);
  }
  return result;
}

double worst(std::span<const double> got, const std::vector<double>& wanted) {
  REQUIRE(got.size() == wanted.size());
  double most = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    most = std::max(most, std::abs(got[i] - wanted[i]) / std::max(1.0, std::abs(wanted[i])));
  return most;
}

std::vector<double> interpreted(const Graph& g, const Tensor& x, const NeuronWeights& weights) {
  std::vector<NamedTensor> named{{"x", x}};
  for (const auto& [name, t] : weights) named.push_back({name, t});
  const Tensor y = std::move(eval(g, named)[0]);
  return {y.data<double>().begin(), y.data<double>().end()};
}

} // namespace

TEST_CASE("neurons: random nets as layers give what the neurons give one by one", "[neurons]") {
  std::size_t masked = 0, dense = 0, gathered = 0, deep = 0;
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    const NeuronGraph net = random_net(random, 1 + seed * 71 % 200);
    const Tensor x = inputs_of(net, random);
    const std::vector<double> wanted = plain(net, x);
    const Graph params = neurons_to_graph(net, {.dtype = DType::F64});
    const NeuronWeights weights = neuron_weights(net, DType::F64);
    CHECK(worst(interpreted(params, x, weights), wanted) < 1e-12);
    const Graph constants = neurons_to_graph(net, {.dtype = DType::F64, .constants = true});
    CHECK(worst(interpreted(constants, x, {}), wanted) < 1e-12);
    CHECK(constants.inputs().size() == 1);
    const std::string text = print(params);
    const bool mask = text.find("= mul %w") != std::string::npos;
    masked += mask ? 1 : 0;
    dense += mask ? 0 : 1;
    gathered += text.find("= gather ") != std::string::npos ? 1 : 0;
    deep += weights.size() > 20 ? 1 : 0;
    // And through DOT.
    const std::string dot = write_neurons(net);
    const NeuronGraph again = read_neurons(dot);
    CHECK(write_neurons(again) == dot);
    CHECK(print(neurons_to_graph(again, {.dtype = DType::F64, .constants = true})) ==
          print(constants));
  }
  // The draws reach every way to build a layer.
  CHECK(masked > 20);
  CHECK(dense > 5);
  CHECK(gathered > 5);
  CHECK(deep > 20);
}

TEST_CASE("neurons: compiled, with and without parameters", "[neurons]") {
  for (std::uint64_t seed = 1000; seed < 1004; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    const NeuronGraph net = random_net(random, 10 * (seed % 1000 + 1));
    const Tensor x = inputs_of(net, random);
    const std::vector<double> wanted = plain(net, x);
    for (const bool constants : {false, true}) {
      const Graph g = neurons_to_graph(net, {.dtype = DType::F64, .constants = constants});
      const Executable f = compile(g, {.opt_level = constants ? 2 : 0});
      Tensors tensors = constants ? Tensors{} : neuron_weights(net, DType::F64);
      tensors.emplace("x", x);
      tensors.emplace("y", Tensor(DType::F64, {rows, extent_of(wanted) / rows}));
      f.run(bind_arguments(f, tensors));
      CHECK(worst(tensors.at("y").data<double>(), wanted) < 1e-12);
    }
  }
}

TEST_CASE("neurons: training moves edges that are there and makes no others", "[neurons]") {
  std::size_t moved = 0, absent = 0;
  for (std::uint64_t seed = 2000; seed < 2004; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    NeuronGraph net = random_net(random, 25, true);
    const Graph model = neurons_to_graph(net, {.dtype = DType::F64});
    Graph g = model.clone();
    const Value y{g.data(), model.outputs()[0].value.id()};
    const Value loss = mse(y, g.input("target", y.type()));
    for (const std::string optimizer : {"sgd,lr=0.01", "adamw,lr=0.01,decay=0.1"}) {
      const Executable step =
          compile(training_step(g, loss, parse_optimizer(optimizer)), {.opt_level = 0});
      const DimValues batch{{"batch", rows}};
      Tensors tensors = neuron_weights(net, DType::F64);
      const NeuronWeights before = tensors;
      for (auto& [name, t] : initial_values(step, 1, batch)) tensors.emplace(name, std::move(t));
      tensors.insert_or_assign("x", inputs_of(net, random));
      for (const ArgumentInfo& a : step.arguments())
        if (!tensors.contains(a.name)) tensors.emplace(a.name, allocate(a.type, batch));
      std::vector<double> losses;
      for (int i = 0; i < 5; ++i) {
        step.run(bind_arguments(step, tensors));
        losses.push_back(tensors.at("loss").data<double>()[0]);
      }
      CHECK(losses.back() < losses.front());
      for (const auto& [name, t] : before) {
        const auto was = t.data<double>(), is = std::as_const(tensors.at(name)).data<double>();
        for (std::size_t i = 0; i < was.size(); ++i) {
          moved += was[i] != is[i] ? 1 : 0;
          if (name[0] != 'w' || was[i] != 0) continue; // no drawn weight is 0
          ++absent;
          CHECK(is[i] == 0);
        }
      }
      // What was learned, as neurons again, each with its own.
      NeuronGraph trained = net;
      set_neuron_weights(trained, tensors);
      NeuronWeights learned;
      for (const auto& [name, t] : before) learned.emplace(name, tensors.at(name));
      CHECK(trained.edges.size() == net.edges.size());
      const Tensor x = tensors.at("x");
      CHECK(worst(interpreted(model, x, learned), plain(trained, x)) < 1e-12);
      CHECK(worst(interpreted(model, x, neuron_weights(trained, DType::F64)), plain(trained, x)) <
            1e-12);
      CHECK(plain(trained, x) != plain(net, x));
    }
  }
  CHECK(moved > 200);
  CHECK(absent > 200);
}

TEST_CASE("neurons: a gradient into an absent edge is 0 even where a weight stands there",
          "[neurons]") {
  std::size_t zeros = 0, others = 0;
  for (std::uint64_t seed = 3000; seed < 3008; ++seed) {
    Random random(seed);
    const NeuronGraph net = random_net(random, 80, true);
    Graph g = neurons_to_graph(net, {.dtype = DType::F64});
    std::vector<Value> wrt;
    for (const Value v : g.inputs())
      if (g.input_role(v) == Role::Param) wrt.push_back(v);
    const Value y = g.outputs()[0].value;
    const std::vector<Value> grads = grad(reduce_sum(square(y)), wrt);
    NeuronWeights weights = neuron_weights(net, DType::F64), wrong = weights;
    for (auto& [name, t] : wrong)
      for (double& v : t.data<double>()) v = v == 0 && name[0] == 'w' ? 3 : v;
    const Tensor x = inputs_of(net, random);
    CHECK(interpreted(g, x, weights) == interpreted(g, x, wrong));
    g.clear_outputs();
    for (std::size_t i = 0; i < wrt.size(); ++i)
      g.output("d_" + std::string(g.input_name(wrt[i])), grads[i]);
    std::vector<NamedTensor> named{{"x", x}};
    for (const auto& [name, t] : wrong) named.push_back({name, t});
    const std::vector<Tensor> results = eval(g, named);
    for (std::size_t i = 0; i < wrt.size(); ++i) {
      const std::string name(g.input_name(wrt[i]));
      if (name[0] != 'w') continue;
      const auto was = std::as_const(weights.at(name)).data<double>(),
                 d = results[i].data<double>();
      for (std::size_t j = 0; j < was.size(); ++j) {
        if (was[j] == 0) CHECK(d[j] == 0);
        zeros += was[j] == 0 ? 1 : 0;
        others += d[j] != 0 ? 1 : 0;
      }
    }
  }
  CHECK(zeros > 100);
  CHECK(others > 100);
}
