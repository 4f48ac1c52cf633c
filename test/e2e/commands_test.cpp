/// What each command is for, on real files, through the shell.
#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include "nngc/compiler.h"
#include "nngc/op_info.h"
#include "nngc/passes.h"
#include "test/e2e/shell.h"

using namespace nngc;
using namespace nngc::test;

namespace {

const std::vector<std::string> commands = {"compile", "run",   "train",  "dot",  "info",
                                           "ops",     "rules", "verify", "bench"};

} // namespace

TEST_CASE("tool: help teaches with examples", "[tool]") {
  const TempDir dir;
  const Result top = tool(dir, "--help");
  CHECK(top.status == 0);
  CHECK(top.err.empty());
  for (const std::string& command : commands) {
    INFO(command);
    CHECK_THAT(top.out, ContainsSubstring("\n  " + command + " "));
    const Result help = tool(dir, command + " --help");
    CHECK(help.status == 0);
    CHECK(help.err.empty());
    CHECK_THAT(help.out, ContainsSubstring("\nExamples:\n  nngc " + command));
    CHECK_THAT(help.out, ContainsSubstring("Usage: nngc " + command));
  }
  CHECK_THAT(top.out, ContainsSubstring("Exit status: 0 done, 1 the model or its data is wrong, 2 "
                                        "usage, 3 not supported."));
}

TEST_CASE("tool: every example of every help text runs", "[tool]") {
  // The examples speak of mlp.nng, line.nng and data files: here they are.
  const TempDir dir;
  dir.file("mlp.nng", mlp_model);
  dir.file("line.nng", line_model);
  dir.file("net.dot", "digraph net { x [role=input]; y [role=output, activation=sigmoid]; "
                      "x -> y [weight=2]; }");
  const std::string zeros(std::size_t{256} * 784, '\3');
  using namespace std::string_literals;
  const std::string images = "\0\0\x08\x03\0\0\1\0\0\0\0\x1c\0\0\0\x1c"s + zeros;
  const std::string labels = "\0\0\x08\x01\0\0\1\0"s + std::string(256, '\1');
  dir.file("train-images-idx3-ubyte", images);
  dir.file("train-labels-idx1-ubyte", labels);
  REQUIRE(shell(dir, "gzip train-images-idx3-ubyte train-labels-idx1-ubyte").status == 0);
  int ran = 0;
  // train makes the folder `trained` that run reads; run makes none of what others read.
  for (const char* command :
       {"train", "compile", "run", "dot", "info", "ops", "rules", "verify", "bench"}) {
    save(dir, "x.npy", {4, 3}, std::vector<float>(12, 1));
    save(dir, "y.npy", {4, 2}, std::vector<float>(8, 1));
    if (std::string(command) == "run")
      save(dir, "x.npy", {4, 784}, std::vector<std::uint8_t>(3136));
    std::istringstream help(tool(dir, std::string(command) + " --help").out);
    std::string line;
    while (std::getline(help, line) && line != "Examples:") {
    }
    while (std::getline(help, line)) {
      if (!line.starts_with("  nngc ")) continue;
      // What stands behind three spaces explains; a backslash goes on with the next line.
      std::string example = line.substr(2, line.find("   ", 2) - 2), more = line;
      while (more.ends_with('\\') && std::getline(help, more)) {
        example.pop_back();
        example += more.substr(more.find_first_not_of(' '));
      }
      line = example;
      line = program + line.substr(4);
      if (line.find("dot -Tsvg") != std::string::npos &&
          std::system("command -v dot >/dev/null") != 0)
        continue;
      if (std::string(command) == "bench") line += " --seconds 0.01";
      INFO(line);
      const Result result = shell(dir, line);
      INFO(result.err);
      CHECK(result.err.find("error") == std::string::npos);
      CHECK(result.status == 0);
      ++ran;
    }
  }
  CHECK(ran >= 20);
}

TEST_CASE("tool: the version names LLVM and this machine", "[tool]") {
  const TempDir dir;
  const Result version = tool(dir, "--version");
  CHECK(version.status == 0);
  CHECK_THAT(version.out, StartsWith("nngc "));
  CHECK_THAT(version.out, ContainsSubstring("LLVM " + llvm_version()));
  CHECK_THAT(version.out, ContainsSubstring("host cpu " + host_cpu()));
}

