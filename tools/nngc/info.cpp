// nngc info: what is in a model.
#include <fmt/format.h>

#include "cli.h"

namespace nngc::cli {
namespace {

std::string input_line(const Graph& graph, Value v) {
  return fmt::format("  {:16} {} {}\n", graph.input_name(v), v.type().str(),
                     name(graph.input_role(v)));
}

void show_info(const ModelOptions& model, const CodeOptions& code) {
  const Graph graph = load_model(model, Weights::Parameters);
  std::int64_t parameters = 0;
  bool counted = true;
  std::string inputs, outputs;
  for (const Value v : graph.inputs()) {
    inputs += input_line(graph, v);
    if (graph.input_role(v) != Role::Param) continue;
    const Dim size = v.shape().size();
    counted = counted && size.is_static();
    if (size.is_static()) parameters += size.value();
  }
  for (const Output& o : graph.outputs())
    outputs += fmt::format("  {:16} {}{}\n", o.name, o.value.type().str(),
                           o.updates ? " in place of the input" : "");

  std::string text = fmt::format("model {}\ninputs\n{}outputs\n{}", graph.name(), inputs, outputs);
  text += fmt::format("parameters         {}{}\n", parameters,
                      counted ? "" : " and those of symbolic size");
  const Prepared prepared = prepare(graph, code);
  const CompileStats s = nngc::stats(prepared.graph, prepared.options);
  text += fmt::format("nodes              {}, optimized {}\n", graph.live_count(),
                      prepared.graph.live_count());
  text +=
      fmt::format("kernels            {}\nworkspace          {} bytes\n", s.kernels, s.workspace);
  write_file("-", text);
}

} // namespace

void add_info(CLI::App& app) {
  auto model = std::make_shared<ModelOptions>();
  auto code = std::make_shared<CodeOptions>();
  CLI::App* sub =
      app.add_subcommand("info", "shows a model's inputs, outputs, parameters, size and kernels");
  add_model_options(*sub, *model);
  add_code_options(*sub, *code);
  sub->footer("Examples:\n  nngc info mlp.nng\n  nngc info mlp.nng --dim batch=32 --stats");
  sub->callback([model, code] { show_info(*model, *code); });
}

} // namespace nngc::cli
