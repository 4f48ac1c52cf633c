/// The progress bar writes whole lines to files, and one line that is redrawn to terminals.
#include "nngc/runtime.h"
#include "test/support/catch.h"
#include "test/support/temp_dir.h"

#include <algorithm>

using namespace nngc;
using namespace nngc::test;

namespace {

/// What a job of 200 steps shows.
std::string shown(Progress::Style style, std::int64_t total = 200) {
  TempDir dir;
  std::FILE* out = std::fopen(dir.path("log").c_str(), "w");
  REQUIRE(out != nullptr);
  {
    Progress progress(out, "epoch 1", total, style);
    for (int i = 1; i <= 200; ++i) progress.update(i, "loss 0.5");
    progress.finish("loss 0.25");
    progress.finish("again");
    progress.update(7);
  }
  std::fclose(out);
  return TempDir::read(dir.path("log"));
}

auto count(const std::string& text, char c) { return std::count(text.begin(), text.end(), c); }

} // namespace

TEST_CASE("progress: into a file it writes plain lines, few of them") {
  const std::string text = shown(Progress::Style::Auto);
  CHECK_THAT(text, StartsWith("epoch 1: 200/200  loss 0.25  "));
  CHECK(count(text, '\n') == 1);
  CHECK(count(text, '\r') == 0);
  CHECK(count(text, '\033') == 0);
}

TEST_CASE("progress: a bar is redrawn in place, seldom, and ends its line once") {
  const std::string text = shown(Progress::Style::Bar);
  CHECK(count(text, '\n') == 1);
  CHECK(text.back() == '\n');
  CHECK(count(text, '\r') >= 2);
  CHECK(count(text, '\r') < 50);
  CHECK_THAT(text, ContainsSubstring("200/200  loss 0.25"));
  // No colour; what remains of escapes clears the end of the line.
  CHECK_THAT(text, !ContainsSubstring("\033[3") && ContainsSubstring("\033[K"));
  CHECK_THAT(shown(Progress::Style::ColorBar), ContainsSubstring("\033[32m"));
}

TEST_CASE("progress: without a total there is a count and no bar") {
  const std::string text = shown(Progress::Style::Bar, 0);
  CHECK_THAT(text, ContainsSubstring("epoch 1  200  loss 0.25") && !ContainsSubstring("─"));
}

TEST_CASE("progress: an abandoned bar still ends its line") {
  TempDir dir;
  std::FILE* out = std::fopen(dir.path("log").c_str(), "w");
  REQUIRE(out != nullptr);
  {
    Progress(out, "work", 3, Progress::Style::Bar).update(1);
  }
  std::fclose(out);
  CHECK(TempDir::read(dir.path("log")).back() == '\n');
}
