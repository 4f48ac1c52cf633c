// The pass manager's switches, folding, dead code, and whole graphs before and after: random ones
// and a network with its gradient.
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <random>

#include "ir/graph_data.h"
#include "ir/rewriter.h"
#include "nngc/autodiff.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/passes.h"
#include "nngc/text.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

constexpr const char* everything =
    "eliminate-dead-code,canonicalize,stabilise,fold-constants,canonicalize";

int count(const Graph& g, Opcode op) {
  const auto live = live_nodes(*g.data());
  int n = 0;
  for (NodeId id = 0; id < g.data()->size(); ++id) n += live[id] && g.data()->node(id).op == op;
  return n;
}

/// A perceptron with its loss and the gradients of its parameters, on a symbolic batch.
Graph network() {
  Graph g("mlp");
  const Dim batch = Dim::symbol("batch");
  const Value x = g.input("x", f32({batch, 6})), labels = g.input("labels", i32({batch}));
  const std::vector<Value> params = {g.param("w1", f32({6, 5})), g.param("b1", f32({5})),
                                     g.param("w2", f32({5, 3})), g.param("b2", f32({3}))};
  const Value hidden = relu(dense(x, params[0], params[1]));
  const Value loss = cross_entropy_with_logits(dense(hidden, params[2], params[3]), labels);
  const auto gradients = grad(loss, params);
  const SectionScope section(g.data(), Section::Update);
  g.output("loss", loss);
  for (std::size_t i = 0; i < params.size(); ++i)
    g.update(params[i], params[i] - gradients[i] * 0.1);
  return g;
}

std::vector<Tensor> random_inputs(const Graph& g, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Tensor> list;
  for (Value v : g.inputs()) {
    std::vector<std::int64_t> shape;
    for (const Dim& d : v.shape()) shape.push_back(d.at(4));
    Tensor t(v.dtype(), shape);
    if (v.dtype() == DType::F32)
      for (float& e : t.data<float>())
        e = static_cast<float>(std::uniform_real_distribution<>(-2, 2)(random));
    else if (v.dtype() == DType::I32)
      for (std::int32_t& e : t.data<std::int32_t>()) e = static_cast<std::int32_t>(random() % 3);
    list.push_back(std::move(t));
  }
  return list;
}

bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

/// Compares all f32 outputs of two graphs with the same inputs: bit by bit, or up to `bound`.
void check_same(const Graph& before, const Graph& after, unsigned seed, double bound) {
  const auto in = random_inputs(before, seed);
  const auto want = eval(before, std::span<const Tensor>(in)),
             have = eval(after, std::span<const Tensor>(in));
  REQUIRE(want.size() == have.size());
  for (std::size_t o = 0; o < want.size(); ++o) {
    REQUIRE(want[o].shape() == have[o].shape());
    for (std::size_t i = 0; i < want[o].data<float>().size(); ++i) {
      const float a = want[o].data<float>()[i], b = have[o].data<float>()[i];
      INFO("output " << o << ", element " << i << ": " << a << " before, " << b << " after");
      if (bound == 0)
        CHECK(same_bits(a, b));
      else
        CHECK((same_bits(a, b) || std::fabs(a - b) <= bound * std::max(1.0F, std::fabs(a))));
    }
  }
}

/// A random graph over two matrices and a vector; every op that rules look at, and none with poles.
Graph random_graph(unsigned seed) {
  std::mt19937 random(seed);
  Graph g("random");
  std::vector<Value> pool = {g.input("a", f32({3, 4})),
                             g.input("b", f32({3, 4})),
                             broadcast_to(g.input("v", f32({4})), {3, 4}),
                             full(g, f32({3, 4}), 0.5),
                             full(g, f32({3, 4}), 0),
                             full(g, f32({3, 4}), -2)};
  const auto pick = [&] { return pool[random() % pool.size()]; };
  for (int i = 0; i < 40; ++i) {
    const Value x = pick(), y = pick();
    Value z;
    switch (random() % 16) {
    case 0: z = x + y; break;
    case 1: z = x - y; break;
    case 2: z = tanh(x) * y; break;
    case 3: z = max(x, y); break;
    case 4: z = neg(x); break;
    case 5: z = select(x < y, x, pick()); break;
    case 6: z = select(logical_not(gt(x, 0)), y, x); break;
    case 7: z = transpose(transpose(x)); break;
    case 8: z = broadcast_to(reduce_max(x, {1}, true), {3, 4}); break;
    case 9: z = reshape(reshape(x, {2, 6}), {3, 4}); break;
    case 10: z = reverse(x, {static_cast<std::int64_t>(random() % 2)}); break;
    case 11: z = tanh(matmul(x, matmul(transpose(y), x))); break;
    case 12: z = slice(concat(std::array{x, y}, 0), {2, 0}, {5, 4}); break;
    case 13: z = stop_gradient(logistic(x)); break;
    case 14: z = x / 4; break;
    default: z = broadcast_to(reduce_sum(x, {0}, true), {3, 4}) * 0.125; break;
    }
    pool.push_back(z);
  }
  for (int i = 0; i < 3; ++i)
    g.output("r" + std::to_string(i), tanh(pool[pool.size() - 1 - static_cast<std::size_t>(i)]));
  return g;
}

} // namespace

