// The verdict on one graph.
//
// Where nothing on the way to an output is rounded, or nothing that compiled code may round
// otherwise, and wherever passes of exact rules are judged by the interpreter, the bits must be the
// interpreter's. Elsewhere the graph is run with noise in every rounding, and a result may be off
// by some times as much as noise moves it. Elements that noise moves out of sight, or over a
// threshold, are skipped and counted.
#include "test/fuzz/judge.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "nngc/eval.h"
#include "test/conformance/trial.h"
#include "test/fuzz/derivative.h"
#include "test/fuzz/roundings.h"
#include "test/fuzz/run.h"
#include "test/fuzz/walker.h"

namespace nngc::test {

namespace {

constexpr double unstable = std::numeric_limits<double>::infinity();
constexpr double times_noise = 16; // three runs rarely meet the worst case
constexpr double few_ulp = 4;

bool same_element(const Tensor& a, const Tensor& b, std::size_t i) {
  const auto step = static_cast<std::size_t>(byte_size(a.dtype()));
  return std::memcmp(static_cast<const char*>(a.raw()) + i * step,
                     static_cast<const char*>(b.raw()) + i * step, step) == 0;
}

/// NaN and NaN, and infinities of one sign, are alike.
double distance(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b) ? 0 : unstable;
  if (std::isinf(a) || std::isinf(b)) return a == b ? 0 : unstable;
  return std::fabs(a - b);
}

/// Which nodes are of that kind or depend on one that is.
std::vector<bool> reached(const GraphData& graph, bool (*kind)(const GraphData&, NodeId)) {
  std::vector<bool> is(graph.size());
  for (NodeId id = 0; id < graph.size(); ++id) {
    is[id] = kind(graph, id);
    for (const NodeId operand : graph.operands(id)) is[id] = is[id] || is[operand];
  }
  return is;
}

} // namespace

void Figures::add(const Figures& o) {
  graphs += o.graphs, nodes += o.nodes, differentiated += o.differentiated, symbolic += o.symbolic;
  variants += o.variants, compiled += o.compiled, refused += o.refused;
  derivatives += o.derivatives, elements += o.elements, exact += o.exact, skipped += o.skipped;
}

Judge::Judge(const Graph& graph, std::vector<Tensor> inputs, std::int64_t n)
    : graph_(graph), inputs_(std::move(inputs)),
      want_(eval(graph, std::span<const Tensor>(inputs_))), n_(n) {
  const std::vector<bool> rounded = reached(*graph.data(), is_rounded),
                          open = reached(*graph.data(), is_open);
  for (std::size_t o = 0; o < want_.size(); ++o) {
    numbers_.push_back(numbers(want_[o]));
    Spread s;
    s.is_rounded = rounded[graph.outputs()[o].value.id()];
    s.is_open = open[graph.outputs()[o].value.id()];
    s.greatest.assign(numbers_[o].size(), 0);
    for (const double x : numbers_[o])
      if (std::isfinite(x)) s.scale = std::max(s.scale, std::fabs(x));
    spread_.push_back(std::move(s));
  }
}

void Judge::listen(std::size_t runs, double roundings) {
  const GraphData& data = *graph_.data();
  const std::vector<bool> live = live_nodes(data);
  for (std::size_t run = 0; run < runs; ++run) {
    Walker walker(data, n_, Noise{noise_seed_++, roundings, true});
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      walker.set_input(data.inputs[i].node, inputs_[i]);
    walker.run(live);
    for (std::size_t o = 0; o < want_.size(); ++o)
      std::visit(
          [&]<class T>(const std::vector<T>& noisy) {
            if constexpr (!std::is_same_v<T, Complex>)
              for (std::size_t i = 0; i < noisy.size(); ++i) {
                double& greatest = spread_[o].greatest[i];
                if constexpr (std::is_same_v<T, std::int64_t>) {
                  const bool is_u64 = want_[o].dtype() == DType::U64;
                  const double x = is_u64
                                       ? static_cast<double>(static_cast<std::uint64_t>(noisy[i]))
                                       : static_cast<double>(noisy[i]);
                  if (x != numbers_[o][i]) greatest = unstable;
                } else {
                  const double x = static_cast<double>(noisy[i]);
                  greatest = std::max(greatest, distance(x, numbers_[o][i]));
                  // A zero whose sign is open is no rounding, and as exact as it gets.
                }
              }
          },
          walker.at(data.outputs[o].value.id()).data);
  }
}

