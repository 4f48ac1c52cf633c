// nngc verify: compiled code against the interpreter, derivative rules against complex-step.
#include <cmath>

#include <fmt/format.h>

#include "cli.h"
#include "nngc/autodiff.h"
#include "nngc/eval.h"

namespace nngc::cli {
namespace {

struct VerifyCommand {
  ModelOptions model;
  CodeOptions code;
  std::string weights;
  bool grad = false;
  std::uint64_t seed = 1;
  double tolerance = 0;
  void run() const;
};

// Per result: the largest difference, relative to the largest magnitude of what was expected.
double difference(const std::vector<double>& expected, const std::vector<double>& got) {
  double worst = 0, scale = 1e-30;
  for (const double x : expected)
    if (std::isfinite(x)) scale = std::max(scale, std::abs(x));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double a = expected[i], b = got[i];
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    worst = std::max(worst, std::isfinite(a - b) ? std::abs(a - b) / scale : INFINITY);
  }
  return worst;
}

double limit(DType dtype, double tolerance) {
  if (!is_float(dtype)) return 0;
  if (tolerance > 0) return tolerance;
  switch (dtype) {
  case DType::F64: return 1e-12;
  case DType::F32: return 2e-5;
  case DType::F16: return 4e-3;
  default: return 3e-2;
  }
}

bool report(const std::string& what, double error, double most) {
  const bool good = error <= most;
  write_file("-", fmt::format("{:30} difference {:.2e}, limit {:.0e}: {}\n", what, error, most,
                              good ? "ok" : "WRONG"));
  return good;
}

std::vector<Tensor> in_order(const Graph& graph, const Tensors& tensors) {
  std::vector<Tensor> result;
  for (const Value v : graph.inputs())
    result.push_back(tensors.at(std::string(graph.input_name(v))));
  return result;
}

// The arguments of the graph itself: inputs that no output needs take part in the interpreter too.
std::vector<ArgumentInfo> inputs_of(const Graph& graph) {
  std::vector<ArgumentInfo> result;
  for (const Value v : graph.inputs())
    result.push_back({std::string(graph.input_name(v)), v.type(), true, false, "data"});
  return result;
}

bool check_outputs(const Graph& graph, const Prepared& prepared, const DimValues& dims,
                   const Tensors& start, double tolerance) {
  const std::vector<Tensor> expected = eval(graph, in_order(graph, start));
  const Executable executable = nngc::compile(prepared.graph, prepared.options);
  Tensors tensors = start;
  allocate_outputs(executable.arguments(), dims, tensors);
  executable.run(bind_arguments(executable, tensors));
  bool good = true;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Output& o = graph.outputs()[i];
    const double error = difference(to_doubles(expected[i]), to_doubles(tensors.at(o.name)));
    good = report(o.name + " " + expected[i].type_str(), error,
                  limit(expected[i].dtype(), tolerance)) &&
           good;
  }
  return good;
}

