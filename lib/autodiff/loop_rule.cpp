#include "autodiff/loop_rule.h"

namespace nngc {

LoopRule::LoopRule(Value node, std::span<const Value> cotangents, const std::vector<bool>& wanted,
                   Where where)
    : node_(node), graph_(node.graph()), op_(graph_->node(node.id()).op),
      attrs_(graph_->attrs(node.id())), body_(region(attrs_, "body")),
      cotangents_(cotangents.begin(), cotangents.end()), operands_(operands_of(node)),
      parts_(loop_operands(attrs_, operands_.size())), where_(where) {
  const char* key = op_ == Opcode::While ? "max_steps" : "length";
  if (attrs_.has(key)) length_ = one_dim(attrs_, key);
  for (std::size_t i = 0; i < parts_.inputs(); ++i)
    wanted_.push_back(wanted[i] && is_float(operands_[i].dtype()));
  choose_active();
}

void LoopRule::choose_active() {
  Which from = wanted_;
  for (bool grown = true; grown;) {
    grown = false;
    const Which reached = outputs_behind(body_, from);
    for (std::size_t i = 0; i < parts_.carries; ++i)
      if (reached[i] && !from[parts_.consts + i]) from[parts_.consts + i] = grown = true;
  }
  Which to(body_.outputs().size());
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = static_cast<bool>(cotangents_[i]);
  for (bool grown = true; grown;) {
    grown = false;
    const Which reaching = inputs_behind(body_, to);
    for (std::size_t i = 0; i < parts_.carries; ++i)
      if (reaching[parts_.consts + i] && !to[i]) to[i] = grown = true;
  }
  active_.resize(parts_.carries);
  given_ = to;
  for (std::size_t i = 0; i < parts_.carries; ++i)
    given_[i] = wanted_[parts_.consts + i] = active_[i] = from[parts_.consts + i] && to[i];
}

Value LoopRule::zeros(const TensorType& type) const {
  return splat(graph_, type.dtype, 0, type.shape);
}

std::vector<Value> LoopRule::known(const Graph& graph, const Values& inputs,
                                   std::span<const Value> others) const {
  Values map(graph.data()->size());
  for (std::size_t i = 0; i < parts_.consts; ++i) map[inputs[i].id()] = operands_[i];
  for (std::size_t i = 0; i < others.size(); ++i) map[inputs[parts_.consts + i].id()] = others[i];
  return map;
}

std::vector<Value> LoopRule::gradients_of_step(const BodyVjp& body, Values map) const {
  Values roots;
  for (Value v : body.gradients)
    if (v) roots.push_back(v);
  const Values copies = copy_into(graph_, *body.graph.data(), roots, std::move(map));
  Values gradients(parts_.inputs());
  for (std::size_t i = 0, at = 0; i < gradients.size(); ++i)
    if (body.gradients[i]) gradients[i] = copies[at++];
  return gradients;
}

Value LoopRule::add_row(ScanParts& scan, Value stack) const {
  scan.xs.push_back(stack);
  const Shape row(std::vector<Dim>(stack.shape().begin() + 1, stack.shape().end()));
  return scan.row.emplace_back(parameter(graph_, {stack.dtype(), row}));
}

Value LoopRule::add_carry(ScanParts& scan, Value init) const {
  scan.init.push_back(init);
  return scan.carry.emplace_back(parameter(graph_, init.type()));
}

} // namespace nngc
