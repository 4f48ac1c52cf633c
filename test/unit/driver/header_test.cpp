// The C header of a hand-made program: compiled and called by a C compiler, included beside
// another, and by C++.
#include "driver/header.h"

#include <cstdlib>

#include "test/support/catch.h"
#include "test/support/temp_dir.h"

using namespace nngc;
using test::ContainsSubstring;

namespace {

loop::Program program(const std::string& name) {
  const Dim batch = Dim::symbol("batch");
  loop::Entry forward;
  forward.name = name + "_forward_raw";
  forward.arguments = {{"x", f32({batch, 3}), loop::BufferKind::Input, "data"},
                       {"register", f64({3}), loop::BufferKind::Input, "param"},
                       {"X", boolean({2}), loop::BufferKind::InOut, "state"},
                       {"half", {DType::BF16, {}}, loop::BufferKind::Output, "output"}};
  forward.symbols = {batch.symbol_id()};
  forward.workspace = batch * Dim(64) + Dim(128);
  loop::Entry empty;
  empty.name = name + "_nothing_raw";
  return {name, {forward, empty}};
}

int shell(const std::string& command) { return std::system((command + " 2>&1").c_str()); }

} // namespace

TEST_CASE("the header names sizes, types and directions") {
  const std::string text = c_header(program("m"));
  CHECK_THAT(text,
             ContainsSubstring("#define M_FORWARD_X_SIZE(batch) (INT64_C(3) * (int64_t)(batch))"));
  CHECK_THAT(
      text,
      ContainsSubstring(
          "#define M_FORWARD_WORKSPACE(batch) (INT64_C(64) * (int64_t)(batch) + INT64_C(128))"));
  CHECK_THAT(text, ContainsSubstring("#define M_FORWARD_X_SIZE_ INT64_C(2)"));
  CHECK_THAT(text, ContainsSubstring("    const float* x,\n    const double* register_,\n    "
                                     "uint8_t* X,\n    uint16_t* half,\n"
                                     "    int64_t batch,\n"));
  CHECK_THAT(text,
             ContainsSubstring(
                 "int m_forward_raw(void* const* args, const int64_t* dims, void* workspace,"));
}

TEST_CASE("the header's function passes what the raw symbol takes") {
  const test::TempDir dir;
  dir.file("m.h", c_header(program("m")));
  dir.file("other.h", c_header(program("other")));
  dir.file("user.c", R"(
#include "m.h"
#include "other.h"
#include "m.h"
static float x[6]; static double r[3]; static uint8_t state[2]; static uint16_t half; static char space[256];
const char m_table[] = ""; const char other_table[] = "";
int m_forward_raw(void* const* args, const int64_t* dims, void* workspace, const struct nngc_parallel* parallel) {
  return args[0] == x && args[1] == r && args[2] == state && args[3] == &half && dims[0] == 2 && workspace == space &&
         parallel == 0 ? 7 : 1;
}
int m_nothing_raw(void* const* args, const int64_t* dims, void* workspace, const struct nngc_parallel* parallel) {
  (void)args; (void)workspace; (void)parallel;
  return dims == 0 ? 9 : 1;
}
int other_forward_raw(void* const* a, const int64_t* d, void* w, const struct nngc_parallel* p) {
  (void)a; (void)d; (void)w; (void)p; return 0;
}
int other_nothing_raw(void* const* a, const int64_t* d, void* w, const struct nngc_parallel* p) {
  (void)a; (void)d; (void)w; (void)p; return 0;
}
int main(void) {
  if (M_FORWARD_X_SIZE(2) != 6 || M_FORWARD_WORKSPACE(2) != 256) return 1;
  if (m_forward(x, r, state, &half, 2, space, 0) != 7) return 2;
  return m_nothing(space, 0) == 9 ? 0 : 3;
}
)");
  const std::string flags = " -Wall -Wextra -Wpedantic -Werror -I" + dir.path() + " ";
  REQUIRE(shell("cc -std=c99" + flags + dir.path("user.c") + " -o " + dir.path("user")) == 0);
  CHECK(shell(dir.path("user")) == 0);
  REQUIRE(shell("cp " + dir.path("user.c") + " " + dir.path("user.cpp")) == 0);
  REQUIRE(shell("c++ -std=c++11 -Wno-unused" + flags + "-c " + dir.path("user.cpp") + " -o " +
                dir.path("user.o")) == 0);
}

TEST_CASE("an entry's symbol must end in _raw") {
  loop::Program p = program("m");
  p.entries[0].name = "m_forward";
  CHECK_THROWS_AS(c_header(p), std::logic_error);
}

TEST_CASE("arguments and sizes may have any name") {
  loop::Program p{"m", {}};
  loop::Entry entry;
  entry.name = "m_forward_raw";
  for (const char* name :
       {"int64_t",   "uint8_t", "NULL",          "INT64_C",   "args",     "dims",     "workspace",
        "parallel",  "errno",   "m_forward_raw", "m_forward", "typeof",   "_Bool",    "__asm__",
        "constexpr", "linux",   "unix",          "nngc_task", "co_yield", "not_eq",   "I",
        "stdin",     "NNGC_OK", "size_t",        "_",         "a_",       "co_await", "main",
        "assert",    "bitand",  "thread_local",  "_Pragma",   "char8_t",  "complex",  "size_t_"})
    entry.arguments.push_back({name, f32({}), loop::BufferKind::Input, "data"});
  const Dim size = Dim::symbol("int64_t"), other = Dim::symbol("INT64_C");
  entry.arguments.push_back({"x", boolean({size}), loop::BufferKind::Output, "output"});
  entry.arguments.push_back({"y", boolean({other}), loop::BufferKind::Output, "output"});
  entry.symbols = {size.symbol_id(), other.symbol_id()};
  p.entries.push_back(entry);
  const test::TempDir dir;
  dir.file("m.h", c_header(p));
  const std::string before = "#include <assert.h>\n#include <errno.h>\n#include <stdio.h>\n";
  const std::string after = "#include \"m.h\"\nint64_t f(void) { return M_FORWARD_X_SIZE(3); }\n";
  dir.file("c.c", before + "#include <complex.h>\n" + after);
  dir.file("cpp.cpp", before + after);
  const std::string flags = " -Wall -Wextra -Wpedantic -Werror -fsyntax-only ";
  CHECK(shell("cc -std=c99" + flags + dir.path("c.c")) == 0);
  CHECK(shell("cc -std=gnu17" + flags + dir.path("c.c")) == 0);
  CHECK(shell("c++ -std=c++11 -Wno-unused" + flags + dir.path("cpp.cpp")) == 0);
  CHECK(shell("c++ -std=gnu++20 -Wno-unused" + flags + dir.path("cpp.cpp")) == 0);
}
