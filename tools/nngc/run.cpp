// nngc run: one call of a model on arrays from files.
#include <cstdio>

#include <fmt/format.h>

#include "cli.h"
#include "nngc/eval.h"
#include "nngc/runtime.h"

namespace nngc::cli {
namespace {

struct RunCommand {
  ModelOptions model;
  CodeOptions code;
  std::vector<std::string> inputs, outputs;
  std::string weights;
  bool random = false, interpret = false;
  std::uint64_t seed = 0;
  int threads = 1;
  void run() const;
};

const ArgumentInfo& find(const std::vector<ArgumentInfo>& arguments, const std::string& name,
                         bool output) {
  std::string list;
  for (const ArgumentInfo& a : arguments) {
    if (!(output ? a.output : a.input)) continue;
    if (a.name == name) return a;
    list += (list.empty() ? "" : ", ") + a.name;
  }
  throw UsageError(
      fmt::format("the model has no {} '{}'; it has {}", output ? "output" : "input", name, list));
}

std::string show(const std::string& name, const Tensor& t) {
  constexpr std::size_t most = 16;
  std::string text = fmt::format("{} {}", name, t.type_str());
  const std::vector<double> values = to_doubles(t);
  for (std::size_t i = 0; i < values.size() && i < most; ++i)
    text +=
        t.dtype() == DType::F64 ? fmt::format(" {}", values[i]) : fmt::format(" {:.9g}", values[i]);
  if (values.size() > most) text += " ...";
  return text + "\n";
}

void interpret_into(const Graph& graph, Tensors& tensors) {
  std::vector<NamedTensor> named;
  for (const Value v : graph.inputs()) {
    const auto it = tensors.find(graph.input_name(v));
    if (it != tensors.end()) named.push_back({it->first, it->second});
  }
  std::vector<Tensor> results = eval(graph, named);
  for (std::size_t i = 0; i < results.size(); ++i)
    tensors.insert_or_assign(graph.outputs()[i].name, std::move(results[i]));
}

void RunCommand::run() const {
  const Graph graph = load_model(model);
  const Prepared prepared = prepare(graph, code);
  const Executable executable = nngc::compile(prepared.graph, prepared.options);
  const std::vector<ArgumentInfo>& arguments = executable.arguments();

  Tensors tensors;
  for (const auto& [name, path] : split_pairs(inputs, "--input")) {
    const DType wanted = find(arguments, name, false).type.dtype;
    if (!tensors.emplace(name, converted(load_tensor(path), wanted)).second)
      throw UsageError("--input " + name + " is given twice");
  }
  const Pairs wanted = split_pairs(outputs, "--output");
  for (const auto& [name, path] : wanted) find(arguments, name, true);
  if (!weights.empty()) load_weights(weights, arguments, tensors);

  DimValues dims;
  for (const ArgumentInfo& a : arguments)
    if (const auto it = tensors.find(a.name); it != tensors.end()) match_dims(a, it->second, dims);
  if (random && dims.empty())
    for (const std::string& symbol : executable.symbols()) dims.emplace(symbol, 1);
  std::string missing;
  for (const ArgumentInfo& a : arguments)
    if (a.input && !tensors.contains(a.name) && !random)
      missing += fmt::format(" --input {}=FILE", a.name);
  if (!missing.empty())
    throw UsageError("inputs are missing:" + missing + " (or --random, or --weights DIR)");
  require_dims(arguments, dims);
  if (random) fill_random(arguments, dims, seed, tensors);

  if (interpret) {
    interpret_into(graph, tensors);
  } else {
    allocate_outputs(arguments, dims, tensors);
    ThreadPool pool(threads);
    executable.run(bind_arguments(executable, tensors), pool.hook());
  }
  if (!wanted.empty()) {
    OutputFiles files;
    for (const auto& [name, path] : wanted) files.add(path, tensors.at(name));
    files.commit();
    return;
  }
  for (const ArgumentInfo& a : arguments)
    if (a.output) write_file("-", show(a.name, tensors.at(a.name)));
}

} // namespace

void add_run(CLI::App& app) {
  auto command = std::make_shared<RunCommand>();
  CLI::App* sub = app.add_subcommand("run", "runs a model once on arrays from files");
  add_model_options(*sub, command->model);
  sub->add_option("-i,--input", command->inputs, "an input: NAME=FILE, .npy or IDX (also gzipped)")
      ->type_name("NAME=FILE")
      ->allow_extra_args(false);
  sub->add_option("-o,--output", command->outputs,
                  "an output to save as .npy; without any, all are printed")
      ->type_name("NAME=FILE")
      ->allow_extra_args(false);
  sub->add_option("--weights", command->weights,
                  "a folder with NAME.npy for inputs that --input does not name")
      ->type_name("DIR");
  sub->add_flag("--random", command->random, "random values for inputs that are not given");
  sub->add_option("--seed", command->seed, "of --random")->capture_default_str()->type_name("N");
  sub->add_flag("--interpret", command->interpret,
                "use the reference interpreter instead of compiled code");
  add_threads(*sub, command->threads);
  add_code_options(*sub, command->code);
  sub->footer("Examples:\n"
              "  nngc run mlp.nng --input x=x.npy --weights trained --output logits=logits.npy\n"
              "  nngc run mlp.nng --random                            to see it work\n"
              "  nngc run mlp.nng --random --interpret                the same, by the reference "
              "semantics");
  sub->callback([command] { command->run(); });
}

} // namespace nngc::cli
