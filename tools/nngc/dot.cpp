// nngc dot: pictures of a model.
#include "cli.h"
#include "entries.h"
#include "nngc/text.h"

namespace nngc::cli {
namespace {

struct DotCommand {
  ModelOptions model;
  LossOptions loss;
  CodeOptions code;
  std::string output = "-", entry = "forward";
  bool reduce = false, fused = false;

  void run() const {
    const Graph graph = load_model(model, Weights::Parameters);
    const Entries made = make_entries(graph, {entry}, loss);
    if (!fused) {
      write_file(output, to_dot(*made.points[0].graph, {.clusters = true, .reduce = reduce}));
      return;
    }
    const Prepared prepared = prepare(*made.points[0].graph, code);
    const EntryPoint point{entry, &prepared.graph};
    write_file(output, nngc::emit(graph.name(), {&point, 1}, Stage::Dot, prepared.options));
  }
};

} // namespace

void add_dot(CLI::App& app) {
  auto command = std::make_shared<DotCommand>();
  CLI::App* sub = app.add_subcommand(
      "dot", "draws a model, its derivative or its fused kernels, as DOT for Graphviz");
  add_model_options(*sub, command->model);
  sub->add_option("-o,--output", command->output, "where to; - is stdout")
      ->capture_default_str()
      ->type_name("FILE");
  sub->add_option("--entry", command->entry, "forward, vjp, jvp, hvp or train")
      ->capture_default_str()
      ->type_name("ENTRY");
  sub->add_flag("--fused", command->fused, "after the passes, with the kernels as boxes");
  sub->add_flag("--reduce", command->reduce, "leave out edges that a longer path implies");
  add_loss_options(*sub, command->loss);
  add_code_options(*sub, command->code);
  sub->footer("Examples:\n"
              "  nngc dot mlp.nng | dot -Tsvg -o mlp.svg\n"
              "  nngc dot mlp.nng --entry=train --loss=cross_entropy_with_logits -o step.dot\n"
              "  nngc dot mlp.nng --fused -o kernels.dot");
  sub->callback([command] { command->run(); });
}

} // namespace nngc::cli
