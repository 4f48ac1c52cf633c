// The same bits, whoever runs the blocks: any number of threads, no pool, blocks in any order, many
// callers at once; and wherever the buffers lie.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <functional>
#include <map>
#include <random>
#include <thread>

#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/runtime.h"
#include "nngc/train.h"
#include "test/conformance/trial.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

struct Subject {
  const char* name;
  Graph graph;
  std::int64_t n = 0; ///< value of the symbol, if there is one
};

Graph perceptron(Dim batch, const std::vector<std::int64_t>& sizes, const Optimizer& optimizer) {
  Graph g("mlp");
  Value h = g.input("x", f32({batch, sizes[0]}));
  const Value y = g.input("y", i32({batch}));
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    const std::string k = std::to_string(i);
    h = dense(h, g.param("w" + k, f32({sizes[i - 1], sizes[i]})),
              g.param("b" + k, f32({sizes[i]})));
    if (i + 1 < sizes.size()) h = relu(h);
  }
  return training_step(g, cross_entropy_with_logits(h, y), optimizer);
}

/// Everything large enough to be cut into blocks.
std::vector<Subject> subjects() {
  std::vector<Subject> list;
  list.push_back({"mlp", perceptron(128, {784, 256, 128, 10}, adam())});
  list.push_back({"mlp_symbolic", perceptron(Dim::symbol("n"), {96, 65, 10}, momentum()), 77});
  {
    Graph g("reductions");
    const Value x = g.input("x", f32({611, 1031}));
    g.output("all", reduce_sum(x));
    g.output("rows", reduce_sum(exp(x), {1}));
    g.output("columns", reduce_sum(x * x, {0}));
    g.output("mean", reduce_mean(x, {0}));
    g.output("greatest", reduce_max(x, {0}));
    g.output("where", argmax(x, 1));
    g.output("softmax", softmax(x));
    list.push_back({"reductions", std::move(g)});
  }
  {
    Graph g("elementwise");
    const Value x = g.input("x", f64({Dim::symbol("n")}));
    g.output("y", tanh(x) * exp(neg(x * x)) + erf(x));
    g.output("z", convert(x > 0.5, DType::F32));
    list.push_back({"elementwise", std::move(g), 300007});
  }
  {
    Graph g("rows");
    const Value x = g.input("x", f32({100, 65})), i = g.input("i", i32({5000}));
    const Value rows = gather(x, i);
    g.output("scattered", scatter_add(x * 0.5, i, rows * rows));
    g.output("turned", transpose(rows));
    list.push_back({"rows", std::move(g)});
  }
  {
    Graph g("products");
    const Value a = g.input("a", f32({257, 513})), b = g.input("b", f32({513, 129}));
    const Value c = g.input("c", {DType::BF16, {3, 64, 200}});
    g.output("ab", relu(matmul(a, b)));
    g.output("ata", dot_general(a, a, {0}, {0}));
    g.output("cc", matmul(c, transpose(c, {0, 2, 1})));
    list.push_back({"products", std::move(g)});
  }
  return list;
}

/// Elements in memory that is 64-byte aligned, or one element past that.
class Buffer {
public:
  Buffer(std::size_t bytes, int element, bool is_shifted)
      : memory_(DType::U8, {static_cast<std::int64_t>(bytes) + element + 64}),
        data_(static_cast<char*>(memory_.raw()) + (is_shifted ? element : 0)) {
    std::memset(memory_.raw(), 0xa5, memory_.bytes());
  }
  [[nodiscard]] char* data() const { return data_; }

private:
  Tensor memory_;
  char* data_;
};

/// A compiled subject with fixed inputs.
class Call {
public:
  explicit Call(const Subject& s) : executable_(compile(s.graph)), n_(s.n) {
    std::mt19937 random(31);
    for (const ArgumentInfo& a : executable_.arguments()) {
      const auto shape = concrete(a.type.shape, n_);
      const bool is_row = a.type.dtype == DType::I32;
      if (a.input)
        inputs_.emplace(
            a.name, random_tensor(a.type.dtype, shape, is_row ? 0 : -1, is_row ? 9 : 1, random));
    }
  }

  /// The results, updated inputs included, as bytes.
  [[nodiscard]] std::string operator()(const nngc_parallel* parallel,
                                       bool is_shifted = false) const {
    std::vector<Buffer> buffers;
    std::vector<void*> pointers;
    for (const ArgumentInfo& a : executable_.arguments()) {
      buffers.emplace_back(size(a), byte_size(a.type.dtype), is_shifted);
      if (a.input) std::memcpy(buffers.back().data(), inputs_.at(a.name).raw(), size(a));
      pointers.push_back(buffers.back().data());
    }
    const std::array dims{n_};
    const Buffer workspace(executable_.workspace_bytes(dims), 0, false);
    if (executable_.run_raw(pointers.data(), dims.data(), workspace.data(), parallel) != 0)
      return "a status";
    std::string bytes;
    for (std::size_t i = 0; i < pointers.size(); ++i)
      if (executable_.arguments()[i].output)
        bytes.append(buffers[i].data(), size(executable_.arguments()[i]));
    return bytes;
  }

private:
  [[nodiscard]] std::size_t size(const ArgumentInfo& a) const {
    return static_cast<std::size_t>(a.type.shape.size().at(n_) * byte_size(a.type.dtype));
  }
  Executable executable_;
  std::int64_t n_;
  std::map<std::string, Tensor> inputs_;
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

TEST_CASE("results do not depend on threads, callers or alignment",
          "[conformance][compiled][determinism]") {
  const ThreadPool pools[] = {ThreadPool(1), ThreadPool(2), ThreadPool(3), ThreadPool(8)};
  for (const Subject& s : subjects()) {
    INFO(s.name);
    const Call call(s);
    const std::string want = call(nullptr);
    CHECK(want.size() > 1000);
    const bool again_same = call(nullptr) == want; // not within CHECK: it would print megabytes
    CHECK(again_same);
    for (const ThreadPool& pool : pools)
      for (int repeat = 0; repeat < 3; ++repeat) {
        INFO(pool.threads() << " threads, call " << repeat);
        const bool same = call(pool.hook(), repeat == 1) == want;
        CHECK(same);
      }
    const bool shifted_same = call(nullptr, true) == want;
    CHECK(shifted_same);
    Backwards backwards;
    const bool backwards_same = call(&backwards.hook) == want;
    CHECK(backwards_same);
    CHECK(backwards.loops > 0); // there was something to share

    std::atomic<int> wrong = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < 8; ++i)
      callers.emplace_back([&, i] {
        const nngc_parallel* hook = i % 2 == 0 ? nullptr : pools[2].hook();
        for (int repeat = 0; repeat < 2; ++repeat)
          if (call(hook, i % 4 > 1) != want) ++wrong;
      });
    for (std::thread& t : callers) t.join();
    CHECK(wrong == 0);
  }
}
