// Quotients, sums and differences of exponentials as people write them out: exp(x) overflows from
// 89 on in f32, and 1 - exp(x) loses its digits near 0.
#include <numbers>

#include "optimize/rule.h"

namespace nngc {

namespace {

Value minus_one_half(Value x) { return x * number_like(x, -0.5); }
Value one_half(Value x) { return x * number_like(x, 0.5); }

/// The y of 1 + exp(y); empty for anything else.
Value below_one_plus_exp(Value v) {
  if (!is(v, Opcode::Add)) return {};
  return either_way(v, [](Value e, Value one) {
    return is_number(one, 1) && is(e, Opcode::Exp) ? operand(e, 0) : Value{};
  });
}

Value exp_over_one_plus_exp(const Match& m) {
  const Value e = operand(m.root(), 0), x = below_one_plus_exp(operand(m.root(), 1));
  return x && is(e, Opcode::Exp) && operand(e, 0).same(x) ? logistic(x) : Value{};
}

Value exp_over_exps(const Match& m) {
  const Value e = operand(m.root(), 0), sum = operand(m.root(), 1);
  if (!is(e, Opcode::Exp) || !is(sum, Opcode::Add)) return {};
  return either_way(sum, [&](Value own, Value other) {
    if (!own.same(e) || !is(other, Opcode::Exp)) return Value{};
    return logistic(operand(e, 0) - operand(other, 0));
  });
}

Value one_minus_exp(const Match& m) {
  const Value e = operand(m.root(), 1);
  return is(e, Opcode::Exp) && is_number(operand(m.root(), 0), 1) ? neg(expm1(operand(e, 0)))
                                                                  : Value{};
}

/// (exp(x) - 1) / (exp(x) + 1), by now with expm1 above.
Value tanh_of_half(const Match& m) {
  Value above = operand(m.root(), 0);
  const Value x = below_one_plus_exp(operand(m.root(), 1));
  if (!x) return {};
  const bool negated = is(above, Opcode::Neg);
  if (negated) above = operand(above, 0);
  if (!is(above, Opcode::Expm1) || !operand(above, 0).same(x)) return {};
  return tanh(negated ? minus_one_half(x) : one_half(x));
}

/// (exp(x) - exp(y)) / (exp(x) + exp(y)): tanh of half the difference, which is x for y = -x.
Value tanh_of_exps(const Match& m) {
  const Value above = operand(m.root(), 0), below = operand(m.root(), 1);
  if (!is(above, Opcode::Sub) || !is(below, Opcode::Add)) return {};
  const Value a = operand(above, 0), b = operand(above, 1);
  if (!is(a, Opcode::Exp) || !is(b, Opcode::Exp)) return {};
  return either_way(below, [&](Value c, Value d) {
    if (!c.same(a) || !d.same(b)) return Value{};
    const Value x = operand(a, 0), y = operand(b, 0);
    if (is(y, Opcode::Neg) && operand(y, 0).same(x)) return tanh(x);
    return tanh(one_half(x - y));
  });
}

Value tanh_of_logistic(const Match& m) {
  const Value p = operand(m.root(), 0);
  if (!is_number(operand(m.root(), 1), 1) || !is(p, Opcode::Mul)) return {};
  return either_way(p, [](Value s, Value two) {
    return is_number(two, 2) && is(s, Opcode::Logistic) ? tanh(one_half(operand(s, 0))) : Value{};
  });
}

/// 0 where they are equal, two infinities included.
Value difference(Value a, Value b) { return select(eq(a, b), 0.0, a - b); }

Value log_add_exps(const Match& m) {
  const Value sum = operand(m.root(), 0);
  if (!is(sum, Opcode::Add)) return {};
  const Value e = operand(sum, 0), f = operand(sum, 1);
  if (!is(e, Opcode::Exp) || !is(f, Opcode::Exp)) return {};
  const Value a = operand(e, 0), b = operand(f, 0);
  return max(a, b, Tie::Half) + log1p(exp(neg(abs(difference(a, b)))));
}

/// log(1 - exp(x)) for x < 0: each form where it keeps its digits. The bounds do not matter where
/// the forms are taken; they say that the exponential is tame, and no rule fires twice.
Value log_of_rest(Value x) {
  constexpr double half = -std::numbers::ln2;
  return select(x > half, log(neg(expm1(max(x, half)))), log1p(neg(exp(min(x, half)))));
}

bool is_bounded(Value x) {
  return (is(x, Opcode::Max) || is(x, Opcode::Min)) &&
         (is_splat(operand(x, 0)) || is_splat(operand(x, 1)));
}

Value log_sub_exps(const Match& m) {
  const Value d = operand(m.root(), 0);
  if (!is(d, Opcode::Sub)) return {};
  const Value e = operand(d, 0), f = operand(d, 1);
  if (!is(e, Opcode::Exp) || !is(f, Opcode::Exp)) return {};
  return operand(e, 0) + log_of_rest(difference(operand(f, 0), operand(e, 0)));
}

Value log_neg_expm1(const Match& m) {
  const Value n = operand(m.root(), 0);
  if (!is(n, Opcode::Neg) || !is(operand(n, 0), Opcode::Expm1)) return {};
  const Value x = operand(operand(n, 0), 0);
  return is_bounded(x) ? Value{} : log_of_rest(x);
}

Value log1p_neg(const Match& m) {
  const Value n = operand(m.root(), 0);
  if (!is(n, Opcode::Neg)) return {};
  const Value e = operand(n, 0);
  if (is(e, Opcode::Logistic)) return neg(softplus(operand(e, 0)));
  if (!is(e, Opcode::Exp) || is_bounded(operand(e, 0))) return {};
  return log_of_rest(operand(e, 0));
}

constexpr Rule table[] = {
    {"exp-over-one-plus-exp", RuleClass::Stabilise, Opcode::Div,
     "exp(x) / (1 + exp(x)) -> logistic(x)", exp_over_one_plus_exp},
    {"exp-over-exps", RuleClass::Stabilise, Opcode::Div,
     "exp(x) / (exp(x) + exp(y)) -> logistic(x - y)", exp_over_exps},
    {"one-minus-exp", RuleClass::Stabilise, Opcode::Sub, "1 - exp(x) -> -expm1(x)", one_minus_exp},
    {"tanh-of-half", RuleClass::Stabilise, Opcode::Div, "expm1(x) / (1 + exp(x)) -> tanh(x / 2)",
     tanh_of_half},
    {"tanh-of-exps", RuleClass::Stabilise, Opcode::Div,
     "(exp(x) - exp(-x)) / (exp(x) + exp(-x)) -> tanh(x)", tanh_of_exps},
    {"tanh-of-logistic", RuleClass::Stabilise, Opcode::Sub, "2 * logistic(x) - 1 -> tanh(x / 2)",
     tanh_of_logistic},
    {"log-add-exps", RuleClass::Stabilise, Opcode::Log,
     "log(exp(x) + exp(y)) -> max(x, y) + log1p(exp(-|x - y|))", log_add_exps},
    {"log-sub-exps", RuleClass::Stabilise, Opcode::Log,
     "log(exp(x) - exp(y)) -> x + log(1 - exp(y - x))", log_sub_exps},
    {"log-neg-expm1", RuleClass::Stabilise, Opcode::Log,
     "log(-expm1(x)) -> log(1 - exp(x)) in two pieces", log_neg_expm1},
    {"log1p-neg", RuleClass::Stabilise, Opcode::Log1p,
     "log1p(-logistic(x)) -> -softplus(x), log1p(-exp(x)) -> two pieces", log1p_neg},
};

} // namespace

std::span<const Rule> exponential_rules() { return table; }

} // namespace nngc
