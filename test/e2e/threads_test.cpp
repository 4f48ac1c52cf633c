/// One Executable, eight callers at once: each gets its own result, whatever pool runs the loops.
#include <atomic>
#include <thread>

#include "nngc/compiler.h"
#include "nngc/ops.h"
#include "nngc/runtime.h"
#include "nngc/text.h"
#include "nngc/train.h"
#include "test/e2e/shell.h"

using namespace nngc;
using namespace nngc::test;

namespace {

constexpr int callers = 8, calls = 12;

/// A training step big enough to be split over threads.
Executable step() {
  Graph model = parse(mlp_model);
  const Value logits(model.data(), model.outputs()[0].value.id());
  const Value y = model.input("y", {DType::U8, {Dim::symbol("batch")}});
  const Value loss = cross_entropy_with_logits(logits, y);
  return compile(training_step(model, loss, adam()));
}

Tensors start(const Executable& executable, int caller) {
  Tensors tensors = initial_values(executable, static_cast<std::uint64_t>(caller));
  const std::int64_t batch = 16 + 8 * caller; // every caller needs another workspace
  Tensor x(DType::U8, {batch, 784}), y(DType::U8, {batch});
  for (std::size_t i = 0; i < x.data<std::uint8_t>().size(); ++i)
    x.data<std::uint8_t>()[i] =
        static_cast<std::uint8_t>(i * 31 + static_cast<std::size_t>(caller));
  for (std::size_t i = 0; i < y.data<std::uint8_t>().size(); ++i)
    y.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i % 10);
  tensors.insert_or_assign("x", std::move(x));
  tensors.insert_or_assign("y", std::move(y));
  tensors.insert_or_assign("loss", Tensor(DType::F32, {}));
  return tensors;
}

std::vector<float> train(const Executable& executable, int caller, const nngc_parallel* parallel) {
  Tensors tensors = start(executable, caller);
  const std::vector<Arg> args = bind_arguments(executable, tensors);
  std::vector<float> result;
  for (int i = 0; i < calls; ++i) {
    executable.run(args, parallel);
    result.push_back(tensors.at("loss").data<float>()[0]);
  }
  const auto w1 = tensors.at("w1").data<float>();
  result.insert(result.end(), w1.begin(), w1.end());
  return result;
}

} // namespace

TEST_CASE("threads: eight callers of one executable", "[threads]") {
  const Executable executable = step();
  std::vector<std::vector<float>> expected;
  for (int i = 0; i < callers; ++i) expected.push_back(train(executable, i, nullptr));
  CHECK(expected[0] != expected[1]);
  ThreadPool shared(3);
  enum class Pools { None, Shared, Own };
  for (const Pools pools : {Pools::None, Pools::Shared, Pools::Own}) {
    std::vector<std::vector<float>> got(callers);
    std::vector<std::thread> threads;
    for (int i = 0; i < callers; ++i)
      threads.emplace_back([&, i] {
        if (pools == Pools::Own) {
          ThreadPool own(2);
          got[static_cast<std::size_t>(i)] = train(executable, i, own.hook());
        } else {
          got[static_cast<std::size_t>(i)] =
              train(executable, i, pools == Pools::Shared ? shared.hook() : nullptr);
        }
      });
    for (std::thread& t : threads) t.join();
    CHECK(got == expected);
  }
}

TEST_CASE("threads: eight compilers at once, each with a graph of its own", "[threads]") {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < callers; ++i)
    threads.emplace_back([&, i] {
      Graph g("g" + std::to_string(i));
      const Value x = g.input("x", f32({Dim::symbol("rows" + std::to_string(i % 3)), 4}));
      g.output("y", x * (i + 1) + 1);
      const Executable executable = compile(g);
      std::vector<float> in(8, 2), out(8);
      executable.run({{"x", in}, {"y", out}});
      right += out == std::vector<float>(8, static_cast<float>(2 * (i + 1) + 1)) ? 1 : 0;
    });
  for (std::thread& t : threads) t.join();
  CHECK(right == callers);
}
