// Each verb takes a text through one stage.
#include "test/filetest/verbs.h"

#include <stdexcept>

#include "loop/loop_printer.h"
#include "loop/loop_verifier.h"
#include "lower/lower.h"
#include "nngc/passes.h"
#include "nngc/text.h"
#include "test/fuzz/shrink.h"

namespace nngc::test {

namespace {

using Words = std::span<const std::string>;

bool has(Words words, std::string_view word) {
  for (const std::string& w : words)
    if (w == word) return true;
  return false;
}

/// Parses, and asserts for every file what must hold for all: it verifies, and printing is
/// canonical.
Graph parsed(std::string_view text, std::string_view file) {
  Graph g = parse(text, file);
  verify(g);
  const std::string once = print(g), twice = print(parse(once, "printed"));
  if (once != twice)
    throw std::logic_error("print(parse(print(g))) differs:\n" + once + "---\n" + twice);
  return g;
}

std::string roundtrip(std::string_view text, std::string_view file, Words) {
  return print(parsed(text, file));
}

std::string print_all(std::string_view text, std::string_view file, Words words) {
  PrintOptions options{.all_nodes = has(words, "--all")};
  if (has(words, "--short")) options.literal_limit = 4;
  return print(parsed(text, file), options);
}

std::string verified(std::string_view text, std::string_view file, Words) {
  const Graph g = parsed(text, file);
  return "ok: " + std::to_string(g.live_count()) + " live nodes\n";
}

std::string dot(std::string_view text, std::string_view file, Words words) {
  DotOptions options{.clusters = !has(words, "--flat"), .reduce = has(words, "--reduce")};
  return to_dot(parsed(text, file), options);
}

/// Files that nngc-fuzz writes: inputs of that seed, that variant against the interpreter.
std::string fuzz(std::string_view text, std::string_view file, Words words) {
  const std::string wrong = judge_test_file(parsed(text, file), words);
  if (!wrong.empty()) throw std::runtime_error(std::string(file) + ": " + wrong);
  return "agrees\n";
}

/// `passes=canonicalize math=strict`; all passes and the default level if nothing is said.
Graph better(const Graph& graph, Words words, PassStats* stats) {
  PassOptions options{.verify_each = true, .stats = stats};
  std::string passes = "all";
  for (const std::string& w : words) {
    if (w.starts_with("passes="))
      passes = w.substr(7);
    else if (!w.starts_with("math=") || !parse_math_level(w.substr(5), options.math))
      throw std::invalid_argument("what is '" + w + "'?");
  }
  if (passes == "none") return graph.clone();
  return passes == "all" ? optimize(graph, options) : run_passes(graph, passes, options);
}

/// The graph behind the passes, and how often each rule fired.
std::string optimized(std::string_view text, std::string_view file, Words words) {
  PassStats stats;
  const Graph g = better(parsed(text, file), words, &stats);
  std::string output = print(g);
  for (const RuleCount& rule : stats.rules)
    output += std::string(rule.rule) + ": " + std::to_string(rule.fired) + "\n";
  return output;
}

/// The kernels that the graph behind the passes is lowered to.
std::string lowered(std::string_view text, std::string_view file, Words words) {
  PassStats stats;
  const Graph g = better(parsed(text, file), words, &stats);
  const Lowered result = lower(g, g.name());
  const loop::Program program{g.name(), {result.entry}};
  loop::verify(program);
  std::string output = loop::print(program);
  // Which nodes of the legalized graph each kernel is made of, as pictures show it.
  for (std::size_t k = 0; k < result.group_names.size(); ++k) {
    output += result.group_names[k] + ", of";
    for (std::size_t id = 0; id < result.groups.size(); ++id)
      if (result.groups[id] == static_cast<int>(k)) output += " %" + std::to_string(id);
    output += "\n";
  }
  return output;
}

constexpr Verb table[] = {
    {"roundtrip", roundtrip}, {"print", print_all},    {"verify", verified}, {"dot", dot},
    {"fuzz", fuzz},           {"optimize", optimized}, {"lower", lowered},
};

} // namespace

std::span<const Verb> verbs() { return table; }

} // namespace nngc::test
