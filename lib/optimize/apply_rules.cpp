// The driver of rules: rebuilds the graph node by node and tries the tables on each new node until
// none fires.
#include <algorithm>
#include <array>
#include <cassert>

#include "ir/rewriter.h"
#include "optimize/pass.h"

namespace nngc {

namespace {

class Sweep {
public:
  Sweep(RuleTables tables, bool sink, PassContext& context) : context_(context) {
    for (const auto table : tables)
      for (const Rule& rule : table) by_root_[static_cast<std::size_t>(rule.root)].push_back(&rule);
    if (!sink) return;
    for (int op = 0; op < op_count; ++op)
      if ((op_def(static_cast<Opcode>(op)).traits & trait::Elementwise) != 0)
        for (const Rule* rule : sink_rules())
          by_root_[static_cast<std::size_t>(op)].push_back(rule);
  }

  Graph run(const Graph& graph) {
    Rewriter rewriter(graph);
    uses_.assign(rewriter.to()->size(), 0);
    fired_ = false;
    return rewriter.run([&](NodeId id, std::span<const Value> operands) {
      Value v = rewriter.copy(id, operands);
      // Rules make things smaller or move them one way, so this ends by itself; the bound is for
      // our mistakes.
      for (int steps = 0; steps < 64; ++steps) {
        const Value next = replacement(v);
        if (!next) break;
        v = next;
      }
      if (v.id() >= uses_.size()) uses_.resize(v.id() + 1, 0);
      uses_[v.id()] += rewriter.uses(id);
      return v;
    });
  }
  [[nodiscard]] bool fired() const { return fired_; }

private:
  Value replacement(Value v) {
    const Match match(v, uses_);
    for (const Rule* rule : by_root_[static_cast<std::size_t>(opcode(v))]) {
      if (!context_.may_fire(*rule)) continue;
      const Value next = rule->apply(match);
      if (!next || next.same(v)) continue;
      assert(next.type() == v.type() && "a rule changed the type");
      context_.fired(rule->name, rule->rule_class);
      fired_ = true;
      return next;
    }
    return {};
  }

  PassContext& context_;
  std::array<std::vector<const Rule*>, static_cast<std::size_t>(op_count)> by_root_;
  std::vector<std::uint32_t> uses_; ///< by id in the graph that is being built
  bool fired_ = false;
};

} // namespace

Graph apply_rules(const Graph& graph, RuleTables tables, bool sink, PassContext& context,
                  int max_sweeps) {
  Sweep sweep(tables, sink, context);
  Graph next = sweep.run(graph);
  for (int i = 1; i < max_sweeps && sweep.fired(); ++i) next = sweep.run(next);
  return sweep.fired() ? live_part(next) : std::move(next);
}

Graph live_part(const Graph& graph) {
  Rewriter rewriter(graph);
  return rewriter.run([](NodeId, std::span<const Value>) { return Value{}; });
}

} // namespace nngc
