// Rules that hold for finite numbers, or where a function is defined, fired at any level that
// allows the rest of them: what they need is proved (facts.h). arithmetic.cpp has the same ones
// unproved, for --math=fast.
#include "optimize/facts.h"
#include "optimize/rule.h"

namespace nngc {

namespace {

bool is_zero(Value v) { return is_number(v, 0.0) || is_number(v, -0.0); }
bool is_finite_float(Value v) { return is_float(v.dtype()) && facts_of(v).finite(); }

Value mul_zero(const Match& m) {
  return either_way(m.root(), [](Value x, Value zero) {
    return is_zero(zero) && is_finite_float(x) ? number_like(zero, 0) : Value{};
  });
}

Value sub_itself(const Match& m) {
  const Value x = operand(m.root(), 0);
  return x.same(operand(m.root(), 1)) && is_finite_float(x) ? number_like(x, 0) : Value{};
}

Value div_itself(const Match& m) {
  const Value x = operand(m.root(), 0);
  if (!x.same(operand(m.root(), 1)) || !is_float(x.dtype())) return {};
  const Facts f = facts_of(x);
  return f.finite() && f.no_zero() ? number_like(x, 1) : Value{};
}

Value zero_over(const Match& m) {
  const Value zero = operand(m.root(), 0), x = operand(m.root(), 1);
  if (!is_float(x.dtype()) || !is_zero(zero)) return {};
  const Facts f = facts_of(x);
  if (f.nan || !(f.low > 0 || f.high < 0)) return {};
  return number_like(x, is_number(zero, 0.0) == (f.low > 0) ? 0.0 : -0.0);
}

/// log(x) keeps the digits of x's exponent alone, so that exp cannot give x back; NaN stays NaN.
Value exp_log(const Match& m) {
  const Value l = operand(m.root(), 0);
  return is(l, Opcode::Log) && facts_of(operand(l, 0)).low >= 0 ? operand(l, 0) : Value{};
}

/// Where exp neither overflows nor vanishes.
Value log_exp(const Match& m) {
  const Value e = operand(m.root(), 0);
  if (!is(e, Opcode::Exp)) return {};
  const Facts f = facts_of(operand(e, 0));
  const double most = e.dtype() == DType::F64 ? 700 : e.dtype() == DType::F16 ? 9 : 87;
  return f.low >= -most && f.high <= most ? operand(e, 0) : Value{};
}

/// |x|, where x squared neither overflows nor vanishes; 0 is no matter.
Value sqrt_of_square(const Match& m) {
  const Value x = squared(operand(m.root(), 0));
  if (!x || !is_float(x.dtype())) return {};
  const Facts f = facts_of(x);
  const double most = x.dtype() == DType::F64 ? 0x1p500 : x.dtype() == DType::F16 ? 200 : 0x1p60;
  return f.low >= -most && f.high <= most ? abs(x) : Value{};
}

Value square_of_sqrt(const Match& m) {
  const Value root = squared(m.root());
  if (!root || !is(root, Opcode::Sqrt)) return {};
  return facts_of(operand(root, 0)).low >= 0 ? operand(root, 0) : Value{};
}

constexpr Rule table[] = {
    {"mul-zero-finite", RuleClass::SignedZero, Opcode::Mul, "x * 0 -> 0, x proved finite",
     mul_zero},
    {"sub-itself-finite", RuleClass::Exact, Opcode::Sub, "x - x -> 0, x proved finite", sub_itself},
    {"div-itself-finite", RuleClass::Exact, Opcode::Div, "x / x -> 1, x proved finite and not 0",
     div_itself},
    {"zero-over-number", RuleClass::Exact, Opcode::Div,
     "0 / x -> 0, x proved a number above 0, or below", zero_over},
    {"exp-log-positive", RuleClass::Stabilise, Opcode::Exp, "exp(log(x)) -> x, x proved >= 0",
     exp_log},
    {"log-exp-bounded", RuleClass::Stabilise, Opcode::Log,
     "log(exp(x)) -> x, exp(x) proved to be in range", log_exp},
    {"sqrt-of-square-bounded", RuleClass::Stabilise, Opcode::Sqrt,
     "sqrt(x * x) -> |x|, x * x proved to be in range", sqrt_of_square},
    {"square-of-sqrt-positive", RuleClass::Ulp, Opcode::Mul,
     "sqrt(x) * sqrt(x) -> x, x proved >= 0", square_of_sqrt},
    {"power-of-sqrt-positive", RuleClass::Ulp, Opcode::Ipow, "ipow(sqrt(x), 2) -> x, x proved >= 0",
     square_of_sqrt},
};

} // namespace

std::span<const Rule> proved_rules() { return table; }

} // namespace nngc
