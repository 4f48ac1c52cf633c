// Runs passes by name, with the switches that help to find the one to blame.
#include <algorithm>
#include <array>
#include <chrono>

#include "nngc/text.h"
#include "optimize/bodies.h"
#include "optimize/pass.h"

namespace nngc {

namespace {

struct Pass {
  PassFunction run;
  PassInfo info;
};
constexpr Pass registry[] = {
#define NNGC_PASS(function, name, summary) {&function, {name, summary}},
#include "optimize/passes.def"
#undef NNGC_PASS
};
constexpr auto infos = [] {
  std::array<PassInfo, std::size(registry)> list;
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = registry[i].info;
  return list;
}();

const Pass& find_pass(std::string_view name, const Where& where) {
  for (const Pass& pass : registry)
    if (pass.info.name == name) return pass;
  std::string known;
  for (const Pass& pass : registry)
    known += (known.empty() ? "" : ", ") + std::string(pass.info.name);
  throw Error(Error::Kind::Argument,
              "passes: there is no pass '" + std::string(name) + "'; there are " + known, where);
}

std::vector<const Pass*> parse_list(std::string_view list, const Where& where) {
  std::vector<const Pass*> result;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    result.push_back(&find_pass(list.substr(0, comma), where));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return result;
}

void verify_after(const Graph& graph, std::string_view pass) {
  try {
    verify(graph);
  } catch (const Error& e) {
    throw Error(Error::Kind::Graph, "after pass '" + std::string(pass) + "': " + e.what());
  }
}

bool chosen(const std::string& which, std::string_view pass) {
  return which == "all" || which == pass;
}

void check_choice(const std::string& which, const Where& where) {
  if (!which.empty() && which != "all") static_cast<void>(find_pass(which, where));
}

} // namespace

std::span<const PassInfo> passes() { return infos; }

std::vector<RuleInfo> rewrite_rules() {
  std::vector<RuleInfo> result;
  const auto add = [&](const Rule& rule) {
    result.push_back({rule.name, rule.rule_class, rule.summary});
  };
  // The first table of the first two is the same.
  for (const RuleTables tables :
       {canonical_tables(), stable_tables().subspan(1), strength_tables()})
    for (const auto table : tables)
      for (const Rule& rule : table) add(rule);
  for (const Rule* rule : sink_rules()) add(*rule);
  return result;
}

Graph run_passes(const Graph& graph, std::string_view list, const PassOptions& options,
                 Where where) {
  const std::vector<const Pass*> todo = parse_list(list, where);
  check_choice(options.print_after, where);
  check_choice(options.dot_after, where);
  PassContext context(options);
  PassStats stats;
  Graph current = graph.clone();
  int left = options.pass_limit;
  for (const Pass* pass : todo) {
    if (left == 0) break;
    if (left > 0) --left;
    const std::string_view name = pass->info.name;
    const std::size_t before = current.live_count();
    const auto start = std::chrono::steady_clock::now();
    current = pass->run(current, context);
    // What loops and branches carry is optimized like the graph around it.
    if (has_regions(*current.data()))
      current = change_bodies(current, [&](const Graph& body) { return pass->run(body, context); });
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    stats.passes.push_back({std::string(name), spent.count(), before, current.live_count()});
    if (options.verify_each) verify_after(current, name);
    if (options.sink && chosen(options.print_after, name)) options.sink(name, print(current));
    if (options.sink && chosen(options.dot_after, name)) options.sink(name, to_dot(current));
  }
  if (options.stats != nullptr) {
    for (const auto& [rule, count] : context.counts()) stats.rules.push_back(count);
    stats.shared_nodes = shared_nodes(current);
    *options.stats = std::move(stats);
  }
  return current;
}

} // namespace nngc