TEST_CASE("tool: info shows the interface of a model", "[tool]") {
  const TempDir dir;
  dir.file("line.nng", line_model);
  const Result info = tool(dir, "info line.nng");
  CHECK(info.status == 0);
  for (const char* text :
       {"model line\n", "x                f32[batch,3] data\n", "w                f32[3,2] param\n",
        "y                f32[batch,2]\n", "parameters         8\n", "kernels            1\n"})
    CHECK_THAT(info.out, ContainsSubstring(text));
  CHECK_THAT(tool(dir, "info line.nng --dim batch=7").out, ContainsSubstring("f32[7,3] data"));
  const Result piped = shell(dir, "cat line.nng | " + program + " info -");
  CHECK(piped.out == info.out);
}

TEST_CASE("tool: rules lists every rewrite, by level", "[tool]") {
  const TempDir dir;
  const Result list = tool(dir, "rules");
  const Result table = tool(dir, "rules --markdown");
  CHECK((list.status == 0 && table.status == 0));
  std::istringstream lines(list.out);
  std::size_t count = 0;
  MathLevel level = MathLevel::Strict;
  for (std::string line; std::getline(lines, line); ++count) {
    INFO(line);
    std::istringstream words(line);
    std::string rule, its_class, lowest;
    words >> rule >> its_class >> lowest;
    const auto all = rewrite_rules();
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const RuleInfo& r) { return r.name == rule; });
    REQUIRE(at != all.end());
    CHECK(its_class == name(at->rule_class));
    CHECK_THAT(line, ContainsSubstring(std::string(at->summary)));
    MathLevel now = MathLevel::Strict;
    REQUIRE(parse_math_level(lowest, now));
    CHECK(now >= level); // the levels stand in order
    level = now;
    CHECK(allowed(at->rule_class, level));
    if (level != MathLevel::Strict)
      CHECK(!allowed(at->rule_class, static_cast<MathLevel>(static_cast<int>(level) - 1)));
    CHECK_THAT(table.out, ContainsSubstring("| `" + rule + "` | "));
  }
  CHECK(count == rewrite_rules().size());
}

TEST_CASE("tool: ops lists every primitive, and explains one", "[tool]") {
  const TempDir dir;
  const Result list = tool(dir, "ops");
  const Result table = tool(dir, "ops --markdown");
  CHECK(list.status == 0);
  std::set<std::string> listed;
  std::istringstream lines(list.out);
  for (std::string line; std::getline(lines, line);) listed.insert(line.substr(0, line.find(' ')));
  CHECK(listed.size() == op_infos().size());
  for (const OpInfo& op : op_infos()) {
    INFO(op.name);
    CHECK(listed.contains(std::string(op.name)));
    CHECK_THAT(table.out, ContainsSubstring("| `" + std::string(op.name) + "` |"));
  }
  const Result one = tool(dir, "ops max");
  CHECK(one.status == 0);
  CHECK_THAT(one.out, ContainsSubstring("tie         string: "));
  CHECK(tool(dir, "ops maxx").status == 2);
}

TEST_CASE("tool: run computes what the model says, compiled and interpreted", "[tool]") {
  const TempDir dir;
  dir.file("line.nng", line_model);
  save<float>(dir, "x.npy", {2, 3}, {1, 2, 3, -1, 0, 0.5F});
  save<float>(dir, "w.npy", {3, 2}, {0.1F, 0.2F, 0.3F, -0.4F, 0.5F, 0.6F});
  save<float>(dir, "b.npy", {2}, {0.25F, -0.5F});
  for (const char* how : {"", " --interpret", " -O0", " --threads 2", " --mcpu=x86-64",
                          " --math=strict", " --math=fast", " --no-optimize"}) {
    INFO(how);
    const Result run =
        tool(dir, "run line.nng --input x=x.npy --input w=w.npy --input b=b.npy -o y=y.npy" +
                      std::string(how));
    CHECK(run.status == 0);
    CHECK(run.out.empty());
    CHECK(run.err.empty());
    const Tensor y = load_npy(dir.path("y.npy"));
    REQUIRE(y.type_str() == "f32[2,2]");
    const double z[] = {0.1 + 0.6 + 1.5 + 0.25, 0.2 - 0.8 + 1.8 - 0.5, -0.1 + 0.25 + 0.25,
                        -0.2 + 0.3 - 0.5};
    for (std::size_t i = 0; i < 4; ++i)
      CHECK(y.data<float>()[i] == Approx(std::tanh(z[i])).epsilon(1e-6));
    std::filesystem::remove(dir.path("y.npy"));
  }
  // The folder of weights is a way to say the same; results are printed where nobody wants a file.
  const Result printed = tool(dir, "run line.nng --input x=x.npy --weights .");
  CHECK(printed.status == 0);
  CHECK_THAT(printed.out, StartsWith("y f32[2,2] 0.985"));
  const Result random = tool(dir, "run line.nng --random --seed 5 --dim batch=3");
  CHECK(random.out == tool(dir, "run line.nng --random --seed 5 --dim batch=3").out);
  CHECK(random.out != tool(dir, "run line.nng --random --seed 6 --dim batch=3").out);
}

