/// The pool runs every block once, whoever calls and however often; a worker that comes late finds
/// its blocks done.
#include "nngc/runtime.h"
#include "test/support/catch.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

using namespace nngc;

namespace {

/// parallel_for with a lambda.
void run(const nngc_parallel* hook, std::int64_t blocks,
         std::function<void(std::int64_t, std::int64_t)> body) {
  hook->parallel_for(
      hook->pool, blocks,
      [](void* ctx, std::int64_t begin, std::int64_t end) {
        (*static_cast<std::function<void(std::int64_t, std::int64_t)>*>(ctx))(begin, end);
      },
      &body);
}

/// Which thread ran each block. Every block must have been run once. No range ends before
/// `together` of them have begun.
std::vector<std::thread::id> owners(ThreadPool& pool, std::int64_t blocks, int together = 1) {
  std::atomic<int> begun{0};
  std::vector<std::thread::id> owner(static_cast<std::size_t>(blocks));
  std::vector<int> runs(owner.size(), 0);
  run(pool.hook(), blocks, [&](std::int64_t begin, std::int64_t end) {
    ++begun;
    while (begun < together) std::this_thread::yield();
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      owner[i] = std::this_thread::get_id();
      ++runs[i];
    }
  });
  CHECK(runs == std::vector<int>(owner.size(), 1));
  return owner;
}

} // namespace

TEST_CASE("thread pool: every block runs once for any number of threads and blocks") {
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    CHECK(pool.threads() == threads);
    for (const std::int64_t blocks : {0, 1, 2, 3, 7, 8, 9, 100}) owners(pool, blocks);
  }
}

TEST_CASE("thread pool: a block stays with its thread, and all threads take part") {
  ThreadPool pool(3);
  const auto first = owners(pool, 12, 3);
  CHECK(first[0] == std::this_thread::get_id());
  CHECK(first[0] != first[4]);
  CHECK(first[4] != first[8]);
  for (std::size_t i = 0; i < 12; ++i) CHECK(first[i] == first[i / 4 * 4]);
  for (int repeat = 0; repeat < 50; ++repeat) CHECK(owners(pool, 12, 3) == first);
}

TEST_CASE("thread pool: what a worker has not begun, the caller does") {
  // Many more threads than cores: most workers come when all is done, and nobody waits for them.
  ThreadPool pool(64);
  std::int64_t by_caller = 0;
  for (int repeat = 0; repeat < 200; ++repeat)
    for (const std::thread::id id : owners(pool, 64))
      by_caller += id == std::this_thread::get_id() ? 1 : 0;
  CHECK(by_caller > 200); // one block of each loop is the caller's own
}

TEST_CASE("thread pool: many short loops in a row, what one wrote the next one reads") {
  ThreadPool pool(4);
  std::vector<std::int64_t> cells(64, 0);
  for (int step = 0; step < 2000; ++step) {
    // Each cell takes its left neighbour's value of the step before, which another thread wrote.
    std::vector<std::int64_t> next(cells.size());
    run(pool.hook(), 64, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        next[static_cast<std::size_t>(i)] = cells[static_cast<std::size_t>((i + 63) % 64)] + 1;
    });
    cells.swap(next);
  }
  CHECK(cells == std::vector<std::int64_t>(64, 2000));
}

TEST_CASE("thread pool: sleeping workers wake up") {
  ThreadPool pool(3);
  for (int repeat = 0; repeat < 3; ++repeat) {
    owners(pool, 30);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

TEST_CASE("thread pool: a call from inside a task runs there") {
  ThreadPool pool(4);
  std::atomic<int> inner{0}, elsewhere{0};
  run(pool.hook(), 8, [&](std::int64_t begin, std::int64_t end) {
    const auto here = std::this_thread::get_id();
    for (std::int64_t i = begin; i < end; ++i)
      run(pool.hook(), 5, [&](std::int64_t b, std::int64_t e) {
        inner += static_cast<int>(e - b);
        elsewhere += std::this_thread::get_id() != here;
      });
  });
  CHECK(inner == 40);
  CHECK(elsewhere == 0);
}

TEST_CASE("thread pool: several threads may call at once") {
  ThreadPool pool(3);
  std::vector<std::thread> callers;
  std::vector<std::int64_t> sums(4, 0);
  for (std::size_t c = 0; c < sums.size(); ++c)
    callers.emplace_back([&, c] {
      for (int repeat = 0; repeat < 300; ++repeat) {
        std::vector<std::int64_t> squares(20, 0);
        run(pool.hook(), 20, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) squares[static_cast<std::size_t>(i)] = i * i;
        });
        for (const std::int64_t s : squares) sums[c] += s;
      }
    });
  for (std::thread& caller : callers) caller.join();
  CHECK(sums == std::vector<std::int64_t>(4, 300 * 2470));
}

TEST_CASE("thread pool: pools come and go, and 0 threads means the cores there are") {
  for (int repeat = 0; repeat < 20; ++repeat) ThreadPool pool(5);
  CHECK(ThreadPool().threads() >= 1);
}

TEST_CASE("thread pool: refuses what is no number of threads") {
  NNGC_CHECK_THROWS(ThreadPool(-1), Error, "thread pool: -1 threads: expected 0 (all cores)");
  NNGC_CHECK_THROWS(ThreadPool(1025), Error, "1025 threads");
}
