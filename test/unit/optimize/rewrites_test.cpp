// Every rewrite, by itself, on random expressions: each rule of the registry, each op's own
// simplification and constant folding, judged by its numeric class. No rule has a case of its own;
// one that never came up fails.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>
#include <set>

#include "nngc/eval.h"
#include "nngc/passes.h"
#include "nngc/text.h"
#include "optimize/rule.h"
#include "test/support/catch.h"
#include "test/unit/optimize/recipe.h"

using namespace nngc;
using namespace nngc::test;

namespace {

constexpr const char* pass_list = "stabilise,canonicalize,reduce-strength";

std::map<std::string, std::size_t> counts_of(const PassStats& stats) {
  std::map<std::string, std::size_t> result;
  for (const RuleCount& r : stats.rules) result[std::string(r.rule)] = r.fired;
  return result;
}

/// The graph after so many rewrites (negative: all), and how often each rule fired.
Graph rewritten(const Graph& g, int limit, std::map<std::string, std::size_t>& fired,
                MathLevel level = MathLevel::Fast) {
  PassStats stats;
  Graph next =
      run_passes(g, pass_list,
                 {.math = level, .verify_each = limit >= 0, .rule_limit = limit, .stats = &stats});
  fired = counts_of(stats);
  return next;
}

/// One rewrite: a graph before and after it.
struct Step {
  std::string rule;
  Graph before, after;
};

/// The rewrites of a graph, one by one.
std::vector<Step> steps_of(const Graph& g) {
  std::map<std::string, std::size_t> all, now, then;
  static_cast<void>(rewritten(g, -1, all));
  std::size_t total = 0;
  for (const auto& [rule, n] : all) total += n;
  std::vector<Step> steps;
  Graph before = g.clone();
  for (std::size_t k = 1; k <= std::min<std::size_t>(total, 12); ++k) {
    Graph after = rewritten(g, static_cast<int>(k), now);
    for (const auto& [rule, n] : now)
      if (n != then[rule]) steps.push_back({rule, std::move(before), after.clone()});
    before = std::move(after);
    then = now;
  }
  return steps;
}

std::map<std::string, RuleInfo> registry() {
  std::map<std::string, RuleInfo> result;
  for (const RuleInfo& rule : rewrite_rules()) result.emplace(rule.name, rule);
  return result;
}

std::vector<double> numbers(const Tensor& t) {
  std::vector<double> list;
  const Tensor wide = converted(t, t.dtype(), is_float(t.dtype()) ? DType::F64 : t.dtype());
  if (wide.dtype() == DType::F64)
    list.assign(wide.data<double>().begin(), wide.data<double>().end());
  return list;
}

/// The same bits; any NaN for a NaN, and with `zeros` any zero for a zero.
bool same(const Tensor& a, const Tensor& b, bool zeros = false) {
  if (a.type_str() != b.type_str()) return false;
  const auto width = static_cast<std::size_t>(byte_size(a.dtype()));
  const auto *p = static_cast<const char*>(a.raw()), *q = static_cast<const char*>(b.raw());
  if (a.bytes() == 0 || std::memcmp(p, q, a.bytes()) == 0) return true;
  const std::vector<double> x = numbers(a), y = numbers(b);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (std::memcmp(p + i * width, q + i * width, width) != 0 &&
        !(std::isnan(x[i]) && std::isnan(y[i])) && !(zeros && x[i] == 0 && y[i] == 0))
      return false;
  return !x.empty();
}

Tensor evaluated(const Graph& g, const std::vector<Tensor>& in) {
  return std::move(eval(g, std::span<const Tensor>(in)).front());
}

bool uses_any(const Recipe& r, std::initializer_list<Opcode> ops) {
  return std::any_of(r.steps.begin(), r.steps.end(), [&](const Recipe::Step& s) {
    return std::find(ops.begin(), ops.end(), s.op) != ops.end();
  });
}

/// Whether a rounding error may become a difference of any size: where floats decide.
bool jumps(const Recipe& r) {
  constexpr Opcode ops[] = {Opcode::Compare, Opcode::Convert, Opcode::Round, Opcode::Rem,
                            Opcode::IsFinite};
  return std::any_of(r.steps.begin(), r.steps.end(), [&](const Recipe::Step& s) {
    return std::find(std::begin(ops), std::end(ops), s.op) != std::end(ops) &&
           is_float(r.steps[static_cast<std::size_t>(s.operands[0])].type.dtype);
  });
}

double unit(DType dtype) {
  return dtype == DType::F64   ? 0x1p-53
         : dtype == DType::F32 ? 0x1p-24
         : dtype == DType::F16 ? 0x1p-11
                               : 0x1p-8;
}
double smallest(DType dtype) {
  return dtype == DType::F64 ? 1e-290 : dtype == DType::F16 ? 0x1p-14 : 0x1p-122;
}

/// How far rounding on the way may take a result: the most that random errors of `epsilon` at every
/// step of either graph did. Empty where a step loses all its digits, as x - x does.
std::vector<double> noise(const Step& step, const std::vector<Tensor>& in, double epsilon,
                          std::mt19937& random) {
  const std::vector<double> exact[] = {numbers(evaluated(step.before, in)),
                                       numbers(evaluated(step.after, in))};
  std::vector<double> most(exact[0].size());
  for (int k = 0; k < 12; ++k) {
    const bool after = k % 2 == 1;
    const Perturbed p = perturbed(after ? step.after : step.before, in, epsilon, random);
    if (!(p.worst < 1e5 * epsilon)) return {};
    for (std::size_t i = 0; i < most.size(); ++i)
      most[i] = std::max(most[i], std::fabs(p.off[i] - exact[after ? 1 : 0][i]));
  }
  return most;
}

/// What a rule that may change numbers did wrong (empty: nothing), unless it cannot be told here.
/// In f64 both sides are the same function; in the recipe's own dtype the new side is no worse than
/// rounding explains.
std::optional<std::string> judged(const Recipe& recipe, const Step& step, std::size_t at,
                                  std::mt19937& random) {
  const auto in = leaves_of(recipe, Fill::Numbers, random() % 2 == 0 ? 0.05 : -6, 3, random);
  std::vector<Tensor> wide;
  for (const Tensor& t : in) wide.push_back(converted(t, recipe.dtype, DType::F64));
  auto steps = steps_of(build(recipe, DType::F64));
  if (at >= steps.size() || steps[at].rule != step.rule)
    return std::nullopt; // it looks at the dtype
  const Step& twin = steps[at];
  const auto truth = numbers(evaluated(twin.before, wide)),
             after = numbers(evaluated(twin.after, wide));
  const auto fine = noise(twin, wide, 16 * unit(DType::F64), random),
             coarse =
                 noise(twin, wide, std::max(unit(recipe.dtype), 16 * unit(DType::F64)), random);
  if (fine.size() != truth.size() || coarse.size() != truth.size()) return std::nullopt;
  const auto own_before = numbers(evaluated(step.before, in)),
             own_after = numbers(evaluated(step.after, in));
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (!std::isfinite(truth[i]) || !std::isfinite(coarse[i]))
      continue; // no rule of these promises
    const std::string where = "element " + std::to_string(i) + ": " + std::to_string(truth[i]);
    if (!(std::fabs(after[i] - truth[i]) <= 4 * fine[i] + smallest(DType::F64)))
      return where + " becomes " + std::to_string(after[i]) + " in f64";
    if (!std::isfinite(own_before[i])) continue; // it overflowed on its way
    if (!(std::fabs(own_after[i] - truth[i]) <=
          2 * std::fabs(own_before[i] - truth[i]) + 16 * coarse[i] + smallest(recipe.dtype)))
      return where + ", " + std::to_string(own_before[i]) + " becomes " +
             std::to_string(own_after[i]);
  }
  return "";
}

