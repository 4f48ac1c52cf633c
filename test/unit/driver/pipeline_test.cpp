// The pipeline: its order is made of passes that exist, levels decide what runs, optimized graphs
// compute the same.
#include "driver/pipeline.h"

#include <array>
#include <cmath>

#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/text.h"
#include "test/support/catch.h"

using namespace nngc;

static Graph sample() {
  Graph g;
  const Value x = g.input("x", f32({4}));
  g.output("y", log(exp(x) + 1) / 4 * 3 + 0);
  return g;
}

static float first(const Graph& g, float x) {
  const std::vector<float> values(4, x);
  const std::array in{Tensor::of<float>({4}, values)};
  return eval(g, std::span<const Tensor>(in))[0].data<float>()[0];
}

TEST_CASE("every level runs passes that exist, in the order of the pipeline", "[pipeline]") {
  for (const MathLevel level :
       {MathLevel::Strict, MathLevel::Default, MathLevel::Relaxed, MathLevel::Fast}) {
    INFO(name(level));
    PassStats stats;
    const Graph g = optimize(sample(), {.math = level, .verify_each = true, .stats = &stats});
    std::string ran;
    for (const PassRun& pass : stats.passes) ran += (ran.empty() ? "" : ",") + pass.name;
    CHECK(ran == pipeline(level));
    for (const RuleCount& rule : stats.rules) CHECK(allowed(rule.rule_class, level));
    CHECK(first(g, 0.5F) == test::Approx(0.75 * std::log(1 + std::exp(0.5))));
  }
}

TEST_CASE("levels decide what may change", "[pipeline]") {
  // As written, exp(200) overflows; strict keeps that.
  CHECK(std::isinf(first(optimize(sample(), {.math = MathLevel::Strict}), 200)));
  CHECK(first(optimize(sample()), 200) == test::Approx(150));
  CHECK(optimize(sample(), {.math = MathLevel::Relaxed}).live_count() <
        optimize(sample()).live_count());
}

TEST_CASE("optimizing twice changes nothing more", "[pipeline]") {
  const Graph once = optimize(sample());
  CHECK(print(optimize(once)) == print(once));
}
