/// Graph to graph: numeric classes and levels of rewrites, single passes by name, the pass
/// manager's switches, and what it counts. `optimize` runs them all in the order that
/// `lib/driver/pipeline.cpp` explains.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nngc/graph.h"

namespace nngc {

/// How far a program may stray from what was written.
enum class MathLevel : std::uint8_t {
  Strict,  ///< exact rewrites only: the interpreter's bits
  Default, ///< + signs of zeros, and forms that are more accurate than the written ones
  Relaxed, ///< + a few ulp, and sums in another order
  Fast,    ///< + as if nothing were infinite or NaN, and wider domains
};

/// What a rewrite may change.
enum class RuleClass : std::uint8_t {
  Exact,       ///< nothing, NaN payloads aside
  SignedZero,  ///< the sign of a zero
  Stabilise,   ///< better where the written form overflows or cancels
  Ulp,         ///< a few ulp
  Reassociate, ///< the order of sums and products
  Finite,      ///< results that involve inf or NaN
  Domain,      ///< where the function is defined
};

[[nodiscard]] bool allowed(RuleClass rule_class, MathLevel level);
/// `strict`, `exact`, ...
[[nodiscard]] std::string_view name(MathLevel level);
[[nodiscard]] std::string_view name(RuleClass rule_class);
/// The level of that name; false if there is none.
[[nodiscard]] bool parse_math_level(std::string_view text, MathLevel& out);

struct RuleCount {
  std::string_view rule;
  RuleClass rule_class = RuleClass::Exact;
  std::size_t fired = 0;
};

struct PassRun {
  std::string name;
  double seconds = 0;
  std::size_t nodes_before = 0, nodes_after = 0; ///< nodes that outputs need
};

struct PassStats {
  std::vector<PassRun> passes;  ///< in the order they ran
  std::vector<RuleCount> rules; ///< those that fired, by name
  std::size_t shared_nodes = 0; ///< of the last graph, see `shared_nodes`
  /// A table for people: `--stats`, or `--time-passes` with `times`.
  [[nodiscard]] std::string str(bool times = false) const;
};

struct PassOptions {
  MathLevel math = MathLevel::Default;
  bool verify_each =
      false; ///< check every op's rules after each pass; throws Error{Graph} naming the pass
  std::string print_after; ///< a pass, or `all`: its graph as text goes to `sink`
  std::string dot_after;   ///< the same as DOT
  int pass_limit =
      -1; ///< stop after so many passes (-1: no limit), to find the pass that is to blame
  int rule_limit = -1; ///< stop after so many rewrites, to find the rule that is to blame
  std::function<void(std::string_view pass, std::string_view text)> sink = {};
  PassStats* stats = nullptr; ///< filled if given
};

struct PassInfo {
  std::string_view name, summary;
};
[[nodiscard]] std::span<const PassInfo> passes();

/// A rewrite rule, for documentation and for tests that try every one.
struct RuleInfo {
  std::string_view name;
  RuleClass rule_class;
  std::string_view summary; ///< `pattern -> replacement`
};
[[nodiscard]] std::vector<RuleInfo> rewrite_rules();

/// Runs the passes of a comma-separated list, such as `canonicalize,fold-constants`. Throws
/// Error{Argument} for an unknown name. Differentiate first: canonicalize erases stop_gradient.
[[nodiscard]] Graph run_passes(const Graph& graph, std::string_view list,
                               const PassOptions& options = {}, Where where = Where::current());

/// The whole pipeline: what `compile` does to a graph before it makes kernels of it.
[[nodiscard]] Graph optimize(const Graph& graph, const PassOptions& options = {},
                             Where where = Where::current());

/// The same value in a form that neither overflows nor cancels, in the same graph. Differentiate
/// this one: log(softmax(x)) written out as log(exp(x) / sum) has a right gradient where exp(x) is
/// 0, which no pass can mend afterwards. training_step does it by itself. `wrt`, by which it will
/// be differentiated, are inputs of the graph: throws Error{Argument} for others.
[[nodiscard]] Value stabilised(Value v, std::span<const Value> wrt, Where where = Where::current());

/// Forward nodes that a live backward or update node uses: values the backward part did not compute
/// again.
[[nodiscard]] std::size_t shared_nodes(const Graph& graph);

} // namespace nngc
