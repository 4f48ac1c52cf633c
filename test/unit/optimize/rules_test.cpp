// Every rewrite rule on random and on special numbers, before and after, judged by the interpreter
// at the rule's class. A rule without a case fails.
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <random>

#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/passes.h"
#include "nngc/text.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();

/// What a graph that the rule must fire on is made of. x, y: floats [3,4]; v: [4]; p, q: bool[3,4].
struct Operands {
  Graph& g;
  Value x, y, v, p, q;
};
using Build = std::function<Value(const Operands&)>;

Value rowwise(const Operands& o, Value v) { return broadcast_to(v, o.x.shape()); }

std::map<std::string, Build, std::less<>> cases() {
  return {
      {"add-neg", [](auto& o) { return o.x + neg(o.y); }},
      {"sub-neg", [](auto& o) { return o.x - neg(o.y); }},
      {"mul-minus-one", [](auto& o) { return o.x * -1; }},
      {"mul-negs", [](auto& o) { return neg(o.x) * neg(o.y); }},
      {"mul-neg-constant", [](auto& o) { return neg(o.x) * 2.5; }},
      {"div-negs", [](auto& o) { return neg(o.x) / neg(o.y); }},
      {"div-power-of-two", [](auto& o) { return o.x / 8; }},
      {"compare-constant-right",
       [](auto& o) { return convert(lt(0.5, o.x), DType::I32) + convert(ge(0, o.y), DType::I32); }},
      {"convert-chain", [](auto& o) { return convert(convert(o.x, DType::F64), DType::F16); }},
      {"ipow-zero", [](auto& o) { return ipow(o.x, 0) * o.y; }},
      {"add-zero", [](auto& o) { return o.x + 0; }},
      {"sub-from-zero", [](auto& o) { return 0 - Operand(o.x); }},
      {"neg-sub", [](auto& o) { return neg(o.x - o.y); }},
      {"div-constant", [](auto& o) { return o.x / 3; }},
      {"pow-constant", [](auto& o) { return pow(o.x, 3); }},
      {"exp-product", [](auto& o) { return exp(o.x) * exp(o.y); }},
      {"log-sqrt", [](auto& o) { return log(sqrt(o.x)); }},
      {"reciprocal-sqrt", [](auto& o) { return 1.0 / Operand(sqrt(o.x)); }},
      {"scale-twice", [](auto& o) { return o.x * 3 * 0.7; }},
      {"common-factor", [](auto& o) { return o.x * o.y + o.x * abs(o.y); }},
      {"mul-zero", [](auto& o) { return o.x * 0 + o.y; }},
      {"sub-itself", [](auto& o) { return (o.x - o.x) + o.y; }},
      {"div-itself", [](auto& o) { return o.x / o.x * o.y; }},
      {"exp-log", [](auto& o) { return exp(log(o.x)); }},
      {"log-exp", [](auto& o) { return log(exp(o.x)); }},

      {"select-not", [](auto& o) { return select(logical_not(o.p), o.x, o.y); }},
      {"select-in-true", [](auto& o) { return select(o.p, select(o.p, o.x, o.y), o.x * 2); }},
      {"select-in-false", [](auto& o) { return select(o.p, o.x * 2, select(o.p, o.x, o.y)); }},
      {"select-and", [](auto& o) { return select(o.p, select(o.q, o.x, o.y), o.y); }},
      {"not-compare", [](auto& o) { return convert(logical_not(eq(o.x, o.y)), DType::F32); }},

      {"erase-stop-gradient", [](auto& o) { return stop_gradient(o.x) * o.y; }},
      {"transpose-units", [](auto& o) { return transpose(reshape(o.x, {3, 1, 4}), {1, 0, 2}); }},
      {"reverse-of-reverse", [](auto& o) { return reverse(reverse(o.x, {0}), {0, 1}); }},
      {"broadcast-of-broadcast",
       [](auto& o) { return broadcast_to(broadcast_in_dim(o.v, {4, 2}, {0}), {3, 4, 2}); }},
      {"broadcast-of-reshape",
       [](auto& o) { return broadcast_to(reshape(o.v, {1, 4, 1}), {3, 4, 2}); }},
      {"sink-broadcast", [](auto& o) { return sin(rowwise(o, o.v)) * rowwise(o, o.v) + 2 + o.x; }},
      {"reduce-units", [](auto& o) { return reduce_max(reshape(o.x, {3, 1, 4}), {1}); }},
      {"reduce-of-reduce", [](auto& o) { return reduce_max(reduce_max(o.x, {1}, true), {0}); }},
      {"reshape-of-reduce", [](auto& o) { return reshape(reduce_max(o.x, {1}), {3, 1}); }},
      {"slice-of-slice",
       [](auto& o) { return slice(slice(o.x, {1, 1}, {3, 4}), {0, 0}, {2, 3}, {1, 2}); }},
      {"slice-of-concat",
       [](auto& o) {
         const std::array parts{o.x, o.y};
         return slice(concat(parts, 0), {4, 1}, {6, 3});
       }},
      {"concat-of-slices",
       [](auto& o) {
         const std::array parts{slice(o.x, {1, 0}, {3, 1}), slice(o.x, {1, 1}, {3, 4})};
         return concat(parts, 1);
       }},
      {"sum-units", [](auto& o) { return reduce_sum(reshape(o.x, {3, 1, 4}), {1}); }},
      {"sum-of-sum", [](auto& o) { return reduce_sum(reduce_sum(o.x, {1}), {0}); }},
      {"sum-of-broadcast",
       [](auto& o) { return reduce_sum(broadcast_in_dim(o.v, {4, 7, 3}, {0}), {1}, true); }},
      {"sum-of-scaled", [](auto& o) { return reduce_sum(o.x * 0.7, {0}); }},

      {"dot-transpose-a", [](auto& o) { return matmul(transpose(o.x), o.y); }},
      {"dot-transpose-b", [](auto& o) { return matmul(o.x, transpose(o.y)); }},
      {"transpose-of-dot", [](auto& o) { return transpose(dot_general(o.x, o.y, {0}, {0})); }},

      {"log-of-ratio", [](auto& o) { return log(exp(o.x) / reduce_sum(exp(o.x), {1}, true)); }},
      {"log-logistic", [](auto& o) { return log(logistic(o.x)); }},
      {"log-sum-exp", [](auto& o) { return log(reduce_sum(exp(o.x), {1})); }},
      {"log-one-plus", [](auto& o) { return log(1 + Operand(square(o.x))); }},
      {"log-one-minus", [](auto& o) { return log(1 - Operand(o.x * 0.1)); }},
      {"log1p-exp", [](auto& o) { return log1p(exp(o.x)); }},
      {"exp-minus-one", [](auto& o) { return exp(o.x) - 1; }},
      {"exp-plus-minus-one", [](auto& o) { return exp(o.x) + -1; }},
      {"one-minus-logistic", [](auto& o) { return 1 - Operand(logistic(o.x)); }},
      {"odds-of-logistic", [](auto& o) { return logistic(o.x) / (1 - Operand(logistic(o.x))); }},
      {"over-one-plus-exp", [](auto& o) { return o.y / (1 + Operand(exp(o.x))); }},
      {"exp-over-sum", [](auto& o) { return exp(o.x) / reduce_sum(exp(o.x), {1}, true); }},
  };
}

