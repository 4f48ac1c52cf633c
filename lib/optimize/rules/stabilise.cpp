// Forms that lose digits or overflow, replaced by ones that do not. Composites are stable as they
// are built; these recognise what users wrote out by hand.
#include <algorithm>

#include "optimize/rules/stable.h"

namespace nngc {

bool is_tame(Value x) {
  if (is(x, Opcode::Neg)) return is(operand(x, 0), Opcode::Abs);
  if (!is(x, Opcode::Sub)) return false;
  Value shift = under_views(operand(x, 1));
  if (is(shift, Opcode::Select)) shift = under_views(operand(shift, 1));
  return is(shift, Opcode::Reduce) && attr<std::string>(shift, "kind") == "max";
}

bool is_float_sum(Value v) {
  return is(v, Opcode::Reduce) && is_float(v.dtype()) && attr<std::string>(v, "kind") == "add";
}

Value wild_exponent_of_sum(Value v) {
  if (!is_float_sum(v) || !is(operand(v, 0), Opcode::Exp)) return {};
  const Value x = operand(operand(v, 0), 0);
  return is_tame(x) ? Value{} : x;
}

namespace {

/// The x of 1 + x; empty for anything else.
Value one_plus(Value v) {
  if (!is(v, Opcode::Add)) return {};
  return either_way(
      v, [](Value x, Value one) { return is_number(one, 1) && !is_splat(x) ? x : Value{}; });
}

Value log_one_plus(const Match& m) {
  const Value x = one_plus(operand(m.root(), 0));
  return x ? log1p(x) : Value{};
}

Value log_one_minus(const Match& m) {
  const Value d = operand(m.root(), 0);
  return is(d, Opcode::Sub) && is_number(operand(d, 0), 1) ? log1p(neg(operand(d, 1))) : Value{};
}

Value exp_minus_one(const Match& m) {
  const Value e = operand(m.root(), 0);
  return is(e, Opcode::Exp) && is_number(operand(m.root(), 1), 1) ? expm1(operand(e, 0)) : Value{};
}

Value exp_plus_minus_one(const Match& m) {
  return either_way(m.root(), [](Value e, Value one) {
    return is(e, Opcode::Exp) && is_number(one, -1) ? expm1(operand(e, 0)) : Value{};
  });
}

Value log1p_exp(const Match& m) {
  const Value e = operand(m.root(), 0);
  return is(e, Opcode::Exp) && !is_tame(operand(e, 0)) ? softplus(operand(e, 0)) : Value{};
}

Value log_logistic(const Match& m) {
  const Value s = operand(m.root(), 0);
  return is(s, Opcode::Logistic) ? neg(softplus(neg(operand(s, 0)))) : Value{};
}

Value one_minus_logistic(const Match& m) {
  const Value s = operand(m.root(), 1);
  return is(s, Opcode::Logistic) && is_number(operand(m.root(), 0), 1)
             ? logistic(neg(operand(s, 0)))
             : Value{};
}

Value odds_of_logistic(const Match& m) {
  const Value s = operand(m.root(), 0), rest = operand(m.root(), 1);
  if (!is(s, Opcode::Logistic) || !is(rest, Opcode::Logistic) || !is(operand(rest, 0), Opcode::Neg))
    return {};
  return operand(operand(rest, 0), 0).same(operand(s, 0)) ? exp(operand(s, 0)) : Value{};
}

Value over_one_plus_exp(const Match& m) {
  const Value a = operand(m.root(), 0), e = one_plus(operand(m.root(), 1));
  if (!e || !is(e, Opcode::Exp)) return {};
  return a * logistic(neg(operand(e, 0))); // 1 * y is y
}

Value log_sum_exp(const Match& m) {
  const Value sum = operand(m.root(), 0);
  const Value x = wild_exponent_of_sum(sum);
  if (!x) return {};
  return logsumexp(x, attr<Axes>(sum, "axes"), attr<bool>(sum, "keepdims"));
}

/// exp(x) / sum(exp(x)): numerator and denominator shifted by the greatest element, which cancels.
Value exp_over_sum(const Match& m) {
  const Value e = operand(m.root(), 0), below = operand(m.root(), 1);
  if (!is(e, Opcode::Exp) || is_tame(operand(e, 0)) || !is(below, Opcode::BroadcastInDim))
    return {};
  const Value sum = operand(below, 0), x = operand(e, 0);
  if (!is_float_sum(sum) || !operand(sum, 0).same(e)) return {};
  const Axes& axes = attr<Axes>(sum, "axes");
  // Every row must be divided by its own sum.
  Axes home;
  for (int i = 0; i < x.rank(); ++i)
    if (attr<bool>(sum, "keepdims") || std::find(axes.begin(), axes.end(), i) == axes.end())
      home.push_back(i);
  if (attr<Axes>(below, "dims") != home) return {};
  // What is taken off cancels, in derivatives too: they need not look at it.
  const Value greatest = stop_gradient(reduce_max(x, axes, true));
  const Value shifted = exp(x - select(is_finite(greatest), greatest, 0.0));
  return shifted / reduce_sum(shifted, axes, true);
}

/// log(exp(x) / s) -> x - log(s).
Value log_of_ratio(const Match& m) {
  const Value q = operand(m.root(), 0);
  if (!is(q, Opcode::Div) || !is(operand(q, 0), Opcode::Exp)) return {};
  const Value s = operand(q, 1);
  // log before the broadcast: one logarithm per row.
  if (!is(s, Opcode::BroadcastInDim)) return operand(operand(q, 0), 0) - log(s);
  const Value logs = log(operand(s, 0));
  return operand(operand(q, 0), 0) - broadcast_in_dim(logs, s.shape(), attr<Axes>(s, "dims"));
}

constexpr Rule table[] = {
    {"log-of-ratio", RuleClass::Stabilise, Opcode::Log, "log(exp(x) / s) -> x - log(s)",
     log_of_ratio},
    {"log-logistic", RuleClass::Stabilise, Opcode::Log, "log(logistic(x)) -> -softplus(-x)",
     log_logistic},
    {"log-sum-exp", RuleClass::Stabilise, Opcode::Log, "log(sum(exp(x))) -> logsumexp(x)",
     log_sum_exp},
    {"log-one-plus", RuleClass::Stabilise, Opcode::Log, "log(1 + x) -> log1p(x)", log_one_plus},
    {"log-one-minus", RuleClass::Stabilise, Opcode::Log, "log(1 - x) -> log1p(-x)", log_one_minus},
    {"log1p-exp", RuleClass::Stabilise, Opcode::Log1p, "log1p(exp(x)) -> softplus(x)", log1p_exp},
    {"exp-minus-one", RuleClass::Stabilise, Opcode::Sub, "exp(x) - 1 -> expm1(x)", exp_minus_one},
    {"exp-plus-minus-one", RuleClass::Stabilise, Opcode::Add, "exp(x) + -1 -> expm1(x)",
     exp_plus_minus_one},
    {"one-minus-logistic", RuleClass::Stabilise, Opcode::Sub, "1 - logistic(x) -> logistic(-x)",
     one_minus_logistic},
    {"odds-of-logistic", RuleClass::Stabilise, Opcode::Div, "logistic(x) / logistic(-x) -> exp(x)",
     odds_of_logistic},
    {"over-one-plus-exp", RuleClass::Stabilise, Opcode::Div, "a / (1 + exp(x)) -> a * logistic(-x)",
     over_one_plus_exp},
    {"exp-over-sum", RuleClass::Stabilise, Opcode::Div, "exp(x) / sum(exp(x)) -> softmax(x)",
     exp_over_sum},
};

} // namespace

std::span<const Rule> stabilise_rules() { return table; }

} // namespace nngc
