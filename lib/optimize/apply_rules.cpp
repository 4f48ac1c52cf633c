// The driver of rules: rebuilds the graph node by node and tries the tables on each new node until
// none fires.
#include <algorithm>
#include <array>
#include <cassert>

#include "ir/rewriter.h"
#include "optimize/bodies.h"
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
      const Value v = settled(rewriter.copy(id, operands));
      if (v.id() >= uses_.size()) uses_.resize(v.id() + 1, 0);
      uses_[v.id()] += rewriter.uses(id);
      return v;
    });
  }

  /// v again in its own graph, where nothing changes but what is appended.
  Value run_in_place(Value v) {
    GraphData* const graph = v.graph();
    const std::vector<bool> needed = needed_by(v);
    std::vector<Value> now(needed.size());
    std::vector<Value> operands;
    const std::uint8_t epoch = graph->epoch;
    fired_ = false;
    for (NodeId id = 0; id < needed.size(); ++id) {
      if (!needed[id]) continue;
      const Node node = graph->node(id); // a copy: the arena grows
      operands.clear();
      bool changed = false;
      for (const NodeId o : graph->operands(id)) {
        operands.push_back(now[o]);
        changed = changed || now[o].id() != o;
      }
      Attrs attrs = graph->attrs(id);
      changed = change_bodies_of(node, attrs) || changed;
      const SectionScope section(graph, node.section);
      graph->epoch = node.epoch;
      now[id] = settled(changed ? append(graph, node.op, operands, attrs) : Value(graph, id));
    }
    graph->epoch = epoch;
    return now[v.id()];
  }
  [[nodiscard]] bool fired() const { return fired_; }

private:
  static std::vector<bool> needed_by(Value v) {
    std::vector<bool> needed(v.id() + 1);
    needed[v.id()] = true;
    for (NodeId id = v.id() + 1; id-- > 0;)
      if (needed[id])
        for (const NodeId o : v.graph()->operands(id)) needed[o] = true;
    return needed;
  }

  /// The graphs that a region op carries; whether any rule fired in them.
  bool change_bodies_of(const Node& node, Attrs& attrs) {
    if ((op_def(node.op).traits & trait::Region) == 0) return false;
    const std::size_t before = context_.total();
    const auto change = [&](const Graph& body) { return Sweep(*this).run(body); };
    const Attrs old = attrs;
    for (const Attr& a : old.list())
      if (const auto* body = std::get_if<Region>(&a.value)) {
        const Graph inner =
            has_regions(*(*body)->data()) ? change_bodies(**body, change) : (*body)->clone();
        attrs.set(a.key, Region(std::make_shared<Graph>(change(inner))));
      }
    if (context_.total() == before) return attrs = old, false;
    return fired_ = true;
  }

  Value settled(Value v) {
    // Rules make things smaller or move them one way, so this ends by itself; the bound is for our
    // mistakes.
    for (int steps = 0; steps < 64; ++steps) {
      const Value next = replacement(v);
      if (!next) break;
      v = next;
    }
    return v;
  }

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

Value apply_rules_in_place(Value v, RuleTables tables, PassContext& context, int max_sweeps) {
  Sweep sweep(tables, false, context);
  v = sweep.run_in_place(v);
  for (int i = 1; i < max_sweeps && sweep.fired(); ++i) v = sweep.run_in_place(v);
  return v;
}

Graph live_part(const Graph& graph) {
  Rewriter rewriter(graph);
  return rewriter.run([](NodeId, std::span<const Value>) { return Value{}; });
}

} // namespace nngc