Graph build(const Build& f, DType dtype = DType::F32) {
  Graph g("rule");
  const Operands o{g,
                   g.input("x", {dtype, {3, 4}}),
                   g.input("y", {dtype, {3, 4}}),
                   g.input("v", {dtype, {4}}),
                   g.input("p", boolean({3, 4})),
                   g.input("q", boolean({3, 4}))};
  g.output("r", f(o));
  return g;
}

/// Numbers between low and high; with `specials`, half of them zeros of both signs, infinities, NaN
/// and extremes.
std::vector<Tensor> inputs(unsigned seed, double low, double high, bool specials) {
  std::mt19937 random(seed);
  const std::array<float, 9> odd = {0.0F,   -0.0F, inf,     -inf, std::nanf(""),
                                    1e-42F, 3e38F, -1e-20F, 1.0F};
  const auto floats = [&](std::vector<std::int64_t> shape) {
    Tensor t(DType::F32, std::move(shape));
    for (float& e : t.data<float>())
      e = specials && random() % 2 == 0
              ? odd[random() % odd.size()]
              : static_cast<float>(std::uniform_real_distribution<>(low, high)(random));
    return t;
  };
  std::vector<Tensor> list{floats({3, 4}), floats({3, 4}), floats({4})};
  for (int k = 0; k < 2; ++k) {
    Tensor t(DType::Bool, {3, 4});
    for (bool& e : t.data<bool>()) e = random() % 2 == 0;
    list.push_back(std::move(t));
  }
  return list;
}

/// What stabilising rules come closer to: the graph as written, in f64.
std::vector<float> in_f64(const Build& f, std::vector<Tensor> in) {
  for (Tensor& t : in) {
    if (t.dtype() != DType::F32) continue;
    Tensor wide(DType::F64, t.shape());
    for (std::size_t i = 0; i < t.data<float>().size(); ++i)
      wide.data<double>()[i] = t.data<float>()[i];
    t = std::move(wide);
  }
  const Tensor r = eval(build(f, DType::F64), std::span<const Tensor>(in))[0];
  std::vector<float> list;
  for (double e : r.data<double>()) list.push_back(static_cast<float>(e));
  return list;
}

