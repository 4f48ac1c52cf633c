// The same bits, whoever runs the blocks: any number of threads, no pool, blocks in any order, many
// callers at once; wherever the buffers lie; from the JIT and from an object file. All workloads.
#include <array>
#include <atomic>
#include <cstring>
#include <map>
#include <random>
#include <thread>

#include "nngc/runtime.h"
#include "test/conformance/cases.h"
#include "test/conformance/roads.h"
#include "test/conformance/workloads.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// Elements in memory that is 64-byte aligned, or a few elements past that.
class Buffer {
public:
  Buffer(std::size_t bytes, int element)
      : memory_(DType::U8, {static_cast<std::int64_t>(bytes) + most_shift * element + 64}),
        element_(element) {}
  /// The buffer, moved by so many elements.
  [[nodiscard]] char* at(int shift) { return static_cast<char*>(memory_.raw()) + shift * element_; }

  static constexpr int most_shift = 15;

private:
  Tensor memory_;
  int element_;
};

/// A compiled workload with fixed inputs, by the JIT and as an object file that cc links.
class Subject {
public:
  explicit Subject(const Workload& w)
      : graph_(w.make()), executable_(compile(graph_)), n_(w.n), entry_{"run", &graph_},
        library_(w.name, emit(w.name, {&entry_, 1}, Stage::Object)) {
    std::mt19937 random(31);
    for (const ArgumentInfo& a : executable_.arguments()) {
      const auto shape = concrete(a.type.shape, n_);
      const bool is_row = a.type.dtype == DType::I32;
      if (a.input)
        inputs_.emplace(
            a.name, random_tensor(a.type.dtype, shape, is_row ? 0 : -1, is_row ? 9 : 1, random));
      total_ += size(a);
    }
  }

  [[nodiscard]] bool is_large() const { return total_ > std::size_t{64} << 20; }
  [[nodiscard]] const Executable& executable() const { return executable_; }
  [[nodiscard]] RawEntry object() const { return library_.raw("run"); }
  [[nodiscard]] const Tensor& input(const std::string& name) const { return inputs_.at(name); }
  [[nodiscard]] std::int64_t n() const { return n_; }
  [[nodiscard]] std::size_t size(const ArgumentInfo& a) const {
    return static_cast<std::size_t>(a.type.shape.size().at(n_) * byte_size(a.type.dtype));
  }

private:
  Graph graph_;
  Executable executable_;
  std::int64_t n_;
  EntryPoint entry_;
  Library library_;
  std::map<std::string, Tensor> inputs_;
  std::size_t total_ = 0;
};

/// Buffers for calls of a subject, one call after the other.
class Caller {
public:
  explicit Caller(const Subject& subject)
      : subject_(subject), workspace_(subject.executable().workspace_bytes(dims()), 0) {
    for (const ArgumentInfo& a : subject.executable().arguments())
      buffers_.emplace_back(subject.size(a), byte_size(a.type.dtype));
  }

  /// Calls the object file's function or the JIT's; false for a status. Each argument is moved by
  /// another number of elements; by none at all where `shift` is 0.
  bool call(bool object, const nngc_parallel* parallel, int shift = 0) {
    const auto& arguments = subject_.executable().arguments();
    pointers_.clear();
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const int moved = shift == 0 ? 0 : (shift + 5 * static_cast<int>(i)) % 16;
      pointers_.push_back(buffers_[i].at(moved));
      if (arguments[i].input) {
        const Tensor& t = subject_.input(arguments[i].name);
        std::memcpy(pointers_.back(), t.raw(), t.bytes());
      } else {
        std::memset(pointers_.back(), 0xa5, subject_.size(arguments[i]));
      }
    }
    const auto d = dims();
    return (object ? subject_.object()(pointers_.data(), d.data(), workspace_.at(0), parallel)
                   : subject_.executable().run_raw(pointers_.data(), d.data(), workspace_.at(0),
                                                   parallel)) == 0;
  }

  /// What the last call wrote, updated inputs included.
  [[nodiscard]] std::vector<std::string_view> results() const {
    std::vector<std::string_view> list;
    const auto& arguments = subject_.executable().arguments();
    for (std::size_t i = 0; i < arguments.size(); ++i)
      if (arguments[i].output)
        list.emplace_back(static_cast<char*>(pointers_[i]), subject_.size(arguments[i]));
    return list;
  }

private:
  [[nodiscard]] std::array<std::int64_t, 1> dims() const { return {subject_.n()}; }
  const Subject& subject_;
  Buffer workspace_;
  std::vector<Buffer> buffers_;
  std::vector<void*> pointers_;
};

/// A caller's own way to run blocks: one by one, last first, some of them on another thread.
struct Backwards {
  std::atomic<int> loops = 0;
  nngc_parallel hook{this, [](void* self, std::int64_t blocks, nngc_task task, void* ctx) {
                       ++static_cast<Backwards*>(self)->loops;
                       const std::int64_t middle = blocks / 2;
                       std::thread other([&] {
                         for (std::int64_t i = middle; i-- > 0;) task(ctx, i, i + 1);
                       });
                       for (std::int64_t i = blocks; i-- > middle;) task(ctx, i, i + 1);
                       task(ctx, 0, 0); // an empty range is allowed
                       other.join();
                     }};
};

} // namespace

TEST_CASE("results do not depend on threads, callers, alignment, or JIT and object file",
          "[conformance][compiled][determinism]") {
  constexpr int thread_counts = 5, repeats = 20;
  const ThreadPool pools[thread_counts] = {ThreadPool(1), ThreadPool(2), ThreadPool(3),
                                           ThreadPool(8), ThreadPool(16)};
  int shared_loops = 0;
  for (const Workload& w : all_workloads()) {
    INFO(w.name);
    const Subject s(w);
    Caller first(s), caller(s);
    REQUIRE(first.call(false, nullptr));
    const std::vector<std::string_view> want = first.results();
    CHECK(want != std::vector<std::string_view>{});
    // Where the arrays fill more than 64 MiB, the repeats are shared among the ways to call.
    for (const bool object : {false, true})
      for (int p = 0; p < thread_counts; ++p)
        for (int repeat = 0; repeat < (s.is_large() ? repeats / thread_counts / 2 : repeats);
             ++repeat) {
          INFO((object ? "object file, " : "JIT, ")
               << pools[p].threads() << " threads, call " << repeat);
          REQUIRE(caller.call(object, pools[p].hook(), repeat + (s.is_large() ? p : 0)));
          const bool same = caller.results() == want; // not within CHECK: it would print megabytes
          CHECK(same);
        }
    Backwards backwards;
    for (const bool object : {false, true}) {
      REQUIRE(caller.call(object, nullptr, 3));
      const bool serial_same = caller.results() == want;
      CHECK(serial_same);
      REQUIRE(caller.call(object, &backwards.hook));
      const bool backwards_same = caller.results() == want;
      CHECK(backwards_same);
    }
    shared_loops += backwards.loops;

    if (s.is_large()) continue;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < 8; ++i)
      callers.emplace_back([&, i] {
        Caller own(s);
        const nngc_parallel* hook = i % 2 == 0 ? nullptr : pools[2].hook();
        for (int repeat = 0; repeat < 2; ++repeat)
          if (!own.call(i % 3 == 0, hook, i % 4 > 1 ? i : 0) || own.results() != want) ++wrong;
      });
    for (std::thread& t : callers) t.join();
    CHECK(wrong == 0);
  }
  CHECK(shared_loops > 100); // there was something to share
}