const std::vector<DType> dtypes = {DType::F32, DType::F32, DType::F64, DType::F16, DType::BF16,
                                   DType::I32, DType::U8,  DType::I64, DType::I8};
constexpr std::size_t float_count = 5; ///< that come first
const std::vector<Shape> shapes = {{3, 4}, {3, 4}, {3, 1}, {4, 3, 2}, {5},    {},
                                   {1},    {0, 3}, {2, 0}, {1, 1},    {3, 3}, {2, 2, 2}};

} // namespace

TEST_CASE("every rewrite keeps what its class promises, one by one", "[optimize][rules]") {
  const auto rules = registry();
  std::map<std::string, int> seen;
  std::map<std::string, std::set<std::string>> seen_in;
  std::map<std::pair<std::string, bool>, int> judged_of; ///< with floats, and without
  std::map<Opcode, int> simplified;
  int folded = 0;
  constexpr int enough = 8, plenty = 40, most_draws = 1000000;
  const int all_draws = 1000 * static_cast<int>(families().size());
  const auto missing = [&] {
    return std::any_of(rules.begin(), rules.end(),
                       [&](const auto& r) { return seen[r.first] < enough; });
  };
  std::mt19937 random(2024);
  int draws = 0;
  std::map<std::string, std::set<std::size_t>> fired_by; ///< families that a rule came up in
  for (; draws < most_draws && (draws < all_draws || missing()); ++draws) {
    std::size_t which =
        (draws < all_draws ? static_cast<std::size_t>(draws) : random()) % families().size();
    if (draws >= all_draws) { // only what may bring up a rule that was seen too rarely
      std::set<std::size_t> useful;
      bool known = true;
      for (const auto& [rule, info] : rules) {
        if (seen[rule] >= enough) continue;
        useful.insert(fired_by[rule].begin(), fired_by[rule].end());
        known = known && !fired_by[rule].empty();
      }
      if (!useful.empty() && (known || draws % 2 == 0))
        which = *std::next(useful.begin(), static_cast<std::ptrdiff_t>(random() % useful.size()));
    }
    const Family& family = families()[which];
    const DType dtype = dtypes[random() % (family.floats ? float_count : dtypes.size())];
    const Recipe recipe = draw(family, dtype, shapes[random() % shapes.size()], random);
    const Graph g = build(recipe, dtype, nullptr, &simplified);

    // What ops made of it while it was built, and what folding makes of constants, are exact.
    if (draws < all_draws) {
      const auto in =
          leaves_of(recipe, draws % 3 == 0 ? Fill::Numbers : Fill::Specials, -4, 4, random);
      const Tensor want = op_by_op(recipe, in);
      INFO(family.name << ", draw " << draws << "\n" << print(g));
      const bool built_same = same(want, evaluated(g, in));
      CHECK(built_same);
      const Graph constants =
          run_passes(build(recipe, dtype, &in), "fold-constants", {.math = MathLevel::Strict});
      Value result = constants.outputs()[0].value;
      while (is(result, Opcode::BroadcastInDim)) result = operand(result, 0); // repeats stay
      const bool is_constant = is(result, Opcode::Constant);
      if (!uses_any(recipe, {Opcode::Iota})) CHECK(is_constant); // 0, 1, 2, ... is no constant
      folded += is_constant ? 1 : 0;
      const bool folded_same = same(want, evaluated(constants, {}));
      CHECK(folded_same);
    }

    std::map<std::string, std::size_t> fired;
    static_cast<void>(rewritten(g, -1, fired));
    for (const auto& [rule, n] : fired) fired_by[rule].insert(which);
    const bool wanted = std::any_of(fired.begin(), fired.end(), [&](const auto& f) {
      return judged_of[{f.first, is_float(dtype)}] < plenty;
    });
    if (!wanted && draws % 16 != 0) continue;
    for (const MathLevel level : {MathLevel::Strict, MathLevel::Default, MathLevel::Relaxed}) {
      static_cast<void>(rewritten(g, -1, fired, level));
      for (const auto& [rule, n] : fired) {
        INFO(rule << " at " << name(level));
        CHECK(allowed(rules.at(rule).rule_class, level));
      }
    }
    const std::vector<Step> steps = steps_of(g);
    for (std::size_t at = 0; at < steps.size(); ++at) {
      const Step& step = steps[at];
      const RuleInfo& rule = rules.at(step.rule);
      INFO(rule.name << ": " << rule.summary << "\n" << print(step.before) << print(step.after));
      if (rule.rule_class == RuleClass::Exact || rule.rule_class == RuleClass::SignedZero) {
        // Whoever divides by it sees the sign of a zero.
        const bool zeros = rule.rule_class == RuleClass::SignedZero;
        if (zeros && uses_any(recipe, {Opcode::Div, Opcode::Pow, Opcode::Ipow, Opcode::Rsqrt}))
          continue;
        for (const Fill fill : {Fill::Specials, Fill::Numbers}) {
          const auto in = leaves_of(recipe, fill, -4, 4, random);
          const bool kept = same(evaluated(step.before, in), evaluated(step.after, in), zeros);
          CHECK(kept);
        }
      } else {
        if (!is_float(dtype) || !is_float(g.outputs()[0].value.dtype()) || jumps(recipe)) continue;
        const auto wrong = judged(recipe, step, at, random);
        if (!wrong) continue;
        CHECK(*wrong == "");
      }
      ++seen[step.rule];
      ++judged_of[{step.rule, is_float(dtype)}];
      seen_in[step.rule].insert(std::string(name(dtype)));
    }
  }
  for (const auto& [rule, info] : rules) {
    INFO(rule << " came up " << seen[rule] << " times in " << draws << " draws");
    CHECK(seen[rule] >= enough);
    CHECK(seen_in[rule].size() >= 2);
  }
  for (int op = 0; op < op_count; ++op)
    if (op_def(static_cast<Opcode>(op)).simplify != nullptr) {
      INFO(op_def(static_cast<Opcode>(op)).mnemonic);
      CHECK(simplified[static_cast<Opcode>(op)] >= 5);
    }
  CHECK(folded > 1000);
}

