// nngc compile: the model at any stage of its way.
#include <unistd.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli.h"
#include "entries.h"
#include "nngc/text.h"

namespace nngc::cli {
namespace {

struct StageName {
  std::string_view name, suffix, what;
  Stage stage;
  bool binary = false;
};
// `grad` is the text of a graph too, only of the entries that differentiate.
constexpr std::array<StageName, 10> stages = {{
    {"graph", ".nng", "the model as it was read", Stage::Graph},
    {"grad", ".grad.nng", "the entries other than forward: derivatives, training step",
     Stage::Graph},
    {"opt", ".opt.nng", "after the graph passes", Stage::Opt},
    {"loop", ".loop", "kernels, loop by loop", Stage::Loop},
    {"llvm-ir", ".ll", "LLVM's text", Stage::LlvmIr},
    {"bc", ".bc", "LLVM's bitcode", Stage::Bitcode, true},
    {"asm", ".s", "assembly", Stage::Assembly},
    {"obj", ".o", "the object file", Stage::Object, true},
    {"header", ".h", "its C header", Stage::Header},
    {"dot", ".dot", "a picture: fused kernels as boxes", Stage::Dot},
}};

struct CompileCommand {
  ModelOptions model;
  CodeOptions code;
  LossOptions loss;
  std::vector<std::string> outputs, entries;
  std::string emit, name;

  void run() const;
  [[nodiscard]] std::string text(const StageName& stage, const Graph& graph,
                                 const Entries& entries) const;
};

const StageName& stage_of(const std::string& emit, const std::string& path) {
  const StageName* found = nullptr;
  for (const StageName& s : stages) {
    const std::string_view name = emit == "bitcode" ? "bc" : std::string_view(emit);
    if (!emit.empty() ? s.name == name : path.ends_with(s.suffix)) {
      if (found == nullptr || s.suffix.size() > found->suffix.size())
        found = &s; // .grad.nng is also .nng
    }
  }
  if (found != nullptr) return *found;
  std::string list;
  for (const StageName& s : stages)
    list += fmt::format("\n  {:8} {:10} {}", s.name, s.suffix, s.what);
  throw UsageError((emit.empty() ? "-o " + path + ": the suffix says nothing"
                                 : "--emit=" + emit + ": no such stage") +
                   "; stages and suffixes are" + list);
}

std::string CompileCommand::text(const StageName& stage, const Graph& graph,
                                 const Entries& made) const {
  if (stage.name == "graph") return print(graph);
  if (stage.name == "grad") {
    std::string result;
    for (const EntryPoint& p : made.points)
      if (p.name != "forward") result += print(*p.graph);
    return result;
  }
  // Passes run here, entry by entry, so that --print-after and its like see each graph.
  Entries ready;
  CompileOptions options;
  for (const EntryPoint& p : made.points) {
    Prepared prepared = prepare(*p.graph, code);
    options = prepared.options;
    ready.graphs.push_back(std::move(prepared.graph));
    ready.points.push_back({p.name, &ready.graphs.back()});
  }
  if (stage.stage ==
      Stage::Opt) { // the same text, without looking for a pass that is to run once more
    std::string result;
    for (const Graph& g : ready.graphs) result += print(g);
    return result;
  }
  return nngc::emit(name.empty() ? graph.name() : name, ready.points, stage.stage, options);
}

void CompileCommand::run() const {
  const std::vector<std::string> paths = outputs.empty() ? std::vector<std::string>{"-"} : outputs;
  if (!name.empty() && !is_identifier(name))
    throw UsageError("--name " + name + ": not an identifier");
  if (!emit.empty() && paths.size() > 1)
    throw UsageError("--emit goes with one -o; else the suffixes decide");
  std::vector<const StageName*> wanted;
  for (const std::string& path : paths) {
    const StageName& s = path == "-" && emit.empty() ? stages[0] : stage_of(emit, path);
    if (s.binary && path == "-" && isatty(STDOUT_FILENO) != 0)
      throw UsageError(fmt::format("--emit={} is binary; say where to put it with -o", s.name));
    wanted.push_back(&s);
  }
  const auto is_forward = [](const std::string& entry) { return entry == "forward"; };
  const bool differentiates = !std::all_of(entries.begin(), entries.end(), is_forward);
  const bool shows_grad =
      std::any_of(wanted.begin(), wanted.end(), [](auto* s) { return s->name == "grad"; });
  const Graph graph =
      load_model(model, differentiates || shows_grad ? Weights::Parameters : Weights::Constants);
  const Entries made =
      make_entries(graph, entries.empty() ? std::vector<std::string>{"forward"} : entries, loss);
  Entries derived; // what grad shows where no entry differentiates
  if (!differentiates && shows_grad)
    derived = make_entries(graph, {loss.loss.empty() ? "vjp" : "train"}, loss);
  OutputFiles files;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const bool derivative = wanted[i]->name == "grad" && !derived.points.empty();
    files.add(paths[i], text(*wanted[i], graph, derivative ? derived : made));
  }
  files.commit();
}

} // namespace

void add_compile(CLI::App& app) {
  auto command = std::make_shared<CompileCommand>();
  CLI::App* sub = app.add_subcommand(
      "compile", "turns a model into an object file with a header, or any stage before");
  add_model_options(*sub, command->model);
  sub->add_option("-o,--output", command->outputs,
                  "where to; the suffix says what: .nng .ll .bc .s .o .h .dot .loop; "
                  "may be given again; - is stdout, the default")
      ->type_name("FILE")
      ->allow_extra_args(false);
  sub->add_option("--emit", command->emit,
                  "what: graph grad opt loop llvm-ir bc asm obj header dot")
      ->type_name("STAGE");
  sub->add_option("--entry", command->entries,
                  "functions to make: forward (the default), vjp, jvp, hvp, train")
      ->type_name("LIST")
      ->delimiter(',')
      ->allow_extra_args(false);
  sub->add_option("--name", command->name,
                  "what the functions are called: NAME_forward (default: the model's name)")
      ->type_name("NAME");
  sub->add_option("--wrt", command->loss.wrt,
                  "inputs to differentiate by (default: the parameters, else all floats)")
      ->type_name("LIST")
      ->delimiter(',')
      ->allow_extra_args(false);
  sub->add_option("--keep", command->loss.keep,
                  "outputs of the model that train gives besides the loss, from before the update")
      ->type_name("LIST")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group("Training");
  add_loss_options(*sub, command->loss);
  add_code_options(*sub, command->code);
  sub->footer(
      "Examples:\n"
      "  nngc compile mlp.nng -o mlp.o -o mlp.h               for C: mlp_forward(...)\n"
      "  nngc compile mlp.nng -o mlp.o -o mlp.h --entry=forward,train \\\n"
      "       --loss=cross_entropy_with_logits --optimizer=adam,lr=1e-3 --dim batch=128\n"
      "  nngc compile mlp.nng --emit=loop                     what the kernels do\n"
      "  nngc compile mlp.nng --emit=asm --mcpu=haswell       what the processor does\n"
      "  nngc compile mlp.nng --emit=grad --entry=vjp         the derivative, as a model\n"
      "  nngc compile net.dot -o net.o -o net.h               neurons, their weights inside\n"
      "  nngc compile mlp.nng -o mlp.dot && dot -Tsvg mlp.dot -o mlp.svg");
  sub->callback([command] { command->run(); });
}

} // namespace nngc::cli
