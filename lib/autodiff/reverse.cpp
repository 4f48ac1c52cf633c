// Reverse mode: one loop over ids from the outputs down. Ids are topological, so when a node's turn
// comes all its users have contributed; each node is visited once and each edge adds one rule's
// result, however many paths there are.
#include <algorithm>
#include <array>
#include <unordered_map>

#include "autodiff/contributions.h"
#include "autodiff/derivatives.h"
#include "nngc/autodiff.h"
#include "ops/accumulate.h"
#include "ops/elementwise.h"
#include "ops/regions.h"

namespace nngc {

namespace {

class Reverse {
public:
  Reverse(GraphData* graph, std::span<const Value> outputs, std::span<const Value> wrt,
          const Where& where)
      : graph_(graph), where_(where), on_path_(paths_between(*graph, wrt, outputs)),
        parts_(on_path_.size()), kept_(on_path_.size()) {
    for (Value v : wrt)
      if (v.id() < kept_.size()) kept_[v.id()] = true;
    constexpr std::ptrdiff_t nodes_of_rule = 4;
    graph->expect(static_cast<std::size_t>(nodes_of_rule * std::ranges::count(on_path_, true)));
  }

  void seed(Value output, Value cotangent) {
    if (on_path_[output.id()]) parts_[output.id()].push_back({{cotangent, {}}});
  }

  void run() {
    OriginScope origin(graph_);
    for (NodeId id = static_cast<NodeId>(parts_.size()); id-- > 0;) {
      const bool of_results = results_.contains(id);
      if (parts_[id].empty() && !of_results) continue;
      origin.set(id);
      const Contribution cotangent = sum_of(parts_[id]);
      parts_[id].clear();
      parts_[id].shrink_to_fit();
      with_place({graph_, id}, where_, [&] { propagate(id, cotangent); });
      if (kept_[id] && cotangent.value) parts_[id].push_back({{materialized(cotangent), {}}});
    }
  }

  /// What arrived at `v`; empty where nothing did.
  [[nodiscard]] Value cotangent(Value v) const {
    if (v.id() >= parts_.size() || parts_[v.id()].empty()) return {};
    return parts_[v.id()].front().value;
  }

private:
  void propagate(NodeId id, const Contribution& cotangent) {
    const OpDef& def = graph_->def(id);
    operands_.clear();
    wanted_.clear();
    bool any = false;
    for (NodeId operand : graph_->operands(id)) {
      operands_.emplace_back(graph_, operand);
      wanted_.push_back(on_path_[operand]);
      any = any || on_path_[operand];
    }
    // Of sources alone, nothing flows further down: an input, or a node whose op has no rule.
    if (!any || !def.not_differentiable.empty()) return;
    if (graph_->node(id).op == Opcode::Result)
      of_result(id, materialized(cotangent));
    else if ((def.traits & trait::Region) != 0)
      region(id, materialized(cotangent));
    else if (def.diff != nullptr)
      elementwise(id, cotangent);
    else
      structural(id, cotangent);
  }

  void elementwise(NodeId id, const Contribution& cotangent) {
    const DiffContext context({graph_, id}, operands_, graph_->attrs(id));
    for (std::size_t i = 0; i < operands_.size(); ++i)
      if (wanted_[i])
        add(operands_[i],
            {narrowed(graph_->def(id).diff(context, cotangent.value, static_cast<int>(i)),
                      cotangent.mask)});
  }

  void structural(NodeId id, const Contribution& cotangent) {
    if (cotangent.mask && (graph_->def(id).traits & trait::MasksThrough) != 0) {
      // The op only moves elements: where the mask goes is where the values go.
      const std::vector<Value> values = rule(id, cotangent.value);
      const std::vector<Value> masks = rule(id, cotangent.mask);
      for (std::size_t i = 0; i < values.size(); ++i)
        add(operands_[i], {{values[i], masks[i]}, cotangent.zero_outside});
      return;
    }
    const std::vector<Value> values = rule(id, materialized(cotangent));
    for (std::size_t i = 0; i < values.size(); ++i)
      add(operands_[i], masked_behind({graph_, id}, values[i], cotangent.mask));
  }

  /// Waits for the op that the result is of: its rule wants the cotangents of all.
  void of_result(NodeId id, Value cotangent) {
    std::vector<Value>& cotangents = results_[operands_[0].id()];
    const auto index = static_cast<std::size_t>(graph_->attrs(id).get<std::int64_t>("index"));
    if (cotangents.size() <= index) cotangents.resize(index + 1);
    Value& sum = cotangents[index];
    sum = sum ? sum + cotangent : cotangent;
  }

