/// W^X: while a compiled model lives, no page of this process can be written and executed.
#include <fstream>
#include <string>

#include "nngc/compiler.h"
#include "nngc/text.h"
#include "test/e2e/shell.h"

using namespace nngc;
using namespace nngc::test;

namespace {

struct Pages {
  std::string line, rights;
  std::uintptr_t begin = 0, end = 0;
};

std::vector<Pages> mappings() {
  std::vector<Pages> result;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t dash = line.find('-'), space = line.find(' ');
    result.push_back({line, line.substr(space + 1, 4),
                      std::stoull(line.substr(0, dash), nullptr, 16),
                      std::stoull(line.substr(dash + 1, space - dash - 1), nullptr, 16)});
  }
  return result;
}

// Pages that no file is behind and that run: what a JIT makes.
std::size_t anonymous_code() {
  std::size_t bytes = 0;
  for (const Pages& p : mappings())
    if (p.rights[2] == 'x' && p.line.find('/') == std::string::npos &&
        p.line.find('[') == std::string::npos)
      bytes += p.end - p.begin;
  return bytes;
}

} // namespace

TEST_CASE("jit: no page is both writable and executable", "[wx]") {
  const std::size_t before = anonymous_code();
  std::vector<Executable> alive;
  for (int round = 0; round < 3; ++round) {
    for (const char* text : {line_model, mlp_model}) {
      alive.push_back(compile(parse(text), {.opt_level = round}));
      std::vector<float> x(6, 1), w(6, 0.5F), b(2), y(4);
      if (text == line_model) alive.back().run({{"x", x}, {"w", w}, {"b", b}, {"y", y}});
      for (const Pages& p : mappings()) {
        INFO(p.line);
        CHECK_FALSE((p.rights[1] == 'w' && p.rights[2] == 'x'));
      }
    }
  }
  // The check saw the code: it is in memory of its own, and goes with its last user.
  CHECK(anonymous_code() >= before + alive.size() * 4096);
  alive.clear();
  CHECK(anonymous_code() <= before);
}
