// Each verb takes a text through one stage.
#include "test/filetest/verbs.h"

#include <stdexcept>

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

constexpr Verb table[] = {
    {"roundtrip", roundtrip}, {"print", print_all}, {"verify", verified}, {"dot", dot},
    {"fuzz", fuzz},
};

} // namespace

std::span<const Verb> verbs() { return table; }

} // namespace nngc::test