  void region(NodeId id, Value first) {
    std::vector<Value> cotangents = std::move(results_[id]);
    cotangents.resize(result_types({graph_, id}).size());
    cotangents[0] = first;
    const std::vector<Value> parts = region_vjp({graph_, id}, cotangents, wanted_, where_);
    for (std::size_t i = 0; i < parts.size(); ++i) add(operands_[i], {{parts[i], {}}});
  }

  std::vector<Value> rule(NodeId id, Value cotangent) {
    if (graph_->attrs(id).has("acc")) return widened_rule(id, cotangent);
    return rule_of({graph_, id}, operands_, cotangent);
  }

  std::vector<Value> rule_of(Value node, std::span<const Value> operands, Value cotangent) {
    VjpContext context(node, operands, graph_->attrs(node.id()));
    context.cotangent = cotangent;
    context.wanted = wanted_;
    context.cotangents.resize(operands.size());
    graph_->def(node.id()).vjp(context);
    return std::move(context.cotangents);
  }

  /// What accumulates in another dtype is the same op between conversions; so its cotangents are
  /// accumulated in that dtype, too.
  std::vector<Value> widened_rule(NodeId id, Value cotangent) {
    const Widened wide = widened(graph_, graph_->node(id).op, operands_, Attrs(graph_->attrs(id)));
    std::vector<Value> cotangents =
        rule_of(wide.result, wide.operands, convert(cotangent, wide.result.dtype()));
    for (std::size_t i = 0; i < operands_.size(); ++i)
      if (cotangents[i]) cotangents[i] = convert(cotangents[i], operands_[i].dtype());
    return cotangents;
  }

  void add(Value operand, const Contribution& part) {
    if (part.value && on_path_[operand.id()]) parts_[operand.id()].push_back(part);
  }

  GraphData* graph_;
  Where where_;               ///< of the user's call
  std::vector<bool> on_path_; ///< between wrt and outputs
  std::vector<std::vector<Contribution>>
      parts_;              ///< per node, in order of arrival: users from the last to the first
  std::vector<bool> kept_; ///< wrt
  std::unordered_map<NodeId, std::vector<Value>>
      results_;                 ///< of region ops: what arrived at their results but the first
  std::vector<Value> operands_; ///< of the node at hand
  std::vector<bool> wanted_;
};

} // namespace

std::vector<Value> reverse_mode(GraphData* graph, std::span<const Value> outputs,
                                std::span<const Value> cotangents, std::span<const Value> wrt,
                                Where where) {
  const SectionScope section(graph, Section::Backward);
  Reverse reverse(graph, outputs, wrt, where);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (cotangents[i]) reverse.seed(outputs[i], cotangents[i]);
  reverse.run();
  std::vector<Value> result;
  for (Value v : wrt) result.push_back(reverse.cotangent(v));
  return result;
}

std::vector<Value> vjp(std::span<const Value> outputs, std::span<const Value> cotangents,
                       std::span<const Value> wrt, Where where) {
  check_directions("vjp", "cotangent", outputs, cotangents, where);
  std::vector<Value> all(outputs.begin(), outputs.end());
  all.insert(all.end(), cotangents.begin(), cotangents.end());
  all.insert(all.end(), wrt.begin(), wrt.end());
  GraphData* const graph = common_graph("vjp", all, where);
  for (Value v : outputs) check_differentiable("vjp", v, where);
  for (Value v : wrt) check_differentiable("vjp", v, where);
  if (wrt.empty()) return {};

  const SectionScope section(graph, Section::Backward);
  std::vector<Value> result = reverse_mode(graph, outputs, cotangents, wrt, where);
  for (std::size_t i = 0; i < wrt.size(); ++i)
    if (!result[i]) result[i] = zeros_like(wrt[i]);
  return result;
}

std::vector<Value> grad(Value loss, std::span<const Value> wrt, Where where) {
  const std::array outputs{loss};
  common_graph("grad", outputs, where);
  check_differentiable("grad", loss, where);
  if (loss.rank() > 0)
    throw Error(Error::Kind::Shape,
                "grad: the loss is " + loss.type().str() +
                    "; it must have rank 0 (take a sum or mean, or use vjp)",
                where);
  for (Value v : wrt) {
    const std::array pair{loss, v};
    common_graph("grad", pair, where);
    check_differentiable("grad", v, where);
  }
  const SectionScope section(loss.graph(), Section::Backward);
  const std::array seed{ones_like(loss)};
  return vjp(outputs, seed, wrt, where);
}

std::pair<Value, std::vector<Value>> value_and_grad(Value loss, std::span<const Value> wrt,
                                                    Where where) {
  return {loss, grad(loss, wrt, where)};
}

} // namespace nngc
