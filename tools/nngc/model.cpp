// Models and the options that say what happens to them on the way.
#include <charconv>
#include <cstdio>

#include <fmt/format.h>

#include "cli.h"
#include "nngc/text.h"

namespace nngc::cli {

Pairs split_pairs(const std::vector<std::string>& items, std::string_view flag) {
  Pairs result;
  for (const std::string& item : items) {
    const std::size_t equals = item.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == item.size())
      throw UsageError(fmt::format("{} {}: expected NAME=VALUE", flag, item));
    result.emplace_back(item.substr(0, equals), item.substr(equals + 1));
  }
  return result;
}

DimValues dim_values(const std::vector<std::string>& dims) {
  DimValues result;
  for (const auto& [name, text] : split_pairs(dims, "--dim")) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0)
      throw UsageError(
          fmt::format("--dim {}={}: expected a number such as --dim {}=32", name, text, name));
    if (!result.emplace(name, value).second)
      throw UsageError(fmt::format("--dim {} is given twice", name));
  }
  return result;
}

void add_model_options(CLI::App& app, ModelOptions& options) {
  app.add_option("MODEL", options.path,
                 "the model: .nng, or .dot for neurons; - is .nng from stdin")
      ->required()
      ->type_name("FILE");
  app.add_option("--dim", options.dims,
                 "binds a symbolic size: --dim batch=32 makes code for that size alone")
      ->type_name("NAME=N")
      ->allow_extra_args(false);
}

bool has_neurons(const ModelOptions& options) { return options.path.ends_with(".dot"); }

NeuronGraph load_neurons(const ModelOptions& options) {
  return read_neurons(read_file(options.path), options.path);
}

Graph load_model(const ModelOptions& options, Weights weights) {
  if (options.path.ends_with(".onnx"))
    throw Error(Error::Kind::Unsupported, "this version reads .nng and .dot models only",
                options.path);
  const bool neurons = has_neurons(options);
  const bool constants = weights == Weights::Constants;
  Graph graph =
      neurons ? neurons_to_graph(load_neurons(options), {.constants = constants})
              : parse(read_file(options.path), options.path == "-" ? "<stdin>" : options.path);
  if (!is_identifier(graph.name()))
    throw Error(Error::Kind::Graph, "the model's name '" + graph.name() + "' is no identifier",
                options.path);
  if (options.dims.empty()) return graph;
  return specialize(graph, dim_values(options.dims));
}

void add_code_options(CLI::App& app, CodeOptions& o) {
  constexpr const char* code = "Code";
  constexpr const char* debugging = "Looking inside";
  app.add_option("--mcpu", o.compile.cpu,
                 "processor to make code for: native, x86-64, haswell, znver4, ...")
      ->capture_default_str()
      ->type_name("CPU")
      ->group(code);
  app.add_option("--mattr", o.compile.features, "processor features to add or remove: +avx2,-fma")
      ->type_name("LIST")
      ->group(code);
  app.add_option("-O", o.compile.opt_level, "0: slow code for debugging; 2: full speed")
      ->check(between(0, 3))
      ->capture_default_str()
      ->type_name("N")
      ->group(code);
  app.add_option("--math", o.math, "strict, default, relaxed or fast: how far results may stray")
      ->capture_default_str()
      ->check(CLI::IsMember({"strict", "default", "relaxed", "fast"}).description(""))
      ->type_name("LEVEL")
      ->group(code);
  app.add_option("--passes", o.passes,
                 "run these passes on the graph instead of all: canonicalize,fold-constants")
      ->type_name("LIST")
      ->group(debugging);
  app.add_flag("--no-optimize", o.no_optimize, "run no pass on the graph")->group(debugging);
  app.add_option("--print-after", o.pass.print_after,
                 "show the graph after this pass, or `all`, on stderr")
      ->type_name("PASS")
      ->group(debugging);
  app.add_option("--dot-after", o.pass.dot_after, "the same as DOT")
      ->type_name("PASS")
      ->group(debugging);
  app.add_option("--pass-limit", o.pass.pass_limit, "stop after so many passes")
      ->check(between(0, 1000000))
      ->type_name("N")
      ->group(debugging);
  app.add_flag("--verify-each", o.pass.verify_each, "check the graph after every pass")
      ->group(debugging);
  app.add_flag("--time-passes", o.time_passes, "time per pass, on stderr")->group(debugging);
  app.add_flag("--stats", o.stats, "what the passes did, kernels, workspace; on stderr")
      ->group(debugging);
}

Prepared prepare(const Graph& graph, const CodeOptions& o) {
  Prepared result{graph.clone(), o.compile};
  if (!parse_math_level(o.math, result.options.math))
    throw UsageError("--math: there is no level " + o.math);
  result.options.optimize_graph = false;
  if (!o.no_optimize) {
    PassStats counts;
    PassOptions pass = o.pass;
    pass.math = result.options.math;
    pass.stats = &counts;
    pass.sink = [](std::string_view name, std::string_view text) {
      std::fputs(fmt::format("// after {}\n{}\n", name, text).c_str(), stderr);
    };
    result.graph = o.passes.empty() ? optimize(graph, pass) : run_passes(graph, o.passes, pass);
    if (o.stats || o.time_passes) std::fputs(counts.str(o.time_passes).c_str(), stderr);
  }
  if (o.stats) {
    const CompileStats s = nngc::stats(result.graph, result.options);
    std::fputs(fmt::format("{}: {} nodes, {} of forward shared by the backward part, {} kernels, "
                           "workspace {} bytes\n",
                           graph.name(), s.nodes, s.shared_nodes, s.kernels, s.workspace)
                   .c_str(),
               stderr);
  }
  return result;
}

void add_threads(CLI::App& app, int& threads) {
  app.add_option("--threads", threads, "threads to run on; 0: as many as there are")
      ->capture_default_str()
      ->check(between(0, 1024))
      ->type_name("N");
}

} // namespace nngc::cli
