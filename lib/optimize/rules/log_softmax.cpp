// Logarithms of probabilities that were moved about before the logarithm was taken, and sums of
// exponentials that are taken off: forms of log_softmax.
#include <limits>

#include "optimize/rules/stable.h"

namespace nngc {

namespace {

bool is_movement(Value v) {
  switch (opcode(v)) {
  case Opcode::BroadcastInDim:
  case Opcode::Gather:
  case Opcode::Reshape:
  case Opcode::Reverse:
  case Opcode::Slice:
  case Opcode::Transpose: return true;
  default: return false;
  }
}

/// What was done to one value, to be done to others of its shape. Outermost first.
class Movements {
public:
  explicit Movements(Value v) {
    for (; is_movement(v); v = operand(v, 0)) {
      steps_.push_back(v);
      fills_ = fills_ || (is(v, Opcode::Gather) && attr<std::string>(v, "mode") != "clip");
    }
    source_ = v;
  }
  [[nodiscard]] Value source() const { return source_; }
  [[nodiscard]] bool empty() const { return steps_.empty(); }
  /// Whether zeros come in that the source has not.
  [[nodiscard]] bool fills() const { return fills_; }
  [[nodiscard]] Value operator()(Value v) const {
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
      std::vector<Value> operands{v};
      for (int i = 1; i < operand_count(*step); ++i) operands.push_back(operand(*step, i));
      v = append(v.graph(), opcode(*step), operands, attrs_of(*step));
    }
    return v;
  }

private:
  std::vector<Value> steps_;
  Value source_;
  bool fills_ = false;
};

/// log(s), of one element per row where rows share it.
Value log_per_row(Value s) {
  if (!is(s, Opcode::BroadcastInDim)) return log(s);
  return broadcast_in_dim(log(operand(s, 0)), s.shape(), attr<Axes>(s, "dims"));
}

Value log_of_moved(const Match& m) {
  const Movements moved(operand(m.root(), 0));
  const Value p = moved.source();
  if (moved.empty()) return {};
  Value result;
  if (is(p, Opcode::Logistic))
    result = neg(softplus(neg(moved(operand(p, 0)))));
  else if (is(p, Opcode::Div) && is(operand(p, 0), Opcode::Exp))
    result = moved(operand(operand(p, 0), 0)) - moved(log_per_row(operand(p, 1)));
  else if (const Value x = wild_exponent_of_sum(p))
    result = moved(logsumexp(x, attr<Axes>(p, "axes"), attr<bool>(p, "keepdims")));
  else
    return {};
  // Where an index was out of range stood log(0).
  return moved.fills() ? select(moved(splat(m.graph(), DType::Bool, 1, p.shape())), result,
                                -std::numeric_limits<double>::infinity())
                       : result;
}

/// Whether `shift` is the greatest element of the rows of x, as stable composites take it off.
bool is_greatest(Value shift, Value x) {
  shift = under_views(shift);
  if (is(shift, Opcode::Select)) shift = under_views(operand(shift, 1));
  return is(shift, Opcode::Reduce) && attr<std::string>(shift, "kind") == "max" &&
         operand(shift, 0).same(x);
}

/// x - (max + log(sum)): the sum in brackets would round away what a large max leaves.
Value minus_log_sum_exp(const Match& m) {
  const Value x = operand(m.root(), 0);
  const Movements moved(operand(m.root(), 1));
  if (!is(moved.source(), Opcode::Add) || moved.fills()) return {};
  return either_way(moved.source(), [&](Value shift, Value logs) {
    return is_greatest(shift, x) ? (x - moved(shift)) - moved(logs) : Value{};
  });
}

constexpr Rule table[] = {
    {"log-of-moved", RuleClass::Stabilise, Opcode::Log,
     "log(slice(exp(x) / s)) -> slice(x) - slice(log(s)), and the like", log_of_moved},
    {"minus-log-sum-exp", RuleClass::Stabilise, Opcode::Sub, "x - logsumexp(x) -> log_softmax(x)",
     minus_log_sum_exp},
};

} // namespace

std::span<const Rule> log_softmax_rules() { return table; }

} // namespace nngc