TEST_CASE("tool: data of another dtype becomes the model's float type", "[tool]") {
  const TempDir dir;
  dir.file("line.nng", line_model);
  save<double>(dir, "x.npy", {1, 3}, {1, 2, 3});
  save<std::uint8_t>(dir, "bytes.npy", {1, 3}, {1, 2, 3});
  save<float>(dir, "w.npy", {3, 2}, {1, 2, 3, 4, 5, 6});
  save<float>(dir, "b.npy", {2}, {-22, -28});
  for (const char* file : {"x.npy", "bytes.npy"}) {
    const Result run = tool(dir, "run line.nng --weights . --input x=" + std::string(file));
    CHECK(run.out == "y f32[1,2] 0 0\n");
  }
}

TEST_CASE("tool: dot draws the model, its derivative and its kernels", "[tool]") {
  const TempDir dir;
  dir.file("line.nng", line_model);
  const Result forward = tool(dir, "dot line.nng");
  CHECK_THAT(forward.out, StartsWith("digraph \"line\" {"));
  CHECK_THAT(forward.out, ContainsSubstring("f32[batch,2]"));
  const Result step = tool(dir, "dot line.nng --entry=train --loss=mse -o step.dot");
  CHECK(step.status == 0);
  const std::string text = TempDir::read(dir.path("step.dot"));
  for (const char* cluster : {"cluster_forward", "cluster_backward", "cluster_update"})
    CHECK_THAT(text, ContainsSubstring(cluster));
  const Result fused = tool(dir, "dot line.nng --fused");
  CHECK(fused.status == 0);
  CHECK(fused.out != forward.out);
  if (std::system("command -v dot >/dev/null") == 0)
    for (const Result& r : {forward, fused})
      CHECK(shell(dir, "dot -Tsvg '" + dir.file("g.dot", r.out) + "' >/dev/null").status == 0);
}

TEST_CASE("tool: verify judges compiled code and derivatives", "[tool]") {
  const TempDir dir;
  dir.file("line.nng", line_model);
  dir.file("mlp.nng", mlp_model);
  const Result line = tool(dir, "verify line.nng --grad");
  CHECK(line.status == 0);
  for (const char* what : {"y f32[3,2]", "gradient of x", "gradient of w", "gradient of b"})
    CHECK_THAT(line.out, ContainsSubstring(what));
  CHECK(std::count(line.out.begin(), line.out.end(), '\n') == 4);
  for (const char* how :
       {"--dim batch=5", "-O0 --math=strict", "--mcpu=x86-64", "--mcpu=x86-64-v3"})
    CHECK(tool(dir, "verify mlp.nng --grad " + std::string(how)).status == 0);
  // A tolerance that no rounding meets shows that it can say no.
  const Result strict = tool(dir, "verify line.nng --grad --tolerance 1e-12");
  CHECK(strict.status == 1);
  CHECK_THAT(strict.out, ContainsSubstring("WRONG"));
  CHECK_THAT(strict.err, ContainsSubstring("verify: results differ"));
}

TEST_CASE("tool: bench measures a call", "[tool]") {
  const TempDir dir;
  dir.file("line.nng", line_model);
  for (const char* entry : {"forward", "vjp", "jvp", "hvp", "train"}) {
    INFO(entry);
    const Result bench =
        tool(dir, "bench line.nng --dim batch=4 --seconds 0.01 --loss=mse --entry=" +
                      std::string(entry));
    CHECK(bench.status == 0);
    CHECK_THAT(bench.out, StartsWith("line " + std::string(entry) + ": "));
    CHECK_THAT(bench.out, ContainsSubstring(" us per call (fastest "));
  }
}
