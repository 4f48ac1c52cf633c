/// model.o and model.h with a C compiler and nothing else: forward, vjp and train for any batch,
/// the same bits as in memory.
#include <cstring>
#include <sstream>

#include "nngc/compiler.h"
#include "nngc/text.h"
#include "nngc/train.h"
#include "test/e2e/shell.h"

using namespace nngc;
using namespace nngc::test;

namespace {

// Writes, per batch: y; d_w, d_b; after three steps of Adam w, b and the loss of each step.
const char* const c_program = R"(
#include "line.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void* take(int64_t bytes) { return aligned_alloc(64, ((size_t)bytes + 64) / 64 * 64); }
static void put(const float* values, int64_t count) { fwrite(values, 4, (size_t)count, stdout); }
static float value(int64_t i) { return (float)((i * 37 + 11) % 64) / 32 - 1; }

int main(void) {
  static const int64_t batches[] = {1, 2, 7, 8, 33, 100};
  for (int k = 0; k < 6; ++k) {
    const int64_t n = batches[k];
    float *x = take(4 * LINE_FORWARD_X_SIZE(n)), *y = take(4 * LINE_FORWARD_Y_SIZE(n));
    float *target = take(4 * LINE_TRAIN_TARGET_SIZE(n));
    float w[LINE_FORWARD_W_SIZE], b[LINE_FORWARD_B_SIZE], d_w[LINE_VJP_D_W_SIZE], d_b[LINE_VJP_D_B_SIZE];
    float w_m[6] = {0}, w_v[6] = {0}, b_m[2] = {0}, b_v[2] = {0}, step = 0, loss = 0;
    for (int64_t i = 0; i < 3 * n; ++i) x[i] = value(i);
    for (int64_t i = 0; i < 2 * n; ++i) target[i] = value(i + 5);
    for (int64_t i = 0; i < 6; ++i) w[i] = value(i + 9);
    for (int64_t i = 0; i < 2; ++i) b[i] = value(i + 2);
    void* workspace = take(LINE_FORWARD_WORKSPACE + 0);
    if (line_forward(x, w, b, y, n, workspace, NULL) != NNGC_OK) return 1;
    put(y, 2 * n);
    workspace = take(LINE_VJP_WORKSPACE(n));
    if (line_vjp(x, w, b, target, d_w, d_b, n, workspace, NULL) != NNGC_OK) return 2;
    put(d_w, 6);
    put(d_b, 2);
    workspace = take(LINE_TRAIN_WORKSPACE(n));
    for (int i = 0; i < 3; ++i) {
      if (line_train(x, w, b, target, &step, w_m, w_v, b_m, b_v, &loss, n, workspace, NULL) != NNGC_OK) return 3;
      put(&loss, 1);
    }
    put(w, 6);
    put(b, 2);
    if (step != 3) return 4;
  }
  float untouched = 42;
  if (line_forward(&untouched, &untouched, &untouched, &untouched, -1, NULL, NULL) != NNGC_BAD_DIM) return 5;
  if (untouched != 42) return 6;
  return strstr(line_table, "\"line_train") != NULL ? 0 : 7;
}
)";

float value(std::int64_t i) { return static_cast<float>((i * 37 + 11) % 64) / 32 - 1; }

std::vector<float> values(std::int64_t count, std::int64_t from) {
  std::vector<float> result;
  for (std::int64_t i = 0; i < count; ++i) result.push_back(value(i + from));
  return result;
}

// The same graph as the object's entry, through its text, compiled in this process.
Executable in_memory(const TempDir& dir, const std::string& flags) {
  const Result text = tool(dir, "compile line.nng " + flags);
  REQUIRE(text.status == 0);
  return compile(parse(text.out));
}

void append(std::string& bytes, const std::vector<float>& floats) {
  bytes.append(reinterpret_cast<const char*>(floats.data()), 4 * floats.size());
}

std::string expected(const TempDir& dir, const std::string& train_flags,
                     const nngc_parallel* parallel) {
  const Executable forward = in_memory(dir, "--emit=graph");
  const Executable vjp = in_memory(dir, "--emit=grad --entry=vjp");
  const Executable train = in_memory(dir, "--emit=grad --entry=train " + train_flags);
  std::string bytes;
  for (const std::int64_t n : {1, 2, 7, 8, 33, 100}) {
    const auto rows = static_cast<std::size_t>(n);
    const std::vector<float> x = values(3 * n, 0), target = values(2 * n, 5);
    std::vector<float> w = values(6, 9), b = values(2, 2), y(2 * rows), d_w(6), d_b(2);
    std::vector<float> w_m(6), w_v(6), b_m(2), b_v(2), step(1), loss(1);
    forward.run({{"x", x}, {"w", w}, {"b", b}, {"y", y}}, parallel);
    append(bytes, y);
    vjp.run({{"x", x}, {"w", w}, {"b", b}, {"d_y", target}, {"d_w", d_w}, {"d_b", d_b}}, parallel);
    append(bytes, d_w);
    append(bytes, d_b);
    for (int i = 0; i < 3; ++i) {
      train.run({{"x", x},
                 {"w", w},
                 {"b", b},
                 {"target", target},
                 {"step", step},
                 {"w_m", w_m},
                 {"w_v", w_v},
                 {"b_m", b_m},
                 {"b_v", b_v},
                 {"loss", loss}},
                parallel);
      append(bytes, loss);
    }
    append(bytes, w);
    append(bytes, b);
  }
  return bytes;
}

