// cond: the backward part is a cond on the same predicate. What a branch computed and its backward
// part needs becomes a further result; the other branch fills that place with zeros, or with
// something of its own that has the same type.
#include <algorithm>

#include "autodiff/linear_body.h"
#include "ops/elementwise.h"
#include "ops/regions.h"
#include "ops/trace.h"

namespace nngc {

namespace {

using Values = std::vector<Value>;

struct Branch {
  BodyVjp body;
  Values residuals;
  std::vector<std::size_t> slot; ///< of each residual
};

class CondVjp {
public:
  CondVjp(Value node, std::span<const Value> cotangents, const std::vector<bool>& wanted,
          Where where)
      : graph_(node.graph()), attrs_(graph_->attrs(node.id())), cotangents_(cotangents),
        where_(where), operands_(operands_of(node)) {
    predicate_ = operands_[0];
    operands_.erase(operands_.begin());
    wanted_.assign(wanted.begin() + 1, wanted.end());
    for (std::size_t i = 0; i < wanted_.size(); ++i)
      wanted_[i] = wanted_[i] && is_float(operands_[i].dtype());
    for (Value v : cotangents) given_.push_back(static_cast<bool>(v));
  }

  Values run() {
    Branch yes = branch("on_true"), no = branch("on_false");
    const Values kept = forward(yes, no);
    return backward(yes, no, kept);
  }

private:
  Branch branch(const char* key) {
    const Graph& body = region(attrs_, key);
    // Outputs that no wanted input reaches have no cotangent in this branch.
    Branch b{BodyVjp(body, given_, wanted_, where_), {}, {}};
    b.residuals = b.body.residuals(Which(operands_.size(), false));
    std::vector<bool> taken(slots_.size());
    for (Value r : b.residuals) {
      std::size_t at = 0;
      while (at < slots_.size() && (taken[at] || !(slots_[at] == r.type()))) ++at;
      if (at == slots_.size()) slots_.push_back(r.type()), taken.push_back(false);
      taken[at] = true;
      b.slot.push_back(at);
    }
    return b;
  }

  [[nodiscard]] Values parameters() const {
    Values result;
    for (Value v : operands_) result.push_back(parameter(graph_, v.type()));
    return result;
  }

  [[nodiscard]] Value zeros(const TensorType& type) const {
    return splat(graph_, type.dtype, 0, type.shape);
  }

  /// The cond again, with what is to be kept behind its results; that is what is returned.
  Values forward(const Branch& yes, const Branch& no) {
    if (slots_.empty()) return {};
    const SectionScope section(graph_, Section::Forward);
    const NodeId since = graph_->size();
    const Values arguments = parameters();
    const auto results = [&](const Branch& b) {
      Values known(b.body.graph.data()->size()), roots = b.body.outputs;
      for (std::size_t i = 0; i < arguments.size(); ++i)
        known[b.body.inputs[i].id()] = arguments[i];
      roots.insert(roots.end(), b.residuals.begin(), b.residuals.end());
      const Values copies = copy_into(graph_, *b.body.graph.data(), roots, std::move(known));
      const auto outputs = static_cast<std::ptrdiff_t>(b.body.outputs.size());
      Values all(copies.begin(), copies.begin() + outputs);
      for (const TensorType& t : slots_) all.push_back(zeros(t));
      for (std::size_t i = 0; i < b.residuals.size(); ++i)
        all[b.body.outputs.size() + b.slot[i]] = copies[b.body.outputs.size() + i];
      return all;
    };
    const Values on_true = results(yes), on_false = results(no);
    const Values all =
        append_cond(predicate_, arguments, operands_, since, on_true, on_false, where_);
    return {all.end() - static_cast<std::ptrdiff_t>(slots_.size()), all.end()};
  }

