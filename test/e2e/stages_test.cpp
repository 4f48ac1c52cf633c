/// Every stage of a model's way is printed, under its name and under its suffix, and the switches
/// of the passes show what they say.
#include <algorithm>
#include <sstream>

#include "nngc/compiler.h"
#include "nngc/passes.h"
#include "nngc/text.h"
#include "test/e2e/shell.h"

using namespace nngc;
using namespace nngc::test;

namespace {

struct StageCase {
  const char *name, *suffix, *contains;
};
const StageCase stages[] = {
    {"graph", ".nng", "graph @line(%x: f32[batch,3]"},
    {"grad", ".grad.nng", "@backward"},
    {"opt", ".opt.nng", "graph @line("},
    {"loop", ".loop", "entry line_forward_raw"},
    {"llvm-ir", ".ll", "@line_forward_raw("},
    {"bitcode", ".bc", "BC\xC0\xDE"},
    {"bc", ".bc", "BC\xC0\xDE"},
    {"asm", ".s", "line_forward_raw:"},
    {"obj", ".o",
     "\x7f"
     "ELF"},
    {"header", ".h", "static inline int line_forward("},
    {"dot", ".dot", "digraph \"line\""},
};

TempDir& folder() {
  static TempDir dir;
  static const std::string made = dir.file("line.nng", line_model);
  return dir;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

std::string passes_run(MathLevel level) {
  PassStats stats;
  static_cast<void>(optimize(parse(line_model), {.math = level, .stats = &stats}));
  std::string list;
  for (const PassRun& run : stats.passes) list += run.name + "\n";
  return list;
}

} // namespace

TEST_CASE("tool: every stage by name and by suffix, the same bytes", "[stages]") {
  for (const StageCase& stage : stages) {
    INFO(stage.name);
    const Result named = tool(folder(), "compile line.nng --emit=" + std::string(stage.name));
    CHECK(named.status == 0);
    CHECK(named.err.empty());
    CHECK(named.out.find(stage.contains) != std::string::npos);
    const std::string file = "out" + std::string(stage.suffix);
    CHECK(tool(folder(), "compile line.nng -o " + file).status == 0);
    CHECK(TempDir::read(folder().path(file)) == named.out);
    const std::string odd = "compile line.nng -o odd.name --emit=" + std::string(stage.name);
    CHECK(tool(folder(), odd).status == 0);
    CHECK(TempDir::read(folder().path("odd.name")) == named.out);
  }
}

TEST_CASE("tool: text stages of a model read again say the same", "[stages]") {
  const Result graph = tool(folder(), "compile line.nng");
  CHECK(print(parse(graph.out)) == graph.out);
  CHECK(graph.out == print(parse(line_model)));
  for (const char* entry : {"vjp", "jvp", "hvp", "train"}) {
    const Result grad = tool(folder(), "compile line.nng --emit=grad --loss=mse --dim batch=4 "
                                       "--optimizer=adam --entry=" +
                                           std::string(entry));
    INFO(grad.err);
    CHECK(grad.status == 0);
    CHECK(print(parse(grad.out)) == grad.out);
  }
}

TEST_CASE("tool: a training step keeps the outputs it is told to", "[stages]") {
  const std::string step = "compile line.nng --emit=header --entry=train --loss=mse --label=t ";
  const Result plain = tool(folder(), step), kept = tool(folder(), step + "--keep=y");
  CHECK(plain.status == 0);
  CHECK(kept.status == 0);
  CHECK(count(plain.out, "float* y") == 0);
  CHECK(count(kept.out, "float* y") > 0);
}

TEST_CASE("tool: the levels of math and optimization reach the code", "[stages]") {
  folder().file("sums.nng", R"(graph @sums(%x: f32[8,64], %y: f32[64,64]) {
  %0 = dot_general %x, %y {batch_a = [], batch_b = [], contract_a = [1], contract_b = [0]} : f32[8,64]
  return sum = %0
})");
  const auto text = [](const std::string& flags) {
    const Result result = tool(folder(), "compile sums.nng " + flags);
    CHECK(result.status == 0);
    return result.out;
  };
  // haswell has fma: at default it may round once, at strict never.
  CHECK(count(text("--emit=asm --mcpu=haswell"), "vfmadd") > 0);
  CHECK(count(text("--emit=asm --mcpu=haswell --math=strict"), "vfmadd") == 0);
  CHECK(count(text("--emit=asm --mcpu=haswell --mattr=-fma"), "vfmadd") == 0);
  CHECK(count(text("--emit=asm --mcpu=x86-64"), "ymm") == 0);
  CHECK(count(text("--emit=asm --mcpu=haswell"), "ymm") > 0);
  CHECK(text("--emit=asm -O0").size() > text("--emit=asm -O2").size());
  CHECK(text("--emit=obj --name other").find("other_forward_raw") != std::string::npos);
}

TEST_CASE("tool: --print-after and --dot-after show the graph after a pass", "[stages]") {
  for (const PassInfo& pass : passes()) {
    const std::string name(pass.name);
    INFO(name);
    const std::size_t times = count(passes_run(MathLevel::Default), name + "\n");
    const Result text = tool(folder(), "compile line.nng --emit=opt --print-after=" + name);
    CHECK(text.status == 0);
    CHECK(count(text.err, "// after " + name + "\ngraph @line(") == times);
    const Result dot = tool(folder(), "compile line.nng --emit=opt --dot-after=" + name);
    CHECK(count(dot.err, "// after " + name + "\ndigraph \"line\"") == times);
    CHECK(dot.out == text.out);
  }
  const Result all = tool(folder(), "compile line.nng --emit=opt --print-after=all");
  CHECK(count(all.err, "// after ") == count(passes_run(MathLevel::Default), "\n"));
}

TEST_CASE("tool: --pass-limit, --passes, --verify-each, --time-passes, --stats", "[stages]") {
  const std::size_t most = count(passes_run(MathLevel::Default), "\n");
  for (std::size_t limit = 0; limit <= most + 1; ++limit) {
    const Result run = tool(folder(), "compile line.nng --emit=opt --verify-each --print-after=all "
                                      "--pass-limit=" +
                                          std::to_string(limit));
    CHECK(run.status == 0);
    CHECK(count(run.err, "// after ") == std::min(limit, most));
  }
  const Result two = tool(folder(), "compile line.nng --emit=opt --print-after=all "
                                    "--passes=stabilise,canonicalize");
  CHECK(count(two.err, "// after ") == 2);
  CHECK(two.err.find("// after stabilise") < two.err.find("// after canonicalize"));
  const Result times = tool(folder(), "compile line.nng --emit=opt --time-passes");
  CHECK(count(times.err, " ms\n") == most);
  const Result stats =
      tool(folder(), "compile line.nng --emit=grad --entry=train --loss=mse --stats "
                     "--dim batch=8 -o -");
  CHECK(stats.err.empty()); // no pass has run on what grad shows
  const Result train =
      tool(folder(), "compile line.nng --emit=loop --entry=train --loss=mse --stats "
                     "--dim batch=8");
  CHECK_THAT(train.err, ContainsSubstring("of forward shared by the backward part"));
  CHECK_THAT(train.err, ContainsSubstring("kernels, workspace"));
  const Result strict =
      tool(folder(), "compile line.nng --emit=opt --print-after=all --math=strict");
  CHECK(count(strict.err, "// after ") == count(passes_run(MathLevel::Strict), "\n"));
}