TEST_CASE("random graphs keep their bits at strict and their values at default", "[optimize]") {
  for (unsigned seed = 0; seed < 150; ++seed) {
    INFO("seed " << seed);
    const Graph g = random_graph(seed);
    const Graph strict = run_passes(g, "canonicalize,fold-constants,canonicalize",
                                    {.math = MathLevel::Strict, .verify_each = true});
    check_same(g, strict, seed, 0);
    check_same(g, run_passes(g, everything, {.verify_each = true}), seed, 1e-4);
    CHECK(strict.live_count() <= g.live_count() + 3);
  }
}

TEST_CASE("a network and its gradient, optimized", "[optimize]") {
  const Graph g = network();
  PassStats stats;
  const Graph optimized = run_passes(g, everything, {.verify_each = true, .stats = &stats});
  INFO(print(optimized));
  for (unsigned seed = 0; seed < 5; ++seed) check_same(g, optimized, seed, 1e-5);
  CHECK(optimized.live_count() < g.live_count());
  CHECK(stats.shared_nodes > 0);
  CHECK(shared_nodes(optimized) == stats.shared_nodes);
  // Transposes went into the contractions.
  CHECK(count(g, Opcode::Transpose) > 0);
  CHECK(count(optimized, Opcode::Transpose) == 0);
  CHECK(count(optimized, Opcode::StopGradient) == 0);
  // Signature, updates and sections are kept.
  REQUIRE(optimized.inputs().size() == g.inputs().size());
  REQUIRE(optimized.outputs().size() == g.outputs().size());
  for (std::size_t i = 0; i < g.outputs().size(); ++i) {
    CHECK(optimized.outputs()[i].name == g.outputs()[i].name);
    CHECK(static_cast<bool>(optimized.outputs()[i].updates) ==
          static_cast<bool>(g.outputs()[i].updates));
  }
  const GraphData& d = *optimized.data();
  CHECK(d.node(optimized.outputs()[1].value.id()).section == Section::Update);
  // Once more changes nothing.
  CHECK(print(run_passes(optimized, everything)) == print(optimized));
}

TEST_CASE("the same graph gives the same optimized graph", "[optimize]") {
  CHECK(print(run_passes(network(), everything)) == print(run_passes(network(), everything)));
}

