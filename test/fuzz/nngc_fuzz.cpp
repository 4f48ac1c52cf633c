// nngc-fuzz: a campaign of random graphs. docs/fuzzing.md shows how to read what it prints.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include <CLI/CLI.hpp>

#include "nngc/runtime.h"
#include "nngc/text.h"
#include "test/fuzz/shrink.h"

using namespace nngc;
using namespace nngc::test;

namespace {

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

void print(const Figures& f, double seconds) {
  std::printf("graphs          %zu (%zu with gradients, %zu symbolic), %.1f nodes each\n", f.graphs,
              f.differentiated, f.symbolic,
              static_cast<double>(f.nodes) /
                  static_cast<double>(std::max<std::size_t>(f.graphs, 1)));
  std::printf("variants        %zu, %zu of them compiled, %zu refused as not supported\n",
              f.variants, f.compiled, f.refused);
  std::printf("derivatives     %zu graphs, to order 2\n", f.derivatives);
  std::printf("elements        %zu, %.1f %% bit for bit, %.2f %% skipped\n", f.elements,
              share(f.exact, f.elements), share(f.skipped, f.elements));
  std::printf("time            %.1f s\n", seconds);
}

void write_test(const std::string& folder, const Failure& failure, bool crashes) {
  const std::string path = folder + "/seed_" + std::to_string(failure.seed) + ".nng";
  std::error_code failed; // the file says whether it went well
  std::filesystem::create_directories(folder, failed);
  std::ofstream file(path, std::ios::binary);
  if (!(file << as_test_file(failure, crashes) << std::flush)) {
    std::fprintf(stderr, "nngc-fuzz: cannot write %s\n", path.c_str());
    return;
  }
  std::printf("wrote           %s\n", path.c_str());
}

} // namespace

int main(int argc, char** argv) {
  CampaignOptions options;
  bool shows = false;
  std::string folder = ".";
  std::vector<std::string> crash;
  CLI::App app("Random graphs through passes and compiled code, judged by the interpreter.");
  app.add_option("--graphs", options.graphs, "how many");
  app.add_option("--seed", options.first_seed, "of the first; the others follow");
  app.add_option("--threads", options.threads, "graphs at the same time");
  app.add_option("--compile-one-in", options.compile_one_in, "how many graphs have one compiled");
  app.add_option("--compiled-each", options.compiled_each, "compiled variants of such a graph");
  app.add_option("--failures", options.most_failures, "stop after so many");
  app.add_option("--shrink", folder,
                 "the folder that failures are written to, made small, as test files; empty: none");
  app.add_option("--crash", crash,
                 "make this failure small, which ends the process: seed=7 n=3 passes=all ...");
  app.add_flag("--show", shows, "print the first graph and do nothing else");
  CLI11_PARSE(app, argc, argv);
  if (shows) {
    std::fputs(print(random_graph(options_of(options.first_seed))).c_str(), stdout);
    return 0;
  }
  if (!crash.empty()) {
    const Failure failure = parse_failure(crash);
    write_test(folder.empty() ? "." : folder, failure, true);
    return 1;
  }
  const auto start = std::chrono::steady_clock::now();
  Progress progress(stderr, "graphs", static_cast<std::int64_t>(options.graphs));
  options.progress = [&](const Figures& f) {
    progress.update(static_cast<std::int64_t>(f.graphs));
  };
  const Outcome outcome = run_campaign(options);
  progress.finish();
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  print(outcome.figures, spent.count());
  for (const Failure& f : outcome.failures) std::printf("FAILED %s\n", str(f).c_str());
  std::printf("failures        %zu\n", outcome.failures.size());
  std::set<std::uint64_t> written;
  for (const Failure& f : outcome.failures) {
    if (folder.empty() || f.variant.str() == Variant().str() || !written.insert(f.seed).second)
      continue;
    write_test(folder, f, false);
  }
  return outcome.failures.empty() ? 0 : 1;
}
