#include "test/bench/compile_time/graphs.h"

#include <random>

#include "nngc/ops.h"
#include "nngc/train.h"
#include "test/bench/peer/workloads.h"

namespace nngc::bench {
namespace {

/// `count` elementwise nodes over f32[1024], each of the newest value and one of the sixteen before
/// it, so that nothing is dead, nothing is shared and no tree is small. One in `every` is a tanh
/// (0: none).
Subject elementwise(std::int64_t count, int every) {
  Subject s{Graph("elementwise"), {}, {}};
  std::vector<Value> list;
  for (const char* name : {"a", "b", "c", "d"}) list.push_back(s.graph.input(name, f32({1024})));
  s.wrt = list;
  std::mt19937 random(1);
  for (std::int64_t i = 0; i < count; ++i) {
    const Value newest = list.back();
    const Value other =
        list[list.size() - 2 - random() % std::min<std::size_t>(16, list.size() - 1)];
    if (every > 0 && i % every == every - 1) {
      list.push_back(tanh(newest));
      continue;
    }
    switch (random() % 8) {
    case 0: list.push_back(max(newest, other)); break;
    case 1:
    case 2: list.push_back(newest - other); break;
    case 3:
    case 4: list.push_back(newest * other); break;
    default: list.push_back(newest + other); break;
    }
  }
  s.loss = list.back();
  return s;
}

Subject to_compile(std::int64_t count, int every) {
  Subject s = elementwise(count, every);
  s.graph.output("y", s.loss);
  return s;
}
Subject plain(std::int64_t count) { return to_compile(count, 0); }
Subject with_tanh(std::int64_t count) { return to_compile(count, 10); }
Subject to_differentiate(std::int64_t count) {
  Subject s = elementwise(count - 1, 10);
  s.loss = reduce_sum(s.loss);
  return s;
}

Subject mlp_train(std::int64_t) { return {workload("mlp-train").graph, {}, {}}; }

/// A training step of so many layers, no two alike: what is compiled once is compiled for each.
Subject deep_mlp(std::int64_t layers) {
  constexpr std::int64_t batch = 32;
  Graph g("mlp");
  std::int64_t width = 48;
  Value h = g.input("x", f32({batch, width}));
  const Value y = g.input("y", i32({batch}));
  for (std::int64_t i = 0; i < layers; ++i) {
    const std::int64_t next = 48 + i % 64;
    const std::string number = std::to_string(i);
    h = relu(
        dense(h, g.param("w" + number, f32({width, next})), g.param("b" + number, f32({next}))));
    width = next;
  }
  return {training_step(g, cross_entropy_with_logits(h, y), sgd(0.1)), {}, {}};
}

} // namespace

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"mlp-train", Task::Compile, 0, 0.060, mlp_train},
      {"elementwise", Task::Compile, 10'000, 1.0, plain},
      {"elementwise, tanh 1 in 10", Task::Compile, 10'000, 1.0, with_tanh},
      {"gradient", Task::Differentiate, 100'000, 0.3, to_differentiate},
      {"training step, layers", Task::Compile, 16, 0, deep_mlp},
  };
  return all;
}

} // namespace nngc::bench