// <vjp(c), d> = <c, jvp(d)> for random c and d; the right side by complex-step, without any
// derivative rule.
bool check_gradient(const Graph& graph, const DimValues& dims, const Tensors& start,
                    std::uint64_t seed, double tolerance) {
  Graph derivative = graph.clone();
  derivative.clear_outputs();
  std::vector<Value> wrt, outputs, cotangents;
  for (const Value v : derivative.inputs())
    if (is_float(v.dtype())) wrt.push_back(v);
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    const Output& o = graph.outputs()[i];
    if (!is_float(o.value.dtype())) continue;
    which.push_back(i);
    outputs.emplace_back(derivative.data(), o.value.id());
    cotangents.push_back(derivative.input("d_" + o.name, o.value.type()));
  }
  if (wrt.empty() || outputs.empty())
    throw Error(Error::Kind::Type, "--grad: no float input reaches a float output");
  const std::vector<Value> grads = vjp(outputs, cotangents, wrt);
  for (std::size_t i = 0; i < wrt.size(); ++i) derivative.output("g" + std::to_string(i), grads[i]);

  Tensors with_cotangents = start;
  fill_random(inputs_of(derivative), dims, seed + 1, with_cotangents);
  const Executable executable = nngc::compile(derivative);
  Tensors tensors = with_cotangents;
  allocate_outputs(executable.arguments(), dims, tensors);
  executable.run(bind_arguments(executable, tensors));

  Tensors directions;
  fill_random(inputs_of(graph), dims, seed + 2, directions);
  bool good = true;
  for (std::size_t k = 0; k < wrt.size(); ++k) {
    const std::string name(derivative.input_name(wrt[k]));
    Tensors along = directions; // one input at a time moves
    for (auto& [other, t] : along)
      if (other != name) t = Tensor(t.dtype(), t.shape());
    const auto moved = complex_step(graph, in_order(graph, start), in_order(graph, along));
    double expected = 0, got = 0, scale = 1e-30;
    for (const std::size_t i : which) {
      const std::vector<double> c = to_doubles(with_cotangents.at("d_" + graph.outputs()[i].name));
      for (std::size_t e = 0; e < c.size(); ++e)
        expected += c[e] * moved[i][e], scale += std::abs(c[e] * moved[i][e]);
    }
    const std::vector<double> g = to_doubles(tensors.at("g" + std::to_string(k)));
    const std::vector<double> d = to_doubles(along.at(name));
    for (std::size_t e = 0; e < g.size(); ++e) got += g[e] * d[e], scale += std::abs(g[e] * d[e]);
    const bool narrow = wrt[k].dtype() != DType::F64;
    const double error =
        std::isfinite(got) || std::isfinite(expected) ? std::abs(got - expected) / scale : 0;
    good = report("gradient of " + name, error,
                  tolerance > 0 ? tolerance
                  : narrow      ? 1e-4
                                : 1e-11) &&
           good;
  }
  return good;
}

void VerifyCommand::run() const {
  const Graph graph = load_model(model);
  const Prepared prepared = prepare(graph, code);
  DimValues dims;
  for (const Value v : graph.inputs())
    for (const Dim& d : v.shape())
      if (!d.is_static()) dims.emplace(d.symbol_name(), 3); // odd, so that vectors have tails
  Tensors tensors;
  const std::vector<ArgumentInfo> inputs = inputs_of(graph);
  if (!weights.empty()) load_weights(weights, inputs, tensors);
  for (const ArgumentInfo& a : inputs)
    if (const auto it = tensors.find(a.name); it != tensors.end()) match_dims(a, it->second, dims);
  fill_random(inputs, dims, seed, tensors);
  bool good = check_outputs(graph, prepared, dims, tensors, tolerance);
  if (grad) good = check_gradient(graph, dims, tensors, seed, tolerance) && good;
  if (!good) throw Error(Error::Kind::Data, "verify: results differ");
}

} // namespace

void add_verify(CLI::App& app) {
  auto command = std::make_shared<VerifyCommand>();
  CLI::App* sub =
      app.add_subcommand("verify", "compares compiled code with the reference interpreter");
  add_model_options(*sub, command->model);
  sub->add_flag("--grad", command->grad,
                "also the derivatives of all float inputs, with complex-step");
  sub->add_option("--weights", command->weights, "a folder with NAME.npy; other inputs are random")
      ->type_name("DIR");
  sub->add_option("--seed", command->seed, "of the random inputs")
      ->capture_default_str()
      ->type_name("N");
  sub->add_option("--tolerance", command->tolerance,
                  "largest difference, relative to the largest element")
      ->type_name("X");
  add_code_options(*sub, command->code);
  sub->footer("Examples:\n"
              "  nngc verify mlp.nng\n"
              "  nngc verify mlp.nng --grad --dim batch=5\n"
              "  nngc verify mlp.nng --mcpu=x86-64 --math=strict");
  sub->callback([command] { command->run(); });
}

} // namespace nngc::cli
