// Seeds are handed out one by one; every graph is a function of its seed alone.
#include "test/fuzz/campaign.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <unistd.h>

#include "ir/graph_data.h"
#include "test/fuzz/adapter.h"

namespace nngc::test {

namespace {

/// What this thread is at, for the last words of a program that crashes.
thread_local std::uint64_t current_seed = 0;
thread_local std::int64_t current_n = 0;
thread_local std::array<char, 160> current_variant{};

extern "C" void last_words(int signal) {
  char text[640];
  const auto seed = static_cast<unsigned long long>(current_seed);
  const char* variant = current_variant.data();
  const int size =
      std::snprintf(text, sizeof text,
                    "\nsignal %d at seed %llu, %s\nto make it small: nngc-fuzz "
                    "--crash seed=%llu n=%lld %s\n",
                    signal, seed, variant, seed, static_cast<long long>(current_n), variant);
  if (size > 0 && write(2, text, static_cast<std::size_t>(size)) < 0) _exit(2);
  _exit(1);
}

void describe(Figures& f, const Graph& graph) {
  const GraphData& data = *graph.data();
  ++f.graphs;
  f.nodes += graph.live_count();
  const auto& nodes = data.nodes;
  f.differentiated +=
      std::ranges::any_of(nodes, [](const Node& n) { return n.section == Section::Backward; }) ? 1
                                                                                               : 0;
  f.symbolic +=
      std::ranges::any_of(graph.inputs(), [](Value v) { return !v.shape().is_static(); }) ? 1 : 0;
}

} // namespace

std::vector<Variant> variants_of(std::uint64_t seed, unsigned compile_one_in,
                                 unsigned compiled_each) {
  Chooser choose(seed * 0xd1342543de82ef95U + 7);
  std::vector<Variant> list;
  const auto strict = [&](std::string passes) {
    list.push_back({.passes = std::move(passes), .math = MathLevel::Strict});
  };
  std::vector<std::string> names;
  for (const PassInfo& pass : passes()) {
    names.emplace_back(pass.name);
    strict(names.back());
  }
  std::string order;
  for (std::size_t i = 0, count = 2 + choose.below(5); i < count; ++i)
    order += (order.empty() ? "" : ",") + names[choose.below(names.size())];
  strict(order);
  strict("all");
  list.push_back({.passes = "all"});
  list.push_back({.passes = order});
  list.push_back({.passes = "all", .math = MathLevel::Relaxed});
  if (choose.one_in(2)) {
    list.emplace_back();
    list.back().derivatives = true;
  }
  if (!choose.one_in(compile_one_in)) return list;
  constexpr std::array cpus{"native", "native", "haswell", "x86-64"};
  for (unsigned i = 0; i < compiled_each; ++i) {
    Variant v{.passes = choose.one_in(3) ? order : choose.one_in(3) ? "" : "all"};
    v.compiled = true;
    v.math = choose.one_in(4)   ? MathLevel::Strict
             : choose.one_in(6) ? MathLevel::Relaxed
                                : MathLevel::Default;
    v.cpu = cpus[choose.below(cpus.size())];
    v.opt_level = choose.one_in(3) ? 0 : 2;
    list.push_back(v);
  }
  return list;
}

std::string str(const Failure& failure) {
  return "seed " + std::to_string(failure.seed) + ", n = " + std::to_string(failure.n) + ", " +
         failure.variant.str() + ": " + failure.what;
}

Outcome run_campaign(const CampaignOptions& options) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
    std::signal(signal, last_words);
  Outcome outcome;
  std::mutex mutex;
  std::atomic<std::uint64_t> next = 0;
  std::atomic<bool> stop = false;
  const auto work = [&] {
    for (std::uint64_t i = next++; i < options.graphs && !stop; i = next++) {
      Figures figures;
      std::vector<Failure> failures;
      GraphOptions graph_options = options_of(options.first_seed + i);
      const std::uint64_t seed = current_seed = graph_options.seed;
      current_n = graph_options.n;
      std::snprintf(current_variant.data(), current_variant.size(), "building");
      try {
        const Graph graph = random_graph(graph_options);
        describe(figures, graph);
        Judge judge(graph, inputs_for(graph, seed, graph_options.n), graph_options.n);
        for (const Variant& v : variants_of(seed, options.compile_one_in, options.compiled_each)) {
          std::snprintf(current_variant.data(), current_variant.size(), "%s", v.str().c_str());
          const std::string wrong = judge.check(v, figures);
          if (!wrong.empty()) failures.push_back({seed, graph_options.n, v, wrong});
        }
      } catch (const std::exception& e) {
        failures.push_back({seed, graph_options.n, {}, std::string("building throws ") + e.what()});
      }
      const std::lock_guard lock(mutex);
      outcome.figures.add(figures);
      for (Failure& f : failures) outcome.failures.push_back(std::move(f));
      if (outcome.failures.size() >= options.most_failures) stop = true;
      if (options.progress) options.progress(outcome.figures);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned t = 1; t < options.threads; ++t) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  std::ranges::stable_sort(outcome.failures, {}, &Failure::seed);
  return outcome;
}

} // namespace nngc::test
