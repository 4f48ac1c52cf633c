/// A pool for many short parallel loops in a row, as one training step makes them.
///
/// Each worker watches a ticket of its own: even, a range of a loop is offered; odd, it is taken.
/// To run a loop the caller writes the job down, then offers a range to as many workers as the loop
/// has blocks for (release). Whoever makes the ticket odd runs the range: the worker, or, where the
/// worker has not come by the time the caller is through with its own range, the caller. So a
/// worker that the system keeps waiting keeps nobody waiting, and one whose ticket it finds odd
/// never looks at the job, which may be the next one by then. The caller returns when `pending`,
/// the ranges that workers took or may take, is 0.
///
/// Waiting is in three stages: some microseconds of pausing, for loops that follow closely;
/// yielding up to a millisecond, so that a machine with more threads than cores keeps moving; then
/// a futex.
#include "nngc/runtime.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <sched.h>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace nngc {
namespace {

void pause_cpu() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

/// Waits until `value` differs from `old`; the new value. Acquires.
std::uint32_t wait_for_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  for (int i = 0; i < 2000; ++i) {
    if (const auto now = value.load(std::memory_order_acquire); now != old) return now;
    pause_cpu();
  }
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(1);
  do {
    if (const auto now = value.load(std::memory_order_acquire); now != old) return now;
    sched_yield();
  } while (std::chrono::steady_clock::now() < give_up);
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

/// Cores this process may run on; what hardware_concurrency() says knows nothing of taskset.
int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
  const unsigned cores = std::thread::hardware_concurrency();
  return cores == 0 ? 1 : static_cast<int>(cores);
}

constexpr int max_threads = 1024;

} // namespace

struct ThreadPool::State {
  /// On a cache line of its own: each ticket is written once per loop and watched closely.
  struct alignas(64) Worker {
    std::atomic<std::uint32_t> ticket{1};
    std::thread thread;
  };

  explicit State(int threads) : workers(static_cast<std::size_t>(threads - 1)) {}

  void run_range(std::int64_t t) const {
    task(ctx, blocks * t / ranges, blocks * (t + 1) / ranges);
  }

  void work(std::size_t index) {
    std::uint32_t seen = 1;
    for (;;) {
      seen = wait_for_change(workers[index].ticket, seen);
      if (stop.load(std::memory_order_relaxed)) return;
      if (!take(index, seen)) continue;
      run_range(static_cast<std::int64_t>(index) + 1);
      if (pending.fetch_sub(1, std::memory_order_acq_rel) == 1) pending.notify_one();
    }
  }

  void offer(std::size_t index) {
    workers[index].ticket.fetch_add(1, std::memory_order_release);
    workers[index].ticket.notify_one();
  }

  /// Takes the range behind a ticket last seen as `seen`; false if it is not offered any more.
  /// `seen` becomes the odd value that the next offer follows.
  bool take(std::size_t index, std::uint32_t& seen) {
    std::uint32_t offered = seen & ~std::uint32_t{1};
    const bool even = offered == seen;
    seen = offered + 1;
    return even && workers[index].ticket.compare_exchange_strong(
                       offered, seen, std::memory_order_acq_rel, std::memory_order_relaxed);
  }

  /// The ranges that no worker has begun.
  void take_over() {
    for (std::size_t i = 0; i + 1 < static_cast<std::size_t>(ranges); ++i) {
      std::uint32_t seen = workers[i].ticket.load(std::memory_order_relaxed);
      if (!take(i, seen)) continue;
      run_range(static_cast<std::int64_t>(i) + 1);
      pending.fetch_sub(1, std::memory_order_relaxed);
    }
  }

  void stop_workers() {
    stop.store(true, std::memory_order_relaxed);
    for (std::size_t i = 0; i < workers.size(); ++i)
      if (workers[i].thread.joinable()) offer(i);
    for (Worker& worker : workers)
      if (worker.thread.joinable()) worker.thread.join();
  }

  nngc_parallel hook{};
  std::vector<Worker> workers;
  std::atomic<bool> busy{false};
  // The loop under way. Written by the caller that set `busy`, read by the workers it called.
  nngc_task task = nullptr;
  void* ctx = nullptr;
  std::int64_t blocks = 0, ranges = 1;
  std::atomic<bool> stop{false};
  alignas(64) std::atomic<std::uint32_t> pending{0};
};

ThreadPool::ThreadPool(int threads) {
  if (threads < 0 || threads > max_threads)
    throw Error(Error::Kind::Argument, "thread pool: " + std::to_string(threads) +
                                           " threads: expected 0 (all cores) to " +
                                           std::to_string(max_threads));
  state_ = std::make_unique<State>(threads == 0 ? usable_cores() : threads);
  State& state = *state_;
  state.hook = {this, [](void* pool, std::int64_t blocks, nngc_task task, void* ctx) {
                  static_cast<ThreadPool*>(pool)->parallel_for(blocks, task, ctx);
                }};
  try {
    for (std::size_t i = 0; i < state.workers.size(); ++i)
      state.workers[i].thread = std::thread([&state, i] { state.work(i); });
  } catch (const std::system_error& error) {
    state.stop_workers();
    throw Error(Error::Kind::Argument,
                std::string("thread pool: the system starts no more threads: ") + error.what());
  }
}

ThreadPool::~ThreadPool() { state_->stop_workers(); }

int ThreadPool::threads() const { return static_cast<int>(state_->workers.size()) + 1; }

void ThreadPool::parallel_for(std::int64_t blocks, nngc_task task, void* ctx) {
  if (blocks <= 0) return;
  State& state = *state_;
  const std::int64_t ranges = std::min<std::int64_t>(blocks, threads());
  if (ranges == 1 || state.busy.exchange(true, std::memory_order_acquire)) {
    task(ctx, 0, blocks);
    return;
  }
  state.task = task;
  state.ctx = ctx;
  state.blocks = blocks;
  state.ranges = ranges;
  state.pending.store(static_cast<std::uint32_t>(ranges - 1), std::memory_order_relaxed);
  for (std::int64_t i = 0; i + 1 < ranges; ++i) state.offer(static_cast<std::size_t>(i));
  state.run_range(0);
  state.take_over();
  std::uint32_t left = state.pending.load(std::memory_order_acquire);
  while (left != 0) left = wait_for_change(state.pending, left);
  state.busy.store(false, std::memory_order_release);
}

const nngc_parallel* ThreadPool::hook() const { return &state_->hook; }

} // namespace nngc
