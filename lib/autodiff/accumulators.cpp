#include "autodiff/accumulators.h"

#include <algorithm>

#include "ops/elementwise.h"

namespace nngc {

namespace {

using Values = std::vector<Value>;

Opcode opcode(Value v) { return v.graph()->node(v.id()).op; }
const Attrs& attrs_of(Value v) { return v.graph()->attrs(v.id()); }
Value operand(Value v, std::size_t i) { return {v.graph(), v.graph()->operands(v.id())[i]}; }

bool is_sum(Value v) {
  return opcode(v) == Opcode::Reduce && attrs_of(v).get<std::string>("kind") == "add" &&
         is_float(v.dtype()) && byte_size(v.dtype()) >= 4;
}

Axes behind(const Axes& axes, bool with_first) {
  Axes result;
  if (with_first) result.push_back(0);
  for (std::int64_t a : axes) result.push_back(a + 1);
  return result;
}

} // namespace

/// Whether the value depends on a parameter of the loop: those nodes are all new, and the walk is
/// short.
bool Accumulators::varies(Value v) const {
  std::vector<NodeId> open{v.id()};
  std::vector<bool> seen(graph_->size() - first_);
  while (!open.empty()) {
    const NodeId id = open.back();
    open.pop_back();
    if (id < first_ || seen[id - first_]) continue;
    seen[id - first_] = true;
    if (graph_->node(id).op == Opcode::Input) return true;
    for (NodeId o : graph_->operands(id)) open.push_back(o);
  }
  return false;
}

bool Accumulators::is_stacked(Value v) const {
  const auto same = [&](Value s) { return s.same(v); };
  // Rows beyond a count are no part of the sum, whatever stands in them.
  const bool row = !scan_.count && std::any_of(scan_.row.begin(), scan_.row.end(), same);
  return row || std::any_of(stacked_.begin(), stacked_.end(), same);
}

void Accumulators::stack(Value v) {
  if (!is_stacked(v)) stacked_.push_back(v);
}

/// Whether the sum of `v` over the steps can be had after the loop; then what it needs is stacked.
bool Accumulators::can_wait(Value v) {
  // Stacked for every step, what a checkpoint computes again would be kept after all.
  if (graph_->node(v.id()).epoch > 0) return false;
  switch (opcode(v)) {
  case Opcode::DotGeneral: {
    const Value a = operand(v, 0), b = operand(v, 1);
    // 16-bit products are rounded step by step; an operand that never changes belongs in a sum.
    if (byte_size(v.dtype()) < 4 || !varies(a) || !varies(b)) return false;
    stack(a), stack(b);
    return true;
  }
  case Opcode::Neg:
  case Opcode::Transpose:
  case Opcode::Reshape: return can_wait(operand(v, 0));
  case Opcode::Reduce:
    // Only where it is stacked anyway: a stack of what is reduced may be large.
    return is_sum(v) && is_stacked(operand(v, 0));
  default: return false;
  }
}

void Accumulators::add(Value step) {
  Sum sum;
  sum.type = step.type();
  // A sum of several parts is taken apart: some may wait, others not. Products first, because sums
  // wait only for what those stack.
  Values open{step}, terms;
  while (!open.empty()) {
    const Value v = open.back();
    open.pop_back();
    if (opcode(v) == Opcode::Add) {
      open.push_back(operand(v, 1)), open.push_back(operand(v, 0));
    } else {
      terms.push_back(v);
    }
  }
  for (Value v : terms)
    if (can_wait(v))
      sum.after.push_back(v);
    else
      sum.inside = sum.inside ? sum.inside + v : v;
  sums_.push_back(std::move(sum));
}

const Values& Accumulators::steps() {
  if (std::exchange(closed_, true)) return steps_;
  for (Sum& s : sums_) {
    // A term that an earlier product did not yet allow to wait may do so now.
    if (s.inside && s.after.empty() && can_wait(s.inside))
      s.after.push_back(std::exchange(s.inside, Value{}));
    if (!s.inside) continue;
    s.carry = steps_.size();
    scan_.init.push_back(splat(graph_, s.type.dtype, 0, s.type.shape));
    const Value before = scan_.carry.emplace_back(parameter(graph_, s.type));
    steps_.push_back(before + s.inside);
  }
  return steps_;
}

Value Accumulators::stack_of(Value v, std::span<const Value> stacks) const {
  for (std::size_t i = 0; i < stacked_.size(); ++i)
    if (stacked_[i].same(v)) return stacks[i];
  const auto at =
      std::find_if(scan_.row.begin(), scan_.row.end(), [&](Value r) { return r.same(v); });
  return scan_.xs[static_cast<std::size_t>(at - scan_.row.begin())];
}

Value Accumulators::total(Value v, std::span<const Value> stacks) const {
  const Attrs attrs = attrs_of(v);
  switch (opcode(v)) {
  case Opcode::Neg: return neg(total(operand(v, 0), stacks));
  case Opcode::Transpose: return transpose(total(operand(v, 0), stacks), attrs.get<Axes>("perm"));
  case Opcode::Reshape: return reshape(total(operand(v, 0), stacks), v.shape());
  case Opcode::Reduce: {
    const Value x = stack_of(operand(v, 0), stacks);
    return reshape(reduce_sum(x, behind(attrs.get<Axes>("axes"), true)), v.shape());
  }
  default: {
    Attrs product = attrs;
    product.set("contract_a", behind(attrs.get<Axes>("contract_a"), true));
    product.set("contract_b", behind(attrs.get<Axes>("contract_b"), true));
    product.set("batch_a", behind(attrs.get<Axes>("batch_a"), false));
    product.set("batch_b", behind(attrs.get<Axes>("batch_b"), false));
    return append(Opcode::DotGeneral,
                  {stack_of(operand(v, 0), stacks), stack_of(operand(v, 1), stacks)},
                  std::move(product), Where::current());
  }
  }
}

Values Accumulators::totals(std::span<const Value> carried, std::span<const Value> stacks) const {
  Values result;
  for (const Sum& s : sums_) {
    Value sum = s.inside ? carried[s.carry] : Value{};
    for (Value v : s.after) {
      const Value part = total(v, stacks);
      sum = sum ? sum + part : part;
    }
    result.push_back(sum);
  }
  return result;
}

} // namespace nngc
