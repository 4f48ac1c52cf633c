// Forward mode: one loop over ids from the sources up. A mask is applied at once: the value that
// does not count is thrown away before anything is multiplied with it.
#include <array>
#include <unordered_map>

#include "autodiff/contributions.h"
#include "autodiff/derivatives.h"
#include "nngc/autodiff.h"
#include "ops/accumulate.h"
#include "ops/elementwise.h"

namespace nngc {

namespace {

class Forward {
public:
  Forward(GraphData* graph, std::span<const Value> wrt, std::span<const Value> outputs,
          const Where& where)
      : graph_(graph), where_(where), on_path_(paths_between(*graph, wrt, outputs)),
        tangents_(on_path_.size()) {}

  void seed(Value v, Value tangent) {
    if (v.id() >= tangents_.size() || !on_path_[v.id()]) return;
    Value& t = tangents_[v.id()];
    t = t ? t + tangent : tangent; // one value twice among wrt moves along both
  }

  void run() {
    OriginScope origin(graph_);
    for (NodeId id = 0; id < on_path_.size(); ++id) {
      if (!on_path_[id]) continue;
      origin.set(id);
      const Value moved = with_place({graph_, id}, where_, [&] { return propagate(id); });
      // A node of wrt that depends on another moves with it as well.
      if (moved) tangents_[id] = tangents_[id] ? tangents_[id] + moved : moved;
    }
  }

  [[nodiscard]] Value tangent(Value v) const {
    return v.id() < tangents_.size() ? tangents_[v.id()] : Value{};
  }

private:
  Value propagate(NodeId id) {
    const OpDef& def = graph_->def(id);
    if (!def.not_differentiable.empty()) return {};
    std::vector<Value> operands, tangents;
    bool any = false;
    for (NodeId operand : graph_->operands(id)) {
      operands.emplace_back(graph_, operand);
      tangents.push_back(operand < tangents_.size() ? tangents_[operand] : Value{});
      any = any || static_cast<bool>(tangents.back());
    }
    if (graph_->node(id).op == Opcode::Result) {
      const auto of = results_.find(operands[0].id());
      const auto index = static_cast<std::size_t>(graph_->attrs(id).get<std::int64_t>("index"));
      return of == results_.end() ? Value{} : of->second[index];
    }
    if (!any) return {};
    if ((def.traits & trait::Region) != 0) {
      std::vector<Value>& all = results_[id];
      all = region_jvp({graph_, id}, tangents, where_);
      return all[0];
    }
    if (graph_->attrs(id).has("acc")) return widened_rule(id, operands, std::move(tangents));
    if (def.diff == nullptr) {
      JvpContext context({graph_, id}, operands, graph_->attrs(id));
      context.tangents = std::move(tangents);
      return def.jvp(context);
    }
    const DiffContext context({graph_, id}, operands, graph_->attrs(id));
    std::vector<Contribution> parts;
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (!tangents[i]) continue;
      const Masked part = def.diff(context, tangents[i], static_cast<int>(i));
      if (part.value) parts.push_back({part});
    }
    return materialized(sum_of(parts));
  }

  /// What accumulates in another dtype is the same op between conversions.
  Value widened_rule(NodeId id, std::span<const Value> operands, std::vector<Value> tangents) {
    const Widened wide = widened(graph_, graph_->node(id).op, operands, Attrs(graph_->attrs(id)));
    for (std::size_t i = 0; i < tangents.size(); ++i)
      if (tangents[i]) tangents[i] = convert(tangents[i], wide.operands[i].dtype());
    JvpContext context(wide.result, wide.operands, graph_->attrs(wide.result.id()));
    context.tangents = std::move(tangents);
    const Value moved = graph_->def(id).jvp(context);
    return moved ? convert(moved, graph_->type(id).dtype) : moved;
  }

  GraphData* graph_;
  Where where_; ///< of the user's call
  std::vector<bool> on_path_;
  std::vector<Value> tangents_;                            ///< empty: a structural zero
  std::unordered_map<NodeId, std::vector<Value>> results_; ///< of region ops: of all their results
};

} // namespace

std::vector<Value> forward_mode(GraphData* graph, std::span<const Value> outputs,
                                std::span<const Value> wrt, std::span<const Value> tangents,
                                Where where) {
  const SectionScope section(graph, Section::Backward);
  Forward forward(graph, wrt, outputs, where);
  for (std::size_t i = 0; i < wrt.size(); ++i)
    if (tangents[i]) forward.seed(wrt[i], tangents[i]);
  forward.run();
  std::vector<Value> result;
  for (Value v : outputs) result.push_back(forward.tangent(v));
  return result;
}

std::vector<Value> jvp(std::span<const Value> outputs, std::span<const Value> wrt,
                       std::span<const Value> tangents, Where where) {
  check_directions("jvp", "tangent", wrt, tangents, where);
  std::vector<Value> all(outputs.begin(), outputs.end());
  all.insert(all.end(), tangents.begin(), tangents.end());
  all.insert(all.end(), wrt.begin(), wrt.end());
  GraphData* const graph = common_graph("jvp", all, where);
  for (Value v : outputs) check_differentiable("jvp", v, where);
  for (Value v : wrt) check_differentiable("jvp", v, where);
  if (outputs.empty()) return {};

  const SectionScope section(graph, Section::Backward);
  std::vector<Value> result = forward_mode(graph, outputs, wrt, tangents, where);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (!result[i]) result[i] = zeros_like(outputs[i]);
  return result;
}

std::vector<Value> hvp(Value loss, std::span<const Value> wrt, std::span<const Value> along,
                       Where where) {
  check_directions("hvp", "direction", wrt, along, where);
  return jvp(grad(loss, wrt, where), wrt, along, where);
}

} // namespace nngc
