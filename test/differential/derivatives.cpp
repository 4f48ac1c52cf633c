#include "test/differential/derivatives.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "ir/graph_data.h"
#include "nngc/autodiff.h"
#include "nngc/compiler.h"
#include "nngc/ops.h"

namespace nngc::test {

Graph with_derivatives(const Program& program, Second second, std::vector<Tensor>& inputs) {
  Graph g = program.graph.clone();
  inputs = program.inputs;
  std::vector<Value> wrt;
  for (const Value v : g.inputs())
    if (is_float(v.dtype())) wrt.push_back(v);
  const Value loss = g.outputs().back().value;
  const std::vector<Value> gradients = grad(loss, wrt);
  const auto named = [&](const char* prefix, std::size_t i) {
    return prefix + std::string(g.input_name(wrt[i]));
  };
  for (std::size_t i = 0; i < wrt.size(); ++i) g.output(named("grad_", i), gradients[i]);
  if (second == Second::None) return g;

  std::mt19937 random(7);
  std::vector<Value> along;
  Value inner = g.scalar(loss.dtype(), 0);
  for (std::size_t i = 0; i < wrt.size(); ++i) {
    along.push_back(g.input(named("along_", i), wrt[i].type()));
    inputs.push_back(random_tensor(wrt[i].dtype(), concrete(wrt[i].shape()), -1, 1, random));
    inner = inner + reduce_sum(gradients[i] * along[i]);
  }
  const std::vector<Value> products =
      second == Second::ReverseOverReverse ? grad(inner, wrt) : hvp(loss, wrt, along);
  for (std::size_t i = 0; i < wrt.size(); ++i) g.output(named("hess_", i), products[i]);
  return g;
}

std::vector<NamedTensor> run_compiled(const Graph& graph, const std::vector<Tensor>& inputs) {
  std::vector<NamedTensor> results;
  for (const Output& o : graph.outputs())
    results.push_back({o.name, Tensor(o.value.dtype(), concrete(o.value.shape()))});
  std::vector<Arg> args;
  const std::vector<Value> names = graph.inputs();
  for (std::size_t i = 0; i < names.size(); ++i)
    args.emplace_back(graph.input_name(names[i]), inputs[i]);
  for (NamedTensor& r : results) args.emplace_back(r.name, r.value);
  compile(graph).run(args);
  return results;
}

namespace {

std::vector<double> numbers_of(const Walker& walker, NodeId id) {
  std::vector<double> list;
  std::visit(
      [&]<class T>(const std::vector<T>& data) {
        if constexpr (!std::is_same_v<T, Complex>)
          for (const T& x : data) list.push_back(static_cast<double>(x));
      },
      walker.at(id).data);
  return list;
}

} // namespace

double unrest(const Graph& graph, const std::vector<Tensor>& inputs) {
  double worst = 0;
  const GraphData& data = *graph.data();
  std::vector<std::vector<double>> plain;
  for (unsigned run = 0; run < 4; ++run) {
    Walker walker(data, 1, run == 0 ? std::optional<Noise>() : std::optional(Noise{run, 1, false}));
    const std::vector<Value> names = graph.inputs();
    for (std::size_t i = 0; i < names.size(); ++i) walker.set_input(names[i].id(), inputs[i]);
    walker.run(live_nodes(data));
    for (std::size_t o = 0; o < graph.outputs().size(); ++o) {
      const Output& output = graph.outputs()[o];
      const std::vector<double> list = numbers_of(walker, output.value.id());
      if (run == 0) {
        plain.push_back(list);
        continue;
      }
      const bool is_value = output.name[0] != 'g' && output.name[0] != 'h';
      const double allowed = output.value.dtype() == DType::F64 ? 1e-10 : is_value ? 1e-5 : 1e-4;
      double greatest = 0, distance = 0;
      for (std::size_t k = 0; k < list.size(); ++k) {
        greatest = std::max(greatest, std::fabs(plain[o][k]));
        distance = std::max(distance, std::fabs(list[k] - plain[o][k]));
        if (!std::isfinite(list[k])) return 1e300;
      }
      if (distance > 0) worst = std::max(worst, distance / (greatest * allowed));
    }
  }
  return worst;
}

} // namespace nngc::test