  Values backward(const Branch& yes, const Branch& no, const Values& kept) {
    const NodeId since = graph_->size();
    const Values arguments = parameters();
    Values all_parameters = arguments, all_arguments = operands_, slots, cts(cotangents_.size());
    const auto add = [&](Value argument) {
      all_arguments.push_back(argument);
      return all_parameters.emplace_back(parameter(graph_, argument.type()));
    };
    for (Value v : kept) slots.push_back(add(v));
    for (std::size_t i = 0; i < cts.size(); ++i)
      if (cotangents_[i]) cts[i] = add(cotangents_[i]);
    const auto gradients = [&](const Branch& b) {
      const BodyVjp& body = b.body;
      Values known(body.graph.data()->size()), roots;
      for (std::size_t i = 0; i < arguments.size(); ++i) known[body.inputs[i].id()] = arguments[i];
      for (std::size_t i = 0; i < b.residuals.size(); ++i)
        known[b.residuals[i].id()] = slots[b.slot[i]];
      for (std::size_t i = 0; i < cts.size(); ++i)
        if (body.cotangents[i]) known[body.cotangents[i].id()] = cts[i];
      for (Value v : body.gradients)
        if (v) roots.push_back(v);
      const Values copies = copy_into(graph_, *body.graph.data(), roots, std::move(known));
      Values result(body.gradients.size());
      for (std::size_t i = 0, at = 0; i < result.size(); ++i)
        if (body.gradients[i]) result[i] = copies[at++];
      return result;
    };
    Values on_true = gradients(yes), on_false = gradients(no), from, to;
    std::vector<std::size_t> index;
    for (std::size_t i = 0; i < on_true.size(); ++i) {
      if (!on_true[i] && !on_false[i]) continue;
      index.push_back(i + 1); // behind the predicate
      from.push_back(on_true[i] ? on_true[i] : zeros(operands_[i].type()));
      to.push_back(on_false[i] ? on_false[i] : zeros(operands_[i].type()));
    }
    Values result(operands_.size() + 1);
    if (index.empty()) return result;
    const Values made =
        append_cond(predicate_, all_parameters, all_arguments, since, from, to, where_);
    for (std::size_t i = 0; i < index.size(); ++i) result[index[i]] = made[i];
    return result;
  }

  GraphData* graph_;
  const Attrs attrs_; ///< a copy: the graph grows while the rule runs
  std::span<const Value> cotangents_;
  Where where_;
  Values operands_; ///< without the predicate
  Value predicate_;
  Which wanted_, given_;
  std::vector<TensorType> slots_;
};

} // namespace

Values cond_vjp(Value node, std::span<const Value> cotangents, const std::vector<bool>& wanted,
                Where where) {
  return CondVjp(node, cotangents, wanted, where).run();
}

Values cond_jvp(Value node, std::span<const Value> tangents, Where where) {
  GraphData* graph = node.graph();
  const Attrs attrs = graph->attrs(node.id());
  const Values operands = operands_of(node);
  Which which;
  for (Value v : tangents.subspan(1)) which.push_back(static_cast<bool>(v));
  const BodyJvp yes(region(attrs, "on_true"), which, where),
      no(region(attrs, "on_false"), which, where);
  const NodeId since = graph->size();
  Values arguments(operands.begin() + 1, operands.end()), parameters, along(which.size());
  for (std::size_t i = 0; i < which.size(); ++i)
    parameters.push_back(parameter(graph, arguments[i].type()));
  for (std::size_t i = 0; i < which.size(); ++i) {
    if (!which[i]) continue;
    arguments.push_back(tangents[i + 1]);
    parameters.push_back(along[i] = parameter(graph, tangents[i + 1].type()));
  }
  // A result moves if it does so in one of the branches.
  std::vector<std::size_t> moving;
  for (std::size_t i = 0; i < yes.tangents.size(); ++i)
    if (yes.tangents[i] || no.tangents[i]) moving.push_back(i);
  Values result(yes.tangents.size());
  if (moving.empty()) return result;
  const auto branch = [&](const BodyJvp& b) {
    Values known(b.graph.data()->size()), roots;
    for (std::size_t i = 0; i < which.size(); ++i) {
      known[b.inputs[i].id()] = parameters[i];
      if (which[i]) known[b.along[i].id()] = along[i];
    }
    for (std::size_t i : moving)
      if (b.tangents[i]) roots.push_back(b.tangents[i]);
    const Values copies = copy_into(graph, *b.graph.data(), roots, std::move(known));
    Values all;
    std::size_t at = 0;
    for (std::size_t i : moving) {
      const TensorType type = b.outputs[i].type();
      all.push_back(b.tangents[i] ? copies[at++] : splat(graph, type.dtype, 0, type.shape));
    }
    return all;
  };
  const Values on_true = branch(yes), on_false = branch(no);
  const Values made =
      append_cond(operands[0], parameters, arguments, since, on_true, on_false, where);
  for (std::size_t i = 0; i < moving.size(); ++i) result[moving[i]] = made[i];
  return result;
}

} // namespace nngc