TEST_CASE("exact rules, and what ops know of themselves, keep the bits of every f16",
          "[optimize][rules]") {
  constexpr int sweeps = 2, most_of_ops = 800;
  std::map<std::string, int> missing; ///< sweeps left, per elementwise rule
  for (const auto table : {proved_rules(), arithmetic_rules(), select_rules()})
    for (const Rule& rule : table)
      if (rule.rule_class == RuleClass::Exact) missing[std::string(rule.name)] = sweeps;
  missing["erase-stop-gradient"] = sweeps;
  std::map<Opcode, int> unknown; ///< the same, per op that simplifies itself and takes floats
  for (int i = 0; i < op_count; ++i) {
    const OpDef& def = op_def(static_cast<Opcode>(i));
    if (def.simplify != nullptr && (def.traits & trait::Elementwise) != 0 &&
        (def.signature.find("number") != std::string_view::npos ||
         def.signature.find("float") != std::string_view::npos ||
         def.signature.find("any") != std::string_view::npos))
      unknown[static_cast<Opcode>(i)] = sweeps;
  }
  const auto rules = registry();
  std::mt19937 random(7);
  int swept = 0;
  for (int draws = 0;
       draws < 200000 && !(missing.empty() && unknown.empty() && swept >= most_of_ops); ++draws) {
    const Family& family = families()[static_cast<std::size_t>(draws) % families().size()];
    if (!family.elementwise) continue;
    const Recipe recipe = draw(family, DType::F16, {256, 256}, random);
    std::map<Opcode, int> simplified;
    const Graph g = build(recipe, DType::F16, nullptr, &simplified);
    std::map<std::string, std::size_t> fired;
    static_cast<void>(rewritten(g, -1, fired));
    // Ops know many things each, and most draws hide what they are about.
    const bool is_new = std::any_of(simplified.begin(), simplified.end(), [&](const auto& s) {
      return s.second > 0 && (swept < most_of_ops || unknown.contains(s.first));
    });
    if (!is_new && std::none_of(fired.begin(), fired.end(),
                                [&](const auto& f) { return missing.contains(f.first); }))
      continue;
    const auto in = leaves_of(recipe, Fill::AllF16, 0, 0, random);
    if (is_new) {
      ++swept;
      INFO(print(g));
      const bool kept = same(op_by_op(recipe, in), evaluated(g, in));
      CHECK(kept);
      for (const auto& [op, count] : simplified) {
        const auto left = unknown.find(op);
        if (left != unknown.end() && count > 0 && --left->second == 0) unknown.erase(left);
      }
    }
    for (const Step& step : steps_of(g)) {
      if (rules.at(step.rule).rule_class != RuleClass::Exact) continue;
      INFO(step.rule << "\n" << print(step.before) << print(step.after));
      const bool kept = same(evaluated(step.before, in), evaluated(step.after, in));
      CHECK(kept);
      const auto left = missing.find(step.rule);
      if (left != missing.end() && --left->second == 0) missing.erase(left);
    }
  }
  for (const auto& [rule, n] : missing) {
    INFO(rule);
    CHECK(n == 0); // never came up in f16
  }
  for (const auto& [op, n] : unknown) {
    INFO(op_def(op).mnemonic);
    CHECK(n == 0);
  }
}
