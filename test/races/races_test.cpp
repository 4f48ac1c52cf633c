// Compiled kernels under ThreadSanitizer: no two blocks of a loop touch the same memory, no loop
// begins before the one it reads from is done, and eight callers at once share nothing they write.
// Built where NNGC_SANITIZE is `thread`. ThreadSanitizer says what it finds on stderr and makes the
// program's exit status 66.
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <thread>

#include "nngc/runtime.h"
#include "test/races/instrumented.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// Runs every block twice, on two threads at once: the fault that the tests below must see.
nngc_parallel overlapping{nullptr, [](void*, std::int64_t blocks, nngc_task task, void* ctx) {
                            std::thread other([&] { task(ctx, 0, blocks); });
                            task(ctx, 0, blocks);
                            other.join();
                          }};

std::string output_of(const std::string& command, int& status) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::string text;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  status = WEXITSTATUS(pclose(pipe));
  return text;
}

} // namespace

TEST_CASE("races: kernels of all kinds, by pools of 2, 3 and 8 threads") {
  for (const Workload& w : blocked_workloads()) {
    INFO(w.name);
    const Instrumented call(w);
    CHECK(call.accesses() > 10);
    const std::string want = call(nullptr);
    CHECK(want.size() > 1000);
    for (const int threads : {2, 3, 8}) {
      const ThreadPool pool(threads);
      const bool same = call(pool.hook()) == want;
      CHECK(same);
    }
  }
}

TEST_CASE("races: eight callers of one entry, with a pool for all, one for each, and none") {
  for (const Workload& w : blocked_workloads()) {
    if (w.name != "mlp_symbolic" && w.name != "rows") continue;
    INFO(w.name);
    const Instrumented call(w);
    const std::string want = call(nullptr);
    const ThreadPool shared(3);
    std::atomic<int> wrong = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < 8; ++i)
      callers.emplace_back([&, i] {
        const ThreadPool own(2);
        const std::array hooks = {shared.hook(), own.hook(),
                                  static_cast<const nngc_parallel*>(nullptr)};
        for (const nngc_parallel* hook : hooks)
          if (call(hook) != want) ++wrong;
      });
    for (std::thread& t : callers) t.join();
    CHECK(wrong == 0);
  }
}

TEST_CASE("races: a loop whose blocks overlap is seen") {
  int status = 0;
  const std::string text = output_of(
      "TSAN_OPTIONS=halt_on_error=1 " NNGC_BINARY_DIR "/nngc_test_races '[planted]' 2>&1", status);
  CHECK(text.find("WARNING: ThreadSanitizer: data race") != std::string::npos);
  CHECK(status == 66);
}

TEST_CASE("races: a fault, for the case above", "[.][planted]") {
  for (const Workload& w : blocked_workloads())
    if (w.name == "rows") CHECK(!Instrumented(w)(&overlapping).empty());
}