TEST_CASE("constants fold, splats of any size, tensors up to the limit", "[optimize]") {
  Graph g;
  const Value x = g.input("x", f32({Dim::symbol("n")}));
  const std::vector<float> table = {1, 2, 3};
  const Value c = constant(g, Tensor::of<float>({3}, table));
  g.output("splat", x + sqrt(full(g, x.type(), 16)) * 2);
  g.output("small", reduce_sum(exp(c) * c));
  g.output("chosen", convert(select(eq(c, 2), c, neg(c)), DType::I32));
  const std::vector<float> many(70'000, 1.5F);
  std::vector<float> varied = many;
  varied[7] = 2;
  g.output("large", exp(constant(g, Tensor::of<float>({70'000}, varied))));
  const Graph folded = run_passes(g, "fold-constants");
  CHECK(count(folded, Opcode::Sqrt) == 0);
  CHECK(count(folded, Opcode::Mul) == 0);
  CHECK(count(folded, Opcode::Reduce) == 0);
  CHECK(count(folded, Opcode::Select) == 0);
  CHECK(count(folded, Opcode::Exp) == 1); // beyond 65536 elements
  CHECK(count(folded, Opcode::Add) == 1);
  const std::array in{Tensor(DType::F32, {2})};
  const auto want = eval(g, std::span<const Tensor>(in)),
             have = eval(folded, std::span<const Tensor>(in));
  CHECK(have[0].data<float>()[1] == want[0].data<float>()[1]);
  CHECK(have[1].data<float>()[0] == want[1].data<float>()[0]);
  CHECK(have[2].data<std::int32_t>()[1] == 2);
}

TEST_CASE("dead nodes go, inputs stay", "[optimize]") {
  Graph g;
  const Value x = g.input("x", f32({})), unused = g.input("unused", f32({}));
  static_cast<void>(exp(unused));
  g.output("y", x + x);
  const Graph live = run_passes(g, "eliminate-dead-code");
  CHECK(live.node_count() == 3);
  CHECK(live.inputs().size() == 2);
}

TEST_CASE("the switches of the pass manager", "[optimize]") {
  const Graph g = network();
  std::vector<std::string> seen;
  PassStats stats;
  const auto sink = [&](std::string_view pass, std::string_view text) {
    seen.push_back(std::string(pass) + (text.starts_with("digraph") ? " dot" : " text"));
  };
  static_cast<void>(
      run_passes(g, everything, {.print_after = "canonicalize", .sink = sink, .stats = &stats}));
  CHECK(seen == std::vector<std::string>{"canonicalize text", "canonicalize text"});
  REQUIRE(stats.passes.size() == 5);
  CHECK(stats.passes[1].name == "canonicalize");
  CHECK(stats.passes[1].nodes_after < stats.passes[1].nodes_before);
  CHECK_THAT(stats.str(true), test::ContainsSubstring("shared nodes"));
  CHECK_THAT(stats.str(true), test::ContainsSubstring(" ms"));
  const PassStats whole = stats;
  seen.clear();
  static_cast<void>(run_passes(g, everything, {.dot_after = "all", .pass_limit = 2, .sink = sink}));
  CHECK(seen == std::vector<std::string>{"eliminate-dead-code dot", "canonicalize dot"});

  // Rewrites one by one: each limit gives a graph that computes the same.
  std::size_t total = 0;
  for (const RuleCount& rule : whole.rules) total += rule.fired;
  CHECK(total > 2);
  for (int limit = 0; limit <= 3; ++limit) {
    const Graph partly =
        run_passes(g, everything, {.verify_each = true, .rule_limit = limit, .stats = &stats});
    std::size_t fired = 0;
    for (const RuleCount& rule : stats.rules) fired += rule.fired;
    CHECK(fired == std::min(total, static_cast<std::size_t>(limit)));
    check_same(g, partly, 1, 1e-5);
  }
  NNGC_CHECK_THROWS(run_passes(g, "canonicalise"), Error,
                    "there is no pass 'canonicalise'; there are canonicalize");
  NNGC_CHECK_THROWS(run_passes(g, "canonicalize", {.print_after = "x"}), Error,
                    "there is no pass 'x'");
  for (const PassInfo& pass : passes()) CHECK_NOTHROW(run_passes(g, pass.name));
  MathLevel level{};
  CHECK(parse_math_level("relaxed", level));
  CHECK(level == MathLevel::Relaxed);
  CHECK_FALSE(parse_math_level("loose", level));
}

TEST_CASE("a chain of 300,000 nodes goes through every pass", "[optimize]") {
  Graph g;
  const Value x = g.input("x", f32({4}));
  Value y = x;
  for (int i = 0; i < 100'000; ++i) y = tanh(y / 2 + 0);
  g.output("y", y);
  const Graph optimized = run_passes(g, everything);
  CHECK(optimized.live_count() < g.live_count());
  CHECK(count(optimized, Opcode::Div) == 0);
}

TEST_CASE("epochs and origins survive rewriting", "[optimize]") {
  Graph g;
  const Value x = g.input("x", f32({4})), y = tanh(x);
  g.data()->epoch = 1;
  const Value again = tanh(x);
  g.data()->epoch = 0;
  CHECK_FALSE(again.same(y));
  const std::array wrt{x};
  g.output("a", y);
  g.output("b", again);
  g.output("g", grad(reduce_sum(y * y), wrt)[0]);
  const Graph next = run_passes(g, "eliminate-dead-code");
  CHECK(count(next, Opcode::Tanh) == 2);
  CHECK_FALSE(next.outputs()[0].value.same(next.outputs()[1].value));
  bool from_tanh = false;
  for (NodeId id = 0; id < next.data()->size(); ++id)
    from_tanh = from_tanh || (next.data()->node(id).section == Section::Backward &&
                              next.data()->node(id).origin == next.outputs()[0].value.id());
  CHECK(from_tanh);
}

TEST_CASE("constants are folded up to 64 Ki elements", "[optimize]") {
  const auto folds = [](std::int64_t rows, bool compute = true) {
    Graph g;
    const std::array pair{1.0F, 2.0F};
    const Value y = broadcast_to(constant(g, Tensor::of<float>({2}, pair)), {rows, 2});
    g.output("y", compute ? neg(y) : y);
    PassStats stats;
    static_cast<void>(run_passes(g, "fold-constants", {.stats = &stats}));
    return !stats.rules.empty();
  };
  CHECK(folds(1 << 15));
  CHECK_FALSE(folds((1 << 15) + 1));
  CHECK_FALSE(folds(4, false)); // repeated, a constant only takes more room
}