std::string Judge::check(const Variant& variant, Figures& figures) {
  std::string wrong;
  std::vector<Tensor> have;
  try {
    if (variant.derivatives) return derivative_error(graph_, inputs_, n_, figures);
    have = results(graph_, variant, wrong);
  } catch (const Error& e) {
    const bool may_refuse = variant.compiled || variant.derivatives;
    if (may_refuse && e.kind() == Error::Kind::Unsupported) return ++figures.refused, "";
    return std::string("throws ") + e.what();
  } catch (const std::exception& e) {
    return std::string("throws ") + e.what();
  }
  if (!wrong.empty()) return wrong;
  ++figures.variants;
  figures.compiled += variant.compiled ? 1 : 0;
  if (noise_seed_ == 1) listen(3, 1);
  Figures local;
  wrong = compare(have, variant, local);
  if (!wrong.empty() && noise_seed_ < 50) { // in doubt, ask more often
    listen(40, 1);
    listen(10, 4);
    local = {};
    wrong = compare(have, variant, local);
  }
  figures.add(local);
  return wrong;
}

std::string Judge::compare(const std::vector<Tensor>& have, const Variant& variant,
                           Figures& figures) const {
  const bool is_strict = variant.math == MathLevel::Strict;
  for (std::size_t o = 0; o < want_.size(); ++o) {
    const Tensor &a = have[o], &b = want_[o];
    const std::string& name = graph_.outputs()[o].name;
    if (a.dtype() != b.dtype() || a.shape() != b.shape())
      return name + " is " + a.type_str() + ", not " + b.type_str();
    const std::vector<double> x = numbers(a);
    const Spread& spread = spread_[o];
    const DType dtype = b.dtype();
    const bool is_exact =
        !spread.is_rounded || ((is_strict || is_exact_) && (!variant.compiled || !spread.is_open));
    figures.elements += x.size();
    figures.exact += is_exact ? x.size() : 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double want = numbers_[o][i], noise = is_exact ? 0 : spread.greatest[i];
      // Stable forms are there to be finite where the written one is not.
      const bool is_cured = cures_ && !is_exact && !std::isfinite(want);
      // Where anything goes, nothing is proved.
      const bool is_vague = times_noise * noise > spread.scale / 2;
      figures.skipped += is_cured || is_vague ? 1 : 0;
      if (same_element(a, b, i) || (std::isnan(x[i]) && std::isnan(want))) continue;
      if (is_cured || noise == unstable) continue;
      double tolerance = 0;
      if (is_exact) {
        if (!is_strict && is_float(dtype) && x[i] == want) continue; // zeros of two signs
      } else if (is_float(dtype)) {
        tolerance = times_noise * noise + few_ulp * 2 * epsilon(dtype) * std::fabs(want) +
                    few_ulp * smallest_subnormal(dtype);
        if (distance(x[i], want) <= tolerance) continue;
      }
      char text[200];
      std::snprintf(text, sizeof text, "[%zu] is %.17g (%a), not %.17g (%a), within %.3g", i, x[i],
                    x[i], want, want, tolerance);
      return name + text;
    }
  }
  return {};
}

std::vector<Tensor> Judge::results(const Graph& graph, const Variant& variant, std::string& wrong) {
  PassOptions options;
  PassStats stats;
  options.stats = &stats;
  options.math = variant.math;
  options.verify_each = true;
  Graph better = variant.passes == "all"  ? optimize(graph, options)
                 : variant.passes.empty() ? graph.clone()
                                          : run_passes(graph, variant.passes, options);
  cures_ = std::ranges::any_of(
      stats.rules, [](const RuleCount& r) { return r.rule_class > RuleClass::SignedZero; });
  is_exact_ = std::ranges::all_of(
      stats.rules, [](const RuleCount& r) { return r.rule_class == RuleClass::Exact; });
  if (!variant.compiled) return eval(better, std::span<const Tensor>(inputs_));
  CompileOptions compile_options;
  compile_options.cpu = variant.cpu;
  compile_options.opt_level = variant.opt_level;
  compile_options.math = variant.math;
  compile_options.optimize_graph = false; // done
  return run_guarded(compile(better, compile_options), better, inputs_, want_, wrong);
}

} // namespace nngc::test
