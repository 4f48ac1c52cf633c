// What nobody uses leaves the loops: ys that are not read, carries that only carry themselves on,
// operands that no body looks at, operands that are handed in twice, and ys that are written twice.
#include <algorithm>
#include <map>
#include <numeric>

#include "ir/rewriter.h"
#include "ops/regions.h"
#include "optimize/bodies.h"
#include "optimize/pass.h"

namespace nngc {

namespace {

/// Which inputs of the body the outputs need.
std::vector<bool> needed_inputs(const Graph& body, const std::vector<bool>& outputs) {
  const GraphData& g = *body.data();
  std::vector<bool> needed(g.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i]) needed[body.outputs()[i].value.id()] = true;
  for (NodeId id = g.size(); id-- > 0;)
    if (needed[id])
      for (NodeId o : g.operands(id)) needed[o] = true;
  std::vector<bool> result;
  for (Value v : body.inputs()) result.push_back(needed[v.id()]);
  return result;
}

void unite(std::vector<bool>& into, const std::vector<bool>& more) {
  for (std::size_t i = 0; i < more.size(); ++i) into[i] = into[i] || more[i];
}

/// What is left of a scan or while. Result 0 stays: it is the node.
struct Plan {
  std::vector<bool> outputs; ///< of the body
  std::vector<bool> inputs;
  std::vector<std::size_t> same_as; ///< output of the body -> the y that stacks the same; or itself
  bool changes = false;
};

/// Derivatives stack one cotangent for each of its users. Carries are no stacks, and stay.
std::vector<std::size_t> same_stacks(const Graph& body, std::size_t carries) {
  std::map<NodeId, std::size_t> first;
  std::vector<std::size_t> result(carries);
  std::iota(result.begin(), result.end(), std::size_t{0});
  for (std::size_t i = carries; i < body.outputs().size(); ++i)
    result.push_back(first.emplace(body.outputs()[i].value.id(), i).first->second);
  return result;
}

Plan plan_of(const GraphData& g, NodeId id, const ResultUse& use) {
  const Attrs& attrs = g.attrs(id);
  const LoopOperands parts = loop_operands(attrs, g.operands(id).size());
  const Graph& body = region(attrs, "body");
  Plan plan;
  plan.outputs.resize(body.outputs().size());
  for (std::size_t i = 0; i < plan.outputs.size(); ++i) plan.outputs[i] = i == 0 || use.used(id, i);
  plan.same_as = same_stacks(body, attrs.has("cond") ? plan.outputs.size() : parts.carries);
  for (std::size_t i = 0; i < plan.outputs.size(); ++i)
    if (const std::size_t first = plan.same_as[i]; plan.outputs[i] && first != i) {
      plan.outputs[first] = true;
      plan.outputs[i] = false;
    }
  plan.inputs.resize(parts.inputs());
  if (attrs.has("cond")) plan.inputs = needed_inputs(region(attrs, "cond"), {true});
  for (bool grown = true; grown;) {
    grown = false;
    unite(plan.inputs, needed_inputs(body, plan.outputs));
    for (std::size_t i = 0; i < parts.carries; ++i) {
      const std::size_t in = parts.consts + i;
      if (plan.inputs[in] && !plan.outputs[i]) plan.outputs[i] = grown = true;
      // A carry that is kept has its input, even if no step reads it.
      if (plan.outputs[i]) plan.inputs[in] = true;
    }
  }
  const auto all = [](const std::vector<bool>& v) {
    return std::all_of(v.begin(), v.end(), [](bool b) { return b; });
  };
  plan.changes = !all(plan.outputs) || !all(plan.inputs);
  return plan;
}

/// The loop again: consts and xs that are the same value are one.
struct Pruned {
  Value node;
  std::vector<int> result; ///< old result -> new one
};

Pruned pruned(const GraphData& g, NodeId id, const Plan& plan, std::span<const Value> operands,
              GraphData* to) {
  Attrs attrs = g.attrs(id);
  const LoopOperands parts = loop_operands(attrs, operands.size());
  std::vector<int> input(parts.inputs(), -1);
  std::vector<Value> kept;
  std::int64_t consts = 0, carries = 0;
  for (std::size_t i = 0; i < parts.inputs(); ++i) {
    if (!plan.inputs[i]) continue;
    const bool carry = i >= parts.consts && i < parts.consts + parts.carries;
    const std::size_t from =
        i < parts.consts ? 0 : static_cast<std::size_t>(consts) + static_cast<std::size_t>(carries);
    std::size_t at = carry ? kept.size() : from;
    while (at < kept.size() && !kept[at].same(operands[i])) ++at;
    input[i] = static_cast<int>(at);
    if (at < kept.size()) continue;
    kept.push_back(operands[i]);
    if (i < parts.consts) ++consts;
    if (carry) ++carries;
  }
  if (parts.counted) kept.push_back(operands.back());
  std::vector<std::size_t> outputs;
  Pruned result;
  for (std::size_t i = 0; i < plan.outputs.size(); ++i) {
    result.result.push_back(plan.outputs[i] ? static_cast<int>(outputs.size()) : -1);
    if (plan.outputs[i]) outputs.push_back(i);
  }
  for (std::size_t i = 0; i < plan.outputs.size(); ++i)
    result.result[i] = result.result[plan.same_as[i]];
  result.result.push_back(static_cast<int>(outputs.size())); // a while's number of steps
  attrs.set("body",
            Region(std::make_shared<Graph>(rewired(region(attrs, "body"), input, outputs))));
  if (attrs.has("cond")) {
    const std::size_t first = 0;
    attrs.set("cond",
              Region(std::make_shared<Graph>(rewired(region(attrs, "cond"), input, {&first, 1}))));
  }
  attrs.set("consts", consts);
  attrs.set("carries", carries);
  result.node = append(to, g.node(id).op, kept, std::move(attrs));
  return result;
}

} // namespace

Graph prune_regions(const Graph& graph, PassContext& context) {
  static constexpr Rule rule{"prune-regions", RuleClass::Exact, Opcode::Count_,
                             "a loop without what nobody uses", nullptr};
  const GraphData& g = *graph.data();
  if (!has_regions(g)) return graph.clone();
  const ResultUse use(g);
  std::map<NodeId, Pruned> made;
  Rewriter rewriter(graph);
  return rewriter.run([&](NodeId id, std::span<const Value> operands) -> Value {
    const Node& n = g.node(id);
    if (n.op == Opcode::Result) {
      const auto owner = made.find(g.operands(id)[0]);
      if (owner == made.end()) return {};
      const auto old = static_cast<std::size_t>(g.attrs(id).get<std::int64_t>("index"));
      return result_of(owner->second.node, static_cast<std::size_t>(owner->second.result[old]));
    }
    if (n.op != Opcode::Scan && n.op != Opcode::While) return {};
    const Plan plan = plan_of(g, id, use);
    std::vector<NodeId> sorted(g.operands(id).begin(), g.operands(id).end());
    std::sort(sorted.begin(), sorted.end());
    const bool twice = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
    if ((!plan.changes && !twice) || !context.may_fire(rule)) return {};
    if (plan.changes) context.fired(rule.name, rule.rule_class);
    return made.emplace(id, pruned(g, id, plan, operands, rewriter.to())).first->second.node;
  });
}

} // namespace nngc