std::vector<float> result(const Graph& g, const std::vector<Tensor>& in) {
  const Tensor t = eval(g, std::span<const Tensor>(in))[0];
  std::vector<float> list;
  if (t.dtype() == DType::F32)
    list.assign(t.data<float>().begin(), t.data<float>().end());
  else if (t.dtype() == DType::I32)
    list.assign(t.data<std::int32_t>().begin(), t.data<std::int32_t>().end());
  else
    for (std::uint16_t bits : t.data<std::uint16_t>()) list.push_back(from_f16(bits));
  return list;
}

bool agree(RuleClass rule_class, float before, float after) {
  if (std::isnan(before) && std::isnan(after)) return true;
  if (rule_class == RuleClass::Exact)
    return std::bit_cast<std::uint32_t>(before) == std::bit_cast<std::uint32_t>(after);
  if (rule_class == RuleClass::SignedZero) return before == after;
  if (rule_class == RuleClass::Stabilise)
    return std::fabs(before - after) <= 2e-6 * std::max(0.1F, std::fabs(before));
  const double bound = rule_class == RuleClass::Ulp ? 8e-7 : 4e-6;
  return std::fabs(before - after) <= bound * std::max(1.0F, std::fabs(before));
}

MathLevel lowest(RuleClass rule_class) {
  MathLevel level = MathLevel::Strict;
  while (!allowed(rule_class, level)) level = static_cast<MathLevel>(static_cast<int>(level) + 1);
  return level;
}

bool fires(const Graph& g, std::string_view rule, MathLevel level, Graph* after = nullptr) {
  PassStats stats;
  Graph next = run_passes(g, "stabilise,canonicalize",
                          {.math = level, .verify_each = true, .stats = &stats});
  if (after != nullptr) *after = std::move(next);
  for (const RuleCount& count : stats.rules)
    if (count.rule == rule) return true;
  return false;
}

} // namespace

TEST_CASE("every rule has a case, and every case a rule", "[optimize][rules]") {
  const auto list = cases();
  for (const RuleInfo& rule : rewrite_rules()) {
    INFO(rule.name);
    CHECK(list.contains(rule.name));
  }
  CHECK(list.size() == rewrite_rules().size());
}

TEST_CASE("every rule keeps what its class promises", "[optimize][rules]") {
  const auto list = cases();
  for (const RuleInfo& rule : rewrite_rules()) {
    INFO(rule.name << ": " << rule.summary);
    const auto at = list.find(rule.name);
    if (at == list.end()) continue;
    const Graph before = build(at->second);
    Graph after;
    const MathLevel level = lowest(rule.rule_class);
    CHECK(fires(before, rule.name, level, &after));
    if (level != MathLevel::Strict)
      CHECK_FALSE(fires(before, rule.name, static_cast<MathLevel>(static_cast<int>(level) - 1)));
    // Other rules fire as well; at strict they are exact, so the rule alone decides.
    const bool specials =
        rule.rule_class == RuleClass::Exact || rule.rule_class == RuleClass::SignedZero;
    const double low = rule.rule_class == RuleClass::Stabilise ? -8 : 0.05;
    for (unsigned seed = 0; seed < 40; ++seed) {
      const auto in = inputs(seed, specials ? -3 : low,
                             rule.rule_class == RuleClass::Stabilise ? 8 : 3, specials);
      const auto want =
          rule.rule_class == RuleClass::Stabilise ? in_f64(at->second, in) : result(before, in);
      const auto have = result(after, in);
      REQUIRE(want.size() == have.size());
      for (std::size_t i = 0; i < want.size(); ++i) {
        INFO("element " << i << ": " << want[i] << " before, " << have[i] << " after");
        CHECK(agree(rule.rule_class, want[i], have[i]));
      }
    }
  }
}

TEST_CASE("stabilised forms do not overflow or cancel", "[optimize][rules]") {
  const auto at = [](const char* rule, float x) {
    const Graph g = build(cases().at(rule));
    const Graph stable = run_passes(g, "canonicalize,stabilise");
    auto in = inputs(1, 0, 1, false);
    for (float& e : in[0].data<float>()) e = x;
    return result(stable, in)[0];
  };
  CHECK(at("log-sum-exp", 1000) == test::Approx(1000 + std::log(4)));
  CHECK(at("log-sum-exp", -1000) == test::Approx(-1000 + std::log(4)));
  CHECK(at("exp-over-sum", 1000) == test::Approx(0.25));
  CHECK(at("exp-over-sum", -1000) == test::Approx(0.25));
  CHECK(at("log-of-ratio", 1000) == test::Approx(-std::log(4)));
  CHECK(at("log-logistic", -200) == test::Approx(-200));
  CHECK(at("log1p-exp", 200) == test::Approx(200));
  CHECK(at("log-one-plus", 1e-5F) == test::Approx(1e-10));
  CHECK(at("exp-minus-one", 1e-10F) == test::Approx(1e-10));
  CHECK(at("one-minus-logistic", 50) == test::Approx(std::exp(-50.0)));
  CHECK(at("odds-of-logistic", 50) == test::Approx(std::exp(50.0)));
  CHECK(at("over-one-plus-exp", 200) == 0);
}
