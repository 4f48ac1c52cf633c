// Every primitive on every compiled road: JIT at -O0 and -O2, an object file linked by cc, for
// three processors, against the interpreter; and the roads against each other, bit for bit.
#include <algorithm>
#include <set>
#include <string>

#include "ir/graph_data.h"
#include "test/conformance/roads.h"
#include "test/conformance/trial.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

const std::vector<Trial>& trials() {
  static const std::vector<Trial> list = all_trials();
  return list;
}

/// Results of all samples of one trial.
using Results = std::vector<std::vector<Tensor>>;

void check(const Trial& t, const Results& have) {
  for (std::size_t i = 0; i < t.samples.size(); ++i) {
    const Sample& s = t.samples[i];
    for (std::size_t o = 0; o < s.want.size(); ++o) {
      INFO(t.name << ", " << s.what << ", output " << o);
      CHECK(mismatch(have[i][o], s.want[o], s.tolerance[o]) == "");
    }
  }
}

/// Compiles every `step`-th trial alone. Whatever compile() throws fails the test: an op that some
/// dtype cannot do is no excuse.
std::vector<Results> by_jit(const CompileOptions& options, std::size_t step) {
  std::vector<Results> all;
  for (std::size_t i = 0; i < trials().size(); ++i) {
    const Trial& t = trials()[i];
    INFO(t.name);
    Results& results = all.emplace_back();
    if (i % step != 0) continue;
    try {
      const Executable executable = compile(t.graph, options);
      for (const Sample& s : t.samples)
        results.push_back(run(executable, t.graph, s.inputs, s.want));
      check(t, results);
    } catch (const std::exception& e) {
      FAIL_CHECK(t.name << ": " << e.what());
    }
  }
  return all;
}

/// One object of all trials, or of all but those that come a second time, wide.
std::vector<Results> by_object(const CompileOptions& options, bool is_whole) {
  std::set<std::string> twins;
  for (const Trial& t : trials())
    if (const auto at = t.name.find("_wide"); at != std::string::npos && !is_whole)
      twins.insert(t.name.substr(0, at) + t.name.substr(at + 5));
  std::vector<EntryPoint> entries;
  for (const Trial& t : trials())
    if (!twins.contains(t.name)) entries.push_back({t.name, &t.graph});
  Library library("cases", emit("cases", entries, Stage::Object, options));
  for (const std::string& symbol : library.undefined()) {
    INFO(symbol);
    CHECK((symbol == "memcpy" || symbol == "memset" || symbol == "memmove"));
  }
  std::vector<Results> all;
  for (const Trial& t : trials()) {
    INFO(t.name);
    Results& results = all.emplace_back();
    if (twins.contains(t.name)) continue;
    for (const Sample& s : t.samples) {
      results.push_back(
          library.run(t.name, t.graph, s.inputs, s.want, symbol_of(t.graph, s.inputs)));
      CHECK(library.status() == 0);
    }
    check(t, results);
  }
  return all;
}

/// Both roads run the same instructions, whatever the alignment.
void check_same_bits(const std::vector<Results>& a, const std::vector<Results>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t t = 0; t < a.size(); ++t)
    for (std::size_t s = 0; s < std::min(a[t].size(), b[t].size()); ++s) // 0: one was left out
      for (std::size_t o = 0; o < a[t][s].size(); ++o) {
        INFO(trials()[t].name << ", " << trials()[t].samples[s].what << ", output " << o);
        CHECK(same_bits(a[t][s][o], b[t][s][o]));
      }
}

/// The JIT and objects are the same bytes, so one road may take fewer trials than the other, to
/// save time.
void check_roads(const CompileOptions& options, std::size_t step) {
  INFO(options.cpu << " -O" << options.opt_level);
  check_same_bits(by_jit(options, step), by_object(options, step == 1));
}

} // namespace

TEST_CASE("every trial has samples, and every op of the table is among the trials",
          "[conformance][compiled]") {
  std::vector<bool> seen(static_cast<std::size_t>(op_count));
  std::set<std::string> names;
  for (const Trial& t : trials()) {
    INFO(t.name);
    CHECK(names.insert(t.name).second);
    CHECK(t.samples.size() >= 2);
    for (NodeId id = 0; id < t.graph.data()->size(); ++id)
      seen[static_cast<std::size_t>(t.graph.data()->node(id).op)] = true;
  }
  for (int i = 0; i < op_count; ++i) {
    INFO(op_def(static_cast<Opcode>(i)).mnemonic);
    CHECK(seen[static_cast<std::size_t>(i)]);
  }
}

TEST_CASE("compiled cases agree with the interpreter, native, -O0", "[conformance][compiled]") {
  check_roads({.opt_level = 0}, 1);
}

TEST_CASE("compiled cases agree with the interpreter, native, -O2", "[conformance][compiled]") {
  check_roads({}, 1);
}

TEST_CASE("compiled cases agree with the interpreter, native, as written, strict",
          "[conformance][compiled]") {
  check_roads({.math = MathLevel::Strict, .optimize_graph = false}, 10);
}

TEST_CASE("compiled cases agree with the interpreter, haswell", "[conformance][compiled]") {
  check_roads({.cpu = "haswell"}, 20);
}

TEST_CASE("compiled cases agree with the interpreter, x86-64", "[conformance][compiled]") {
  check_roads({.cpu = "x86-64"}, 20);
}
