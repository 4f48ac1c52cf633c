/// What a pass sees, and the driver of rule tables that passes share.
#pragma once

#include <map>
#include <span>
#include <string_view>

#include "nngc/passes.h"
#include "optimize/rule.h"

namespace nngc {

class PassContext {
public:
  explicit PassContext(const PassOptions& options)
      : options_(options), rewrites_left_(options.rule_limit) {}
  [[nodiscard]] const PassOptions& options() const { return options_; }
  /// Counts one rewrite; false where its class is not allowed or the limit is reached, then it must
  /// not happen.
  [[nodiscard]] bool may_fire(const Rule& rule) const {
    return rewrites_left_ != 0 && allowed(rule.rule_class, options_.math);
  }
  void fired(std::string_view rule, RuleClass rule_class) {
    if (rewrites_left_ > 0) --rewrites_left_;
    ++total_;
    RuleCount& count = counts_[rule];
    count.rule = rule;
    count.rule_class = rule_class;
    ++count.fired;
  }
  [[nodiscard]] std::size_t total() const { return total_; } ///< rewrites so far
  [[nodiscard]] const std::map<std::string_view, RuleCount>& counts() const { return counts_; }

private:
  const PassOptions& options_;
  int rewrites_left_; ///< negative: no limit
  std::size_t total_ = 0;
  std::map<std::string_view, RuleCount> counts_;
};

/// A pass makes the next graph.
using PassFunction = Graph (*)(const Graph&, PassContext&);

/// Rebuilds the graph and tries the rules on every node until none fires, in at most `max_sweeps`
/// rebuilds; with `sink` the sink_rules() too.
[[nodiscard]] Graph apply_rules(const Graph& graph, RuleTables tables, bool sink,
                                PassContext& context, int max_sweeps);
/// The same in v's own graph, in bodies too: what v becomes. The nodes it was made of stay.
[[nodiscard]] Value apply_rules_in_place(Value v, RuleTables tables, PassContext& context,
                                         int max_sweeps);
/// Without the nodes that no output needs.
[[nodiscard]] Graph live_part(const Graph& graph);

#define NNGC_PASS(function, name, summary) Graph function(const Graph& graph, PassContext& context);
#include "optimize/passes.def"
#undef NNGC_PASS

} // namespace nngc