void allow_only_mem(const std::string& names) {
  std::istringstream words(names);
  for (std::string word; words >> word;) {
    INFO(word);
    CHECK((word == "U" || word == "memcpy" || word == "memmove" || word == "memset"));
  }
}

} // namespace

TEST_CASE("object: C calls forward, vjp and train of any batch and gets the JIT's bits",
          "[object]") {
  const TempDir dir;
  dir.file("line.nng", line_model);
  dir.file("user.c", c_program);
  const std::string train = "--loss=mse --label=target --optimizer=adam,lr=1e-2";
  REQUIRE(
      tool(dir, "compile line.nng -o line.o -o line.h --entry=forward,vjp,train " + train).status ==
      0);
  const Result undefined = shell(dir, "nm -u line.o");
  REQUIRE(undefined.status == 0);
  allow_only_mem(undefined.out);
  const Result cc =
      shell(dir, "cc -std=c11 -O1 -Wall -Wextra -Wpedantic -Werror user.c line.o -o user");
  INFO(cc.err);
  REQUIRE(cc.status == 0);
  const Result ran = shell(dir, "./user");
  REQUIRE(ran.status == 0);
  ThreadPool pool(3);
  CHECK(ran.out == expected(dir, train, nullptr));
  CHECK(ran.out == expected(dir, train, pool.hook()));
}

TEST_CASE("object: every entry of a perceptron needs at most three functions", "[object]") {
  const TempDir dir;
  dir.file("mlp.nng", mlp_model);
  for (const char* flags : {"", "-O0", "--mcpu=x86-64", "--mcpu=haswell", "--mcpu=znver4",
                            "--math=strict", "--math=fast", "--dim batch=32"}) {
    INFO(flags);
    REQUIRE(tool(dir, "compile mlp.nng -o mlp.o --entry=forward,vjp,jvp,hvp,train "
                      "--loss=cross_entropy_with_logits --optimizer=adamw " +
                          std::string(flags))
                .status == 0);
    const Result undefined = shell(dir, "nm -u mlp.o");
    CHECK(undefined.status == 0);
    allow_only_mem(undefined.out);
  }
}

TEST_CASE("object: two models in one C program, and one called by C++", "[object]") {
  const TempDir dir;
  dir.file("line.nng", line_model);
  REQUIRE(tool(dir, "compile line.nng -o one.o -o one.h --name one --dim batch=2").status == 0);
  REQUIRE(tool(dir, "compile line.nng -o two.o -o two.h --name two").status == 0);
  dir.file("both.c", R"(
#include "one.h"
#include "two.h"
#include <string.h>
int main(void) {
  float x[6] = {1, 2, 3, 4, 5, 6}, w[6] = {.1f, .2f, -.3f, .4f, .5f, -.6f}, b[2] = {1, 2}, y[4], z[4];
  char space[4096];
  if (ONE_FORWARD_WORKSPACE > 4000 || ONE_FORWARD_X_SIZE != 6 || TWO_FORWARD_X_SIZE(2) != 6) return 1;
  void* aligned = (void*)(((uintptr_t)space + 63) / 64 * 64);
  if (one_forward(x, w, b, y, aligned, NULL) || two_forward(x, w, b, z, 2, aligned, NULL)) return 2;
  return memcmp(y, z, sizeof y) != 0;
}
)");
  const std::string link = " -Wall -Wextra -Werror both.c one.o two.o -o both && ./both";
  CHECK(shell(dir, "cc -std=c99" + link).status == 0);
  CHECK(shell(dir, "c++ -x c++ -std=c++11 -c both.c -o both_cpp.o && c++ both_cpp.o one.o two.o -o "
                   "both_cpp && ./both_cpp")
            .status == 0);
}

TEST_CASE("object: the bytes are the same for the same model", "[object]") {
  const TempDir dir;
  dir.file("mlp.nng", mlp_model);
  const std::string flags = " --entry=forward,train --loss=cross_entropy_with_logits";
  REQUIRE(tool(dir, "compile mlp.nng -o a.o -o a.h" + flags).status == 0);
  REQUIRE(tool(dir, "compile mlp.nng -o b.o -o b.h" + flags).status == 0);
  CHECK(TempDir::read(dir.path("a.o")) == TempDir::read(dir.path("b.o")));
  CHECK(TempDir::read(dir.path("a.h")) == TempDir::read(dir.path("b.h")));
}
