/// Bad requests, models, data and folders through the real program: a message that says what is
/// wrong, the exit status, and no file that was not there before.
#include <map>
#include <unistd.h>

#include "nngc/compiler.h"
#include "test/e2e/shell.h"
#include "test/errors/catalogue.h"

using namespace nngc;
using namespace nngc::test;
using namespace std::string_literals;

namespace {

using Files = std::map<std::string, std::string>;

/// Every file below a folder with its content; folders end in a slash.
Files files(const TempDir& dir) {
  Files result;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir.path())) {
    const std::string path = entry.path().string();
    if (entry.is_directory())
      result[path + "/"] = "";
    else
      result[path] = TempDir::read(path);
  }
  return result;
}

void refuse(const std::vector<ToolMistake>& cases) {
  const TempDir dir;
  furnish(dir);
  const Files before = files(dir);
  for (const ToolMistake& c : cases) {
    INFO("nngc " << c.arguments);
    const Result result = tool(dir, c.arguments);
    CHECK(result.status == c.status);
    CHECK_THAT(result.err, ContainsSubstring("nngc: error: "));
    for (const std::string& text : c.says) CHECK_THAT(result.err, ContainsSubstring(text));
    // Our own source files are nobody's business here.
    CHECK(result.err.find(".cpp:") == std::string::npos);
    CHECK(files(dir) == before);
  }
}

} // namespace

TEST_CASE("bad input: requests", "[bad]") { refuse(request_mistakes()); }
TEST_CASE("bad input: models", "[bad]") { refuse(model_mistakes()); }
TEST_CASE("bad input: data files", "[bad]") { refuse(data_mistakes()); }
TEST_CASE("bad input: folders that take no file", "[bad]") { refuse(folder_mistakes()); }

TEST_CASE("bad input: a disk that fills up leaves the old files", "[bad]") {
  const TempDir dir;
  furnish(dir);
  const Files before = files(dir);
  // A limit on the size of files stands for the disk. The header fits, the assembly does not.
  const std::string full = "trap '' XFSZ; ulimit -f 8; " + program;
  for (const std::string arguments :
       {" compile mlp.nng -o old.o -o a.h -o a.s", " compile mlp.nng -o a.s",
        " run mlp.nng --random --dim batch=2000 -o logits=big.npy",
        " train mlp.nng --loss=mse --data x=images.npy --data y=target.npy --output-weights out"}) {
    INFO(arguments);
    const Result result = shell(dir, full + arguments);
    CHECK(result.status == 1);
    CHECK_THAT(result.err, ContainsSubstring("cannot write: File too large"));
    CHECK(files(dir) == before);
  }
}

TEST_CASE("bad input: a read-only folder", "[bad]") {
  const TempDir dir;
  furnish(dir);
  std::filesystem::create_directory(dir.path("locked"));
  std::filesystem::permissions(dir.path("locked"), std::filesystem::perms{0555});
  std::filesystem::permissions(dir.path(), std::filesystem::perms{0755});
  // Root writes everywhere; nobody does not, if the program can be read by them at all.
  const std::string as =
      geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
  if (shell(dir, as + program + " info line.nng").status != 0) return;
  const Files before = files(dir);
  for (const std::string arguments :
       {"compile line.nng -o locked/a.o", "run line.nng --random -o y=locked/y.npy",
        "train line.nng --loss=mse --data x=x.npy --data y=y.npy --output-weights locked",
        "train line.nng --loss=mse --data x=x.npy --data y=y.npy --output-weights locked/w"}) {
    INFO(arguments);
    const Result result = shell(dir, as + program + " " + arguments);
    CHECK(result.status == 1);
    CHECK_THAT(result.err, ContainsSubstring("Permission denied"));
    CHECK_THAT(result.err, ContainsSubstring("locked"));
    CHECK(files(dir) == before);
  }
}

TEST_CASE("bad input: code that this machine cannot run is refused, not run", "[bad]") {
  const TempDir dir;
  furnish(dir);
  // No machine has both what AMD dropped and what Intel never had.
  for (const std::string command : {"run line.nng --random", "verify line.nng",
                                    "bench line.nng --dim batch=2 --seconds 0.01"}) {
    const Result result = tool(dir, command + " --mattr=+fma4,+avx512fp16,+avx10.1-512,+xop");
    CHECK(result.status == 3);
    CHECK_THAT(result.err, ContainsSubstring("cannot run here: this machine lacks "));
  }
  CHECK(tool(dir, "compile line.nng --emit=obj -o a.o --mattr=+fma4,+xop").status == 0);
}
