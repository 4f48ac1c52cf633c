// Runs every test file below test/filetest. NNGC_BLESS=1 rewrites the expectations that are exact.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "nngc/error.h"
#include "test/filetest/file_check.h"
#include "test/filetest/verbs.h"
#include "test/support/catch.h"

namespace fs = std::filesystem;
using namespace nngc;
using namespace nngc::test;

namespace {

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bool bless() {
  const char* set = std::getenv("NNGC_BLESS");
  return set != nullptr && std::string_view(set) == "1";
}

/// Empty, or what is wrong.
std::string run(const fs::path& path, const std::string& name) {
  const std::string text = read(path);
  const TestFile test = read_test_file(text);
  if (test.run.empty()) return name + ":1: the first line must be `// RUN: verb ...`";
  for (const Verb& verb : verbs()) {
    if (verb.name != test.run[0]) continue;
    std::string output;
    try {
      output = verb.run(text, name, std::span(test.run).subspan(1));
    } catch (const Error& e) {
      if (test.errors.empty()) return "not expected: " + std::string(e.what());
      return check_errors(test, name, e.what());
    } catch (const std::exception& e) {
      return e.what();
    }
    if (!test.errors.empty()) return name + ": errors are expected, but there was none";
    if (test.checks.empty()) return name + ": expects nothing; write CHECK or ERROR lines";
    std::string wrong = check_output(test, name, output);
    if (wrong.empty() && test.exact() && blessed(text, output) != text)
      wrong = name + ": the expectation is not all of the output";
    if (wrong.empty() || !test.exact()) return wrong;
    if (!bless()) return wrong + "\n(NNGC_BLESS=1 rewrites this expectation)\n" + output;
    std::ofstream(path, std::ios::binary) << blessed(text, output);
    WARN("rewritten: " + name);
    return {};
  }
  return name + ":1: there is no verb '" + test.run[0] + "'";
}

} // namespace

TEST_CASE("test files") {
  const fs::path root = fs::path(NNGC_SOURCE_DIR) / "test/filetest";
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.path().extension() == ".nng") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() > 10);
  for (const fs::path& path : files) {
    const std::string name = fs::relative(path, root).generic_string();
    const std::string wrong = run(path, name);
    INFO(wrong);
    CHECK(wrong.empty());
  }
}

TEST_CASE("the snippets of docs/text-ir.md read back as they are written") {
  const std::string text = read(fs::path(NNGC_SOURCE_DIR) / "docs/text-ir.md");
  const std::string fence = "```nng\n";
  std::size_t snippets = 0;
  for (std::size_t at = text.find(fence); at != std::string::npos; at = text.find(fence, at)) {
    at += fence.size();
    const std::string snippet = text.substr(at, text.find("```", at) - at);
    INFO(snippet);
    std::string printed;
    for (const Verb& verb : verbs())
      if (verb.name == "roundtrip") CHECK_NOTHROW(printed = verb.run(snippet, "text-ir.md", {}));
    // Canonical but for comments.
    std::string plain;
    std::istringstream lines(snippet);
    for (std::string line; std::getline(lines, line);) {
      line = line.substr(0, line.find("//"));
      line.erase(line.find_last_not_of(' ') + 1);
      if (!line.empty()) plain += line + "\n";
    }
    CHECK(printed == plain);
    ++snippets;
  }
  CHECK(snippets >= 5);
}

// The runner's own promises: a test that cannot fail is none.

TEST_CASE("CHECK looks behind the last match, NEXT at the next line, NOT in between") {
  const auto wrong = [](const std::string& checks, const std::string& output) {
    return check_output(read_test_file("// RUN: x\n" + checks), "t", output);
  };
  const std::string out = "one\ntwo\nthree\n";
  CHECK(wrong("// CHECK: one\n// CHECK: three\n", out).empty());
  CHECK_FALSE(wrong("// CHECK: three\n// CHECK: one\n", out).empty());
  CHECK_FALSE(wrong("// CHECK: one\n// CHECK: one\n", out).empty());
  CHECK(wrong("// CHECK: one\n// CHECK-NEXT: two\n", out).empty());
  CHECK_FALSE(wrong("// CHECK: one\n// CHECK-NEXT: three\n", out).empty());
  CHECK_FALSE(wrong("// CHECK: three\n// CHECK-NEXT: four\n", out).empty());
  CHECK_FALSE(wrong("// CHECK: one\n// CHECK-NOT: two\n// CHECK: three\n", out).empty());
  CHECK(wrong("// CHECK: two\n// CHECK-NOT: one\n", out).empty());
  CHECK_FALSE(wrong("// CHECK-NOT: three\n", out).empty());
}

TEST_CASE("ERROR must be met on its line, and nothing else may be reported") {
  const TestFile test = read_test_file("// RUN: x\nbad // ERROR: no such\n");
  CHECK(check_errors(test, "t", "t:2:1: error: no such thing\n  bad").empty());
  CHECK_FALSE(check_errors(test, "t", "t:3:1: error: no such thing\n").empty());
  CHECK_FALSE(check_errors(test, "t", "t:2:1: error: something else\n").empty());
  CHECK_FALSE(check_errors(test, "t", "t:2:1: error: no such\nt:2:5: error: more\n").empty());
  CHECK_FALSE(check_errors(test, "t", "").empty());
}

TEST_CASE("blessing replaces the checks and nothing else, and then they hold") {
  const std::string text = "// RUN: x\nbody\n// CHECK: old\n// CHECK-NEXT: older\nend\n";
  const std::string now = blessed(text, "new\n  newer\n");
  CHECK(now == "// RUN: x\nbody\n// CHECK: new\n// CHECK-NEXT: newer\nend\n");
  CHECK(check_output(read_test_file(now), "t", "new\n  newer\n").empty());
  CHECK(read_test_file(text).exact());
  CHECK_FALSE(read_test_file("// CHECK: a\n// CHECK: b\n").exact());
}
