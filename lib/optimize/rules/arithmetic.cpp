// Elementwise arithmetic. Rules that make no node fire when nodes are built (OpDef::simplify); here
// are those that make one, and those that are not exact.
#include <array>
#include <cmath>

#include "optimize/rule.h"

namespace nngc {

namespace {

Value add_zero(const Match& m) {
  return either_way(m.root(),
                    [](Value x, Value zero) { return is_number(zero, 0.0) ? x : Value{}; });
}

Value add_neg(const Match& m) {
  return either_way(
      m.root(), [](Value x, Value y) { return is(y, Opcode::Neg) ? x - operand(y, 0) : Value{}; });
}

Value sub_neg(const Match& m) {
  const Value y = operand(m.root(), 1);
  return is(y, Opcode::Neg) ? operand(m.root(), 0) + operand(y, 0) : Value{};
}

Value sub_from_zero(const Match& m) {
  const Value zero = operand(m.root(), 0);
  return is_number(zero, 0.0) || is_number(zero, -0.0) ? neg(operand(m.root(), 1)) : Value{};
}

Value neg_sub(const Match& m) {
  const Value d = operand(m.root(), 0);
  return is(d, Opcode::Sub) && m.single_use(d) ? operand(d, 1) - operand(d, 0) : Value{};
}

Value mul_minus_one(const Match& m) {
  return either_way(m.root(),
                    [](Value x, Value one) { return is_number(one, -1) ? neg(x) : Value{}; });
}

Value mul_negs(const Match& m) {
  const Value a = operand(m.root(), 0), b = operand(m.root(), 1);
  return is(a, Opcode::Neg) && is(b, Opcode::Neg) ? operand(a, 0) * operand(b, 0) : Value{};
}

Value mul_neg_constant(const Match& m) {
  return either_way(m.root(), [](Value x, Value c) {
    double number = 0;
    if (!is(x, Opcode::Neg) || !is_splat(c, number) || !is_float(c.dtype())) return Value{};
    return operand(x, 0) * number_like(c, -number);
  });
}

Value div_negs(const Match& m) {
  const Value a = operand(m.root(), 0), b = operand(m.root(), 1);
  if (!is_float(a.dtype())) return {}; // ints wrap: -x of an unsigned or the smallest is no -x
  return is(a, Opcode::Neg) && is(b, Opcode::Neg) ? operand(a, 0) / operand(b, 0) : Value{};
}

Value div_power_of_two(const Match& m) {
  double c = 0;
  const Value by = operand(m.root(), 1);
  if (!is_splat(by, c) || !has_exact_reciprocal(by.dtype(), c)) return {};
  return operand(m.root(), 0) * number_like(by, 1 / c);
}

Value div_constant(const Match& m) {
  double c = 0;
  const Value by = operand(m.root(), 1);
  if (!is_float(by.dtype()) || !is_splat(by, c) || !std::isnormal(c) || !std::isnormal(1 / c))
    return {};
  if (by.dtype() != DType::F64 && !std::isnormal(static_cast<float>(1 / c))) return {};
  if (by.dtype() == DType::F16 && (std::fabs(c) < 0x1p-13 || std::fabs(c) > 0x1p13)) return {};
  return operand(m.root(), 0) * number_like(by, 1 / c);
}

Value compare_constant_right(const Match& m) {
  const Value a = operand(m.root(), 0), b = operand(m.root(), 1);
  if (!is_splat(a) || is_splat(b)) return {};
  const std::string& dir = attr<std::string>(m.root(), "dir");
  return dir == "eq"   ? eq(b, a)
         : dir == "ne" ? ne(b, a)
         : dir == "lt" ? gt(b, a)
         : dir == "le" ? ge(b, a)
         : dir == "gt" ? lt(b, a)
                       : le(b, a);
}

/// Whether `wide` holds every value of `t`.
bool holds(DType wide, DType t) {
  if (t == wide || t == DType::Bool) return true;
  if (wide == DType::Bool) return false;
  const int size = byte_size(t), room = byte_size(wide);
  if (is_float(t)) return is_float(wide) && room > size;
  if (is_float(wide))
    return wide == DType::F64 ? size <= 4 : wide == DType::F32 ? size <= 2 : size == 1;
  if (is_unsigned_int(t)) return is_unsigned_int(wide) ? room >= size : room > size;
  return is_signed_int(wide) && room >= size;
}

Value convert_chain(const Match& m) {
  const Value inner = operand(m.root(), 0);
  if (!is(inner, Opcode::Convert)) return {};
  const Value x = operand(inner, 0);
  if (!holds(inner.dtype(), x.dtype())) return {};
  // Floats become ints by saturating, ints by wrapping: where that shows, the float in between must
  // stay.
  if (is_float(inner.dtype()) && !is_float(x.dtype()) && is_int(m.type().dtype) &&
      !holds(m.type().dtype, x.dtype()))
    return {};
  return convert(x, m.type().dtype);
}

Value pow_constant(const Match& m) {
  double n = 0;
  if (!is_splat(operand(m.root(), 1), n) || n != std::trunc(n) || std::fabs(n) > 4) return {};
  return ipow(operand(m.root(), 0), static_cast<std::int64_t>(n));
}

Value ipow_zero(const Match& m) {
  const Value x = operand(m.root(), 0);
  return attr<std::int64_t>(m.root(), "n") == 0 ? number_like(x, 1) : Value{};
}

Value exp_product(const Match& m) {
  const Value a = operand(m.root(), 0), b = operand(m.root(), 1);
  if (!is(a, Opcode::Exp) || !is(b, Opcode::Exp) || !m.single_use(a) || !m.single_use(b)) return {};
  return exp(operand(a, 0) + operand(b, 0));
}

Value log_sqrt(const Match& m) {
  const Value x = operand(m.root(), 0);
  return is(x, Opcode::Sqrt) ? log(operand(x, 0)) * 0.5 : Value{};
}

Value reciprocal_sqrt(const Match& m) {
  const Value a = operand(m.root(), 0), b = operand(m.root(), 1);
  return is_number(a, 1) && is(b, Opcode::Sqrt) && m.single_use(b) ? rsqrt(operand(b, 0)) : Value{};
}

Value scale_twice(const Match& m) {
  return either_way(m.root(), [&](Value x, Value c) {
    double outer = 0, inner = 0;
    if (!is_float(c.dtype()) || !is_splat(c, outer) || !is(x, Opcode::Mul) || !m.single_use(x))
      return Value{};
    return either_way(x, [&](Value y, Value d) {
      if (!is_splat(d, inner) || is_splat(y) || !std::isnormal(static_cast<float>(inner * outer)))
        return Value{};
      return y * number_like(c, inner * outer);
    });
  });
}

Value common_factor(const Match& m) {
  const Value p = operand(m.root(), 0), q = operand(m.root(), 1);
  if (!is_float(p.dtype()) || !is(p, Opcode::Mul) || !is(q, Opcode::Mul) || p.same(q)) return {};
  if (!m.single_use(p) || !m.single_use(q)) return {};
  return either_way(p, [&](Value a, Value b) {
    return either_way(q, [&](Value c, Value d) { return a.same(c) ? a * (b + d) : Value{}; });
  });
}

Value mul_zero(const Match& m) {
  return either_way(m.root(), [](Value, Value zero) {
    double c = 1;
    return is_splat(zero, c) && c == 0 ? zero : Value{};
  });
}
Value sub_itself(const Match& m) {
  return operand(m.root(), 0).same(operand(m.root(), 1)) ? number_like(m.root(), 0) : Value{};
}
Value div_itself(const Match& m) {
  const Value x = operand(m.root(), 0);
  return is_float(x.dtype()) && x.same(operand(m.root(), 1)) ? number_like(m.root(), 1) : Value{};
}
Value zero_over(const Match& m) {
  double c = 1;
  const Value zero = operand(m.root(), 0);
  return is_float(zero.dtype()) && is_splat(zero, c) && c == 0 ? zero : Value{};
}
Value sqrt_of_square(const Match& m) {
  const Value x = squared(operand(m.root(), 0));
  return x && is_float(x.dtype()) ? abs(x) : Value{};
}
Value square_of_sqrt(const Match& m) {
  const Value root = squared(m.root());
  return root && is(root, Opcode::Sqrt) ? operand(root, 0) : Value{};
}
Value exp_log(const Match& m) {
  const Value x = operand(m.root(), 0);
  return is(x, Opcode::Log) ? operand(x, 0) : Value{};
}
Value log_exp(const Match& m) {
  const Value x = operand(m.root(), 0);
  return is(x, Opcode::Exp) ? operand(x, 0) : Value{};
}

constexpr Rule table[] = {
    {"add-neg", RuleClass::Exact, Opcode::Add, "x + -y -> x - y", add_neg},
    {"sub-neg", RuleClass::Exact, Opcode::Sub, "x - -y -> x + y", sub_neg},
    {"mul-minus-one", RuleClass::Exact, Opcode::Mul, "x * -1 -> -x", mul_minus_one},
    {"mul-negs", RuleClass::Exact, Opcode::Mul, "-x * -y -> x * y", mul_negs},
    {"mul-neg-constant", RuleClass::Exact, Opcode::Mul, "-x * c -> x * -c", mul_neg_constant},
    {"div-negs", RuleClass::Exact, Opcode::Div, "-x / -y -> x / y", div_negs},
    {"div-power-of-two", RuleClass::Exact, Opcode::Div, "x / 2^k -> x * 2^-k", div_power_of_two},
    {"compare-constant-right", RuleClass::Exact, Opcode::Compare, "c < x -> x > c",
     compare_constant_right},
    {"convert-chain", RuleClass::Exact, Opcode::Convert, "convert(widen(x)) -> convert(x)",
     convert_chain},
    {"ipow-zero", RuleClass::Exact, Opcode::Ipow, "ipow(x, 0) -> 1", ipow_zero},
    {"add-zero", RuleClass::SignedZero, Opcode::Add, "x + 0 -> x", add_zero},
    {"sub-from-zero", RuleClass::SignedZero, Opcode::Sub, "0 - x -> -x", sub_from_zero},
    {"neg-sub", RuleClass::SignedZero, Opcode::Neg, "-(x - y) -> y - x", neg_sub},
    {"div-constant", RuleClass::Ulp, Opcode::Div, "x / c -> x * (1 / c)", div_constant},
    {"pow-constant", RuleClass::Ulp, Opcode::Pow, "pow(x, n) -> ipow(x, n), |n| <= 4",
     pow_constant},
    {"exp-product", RuleClass::Ulp, Opcode::Mul, "exp(x) * exp(y) -> exp(x + y)", exp_product},
    {"log-sqrt", RuleClass::Ulp, Opcode::Log, "log(sqrt(x)) -> log(x) / 2", log_sqrt},
    {"reciprocal-sqrt", RuleClass::Ulp, Opcode::Div, "1 / sqrt(x) -> rsqrt(x)", reciprocal_sqrt},
    {"scale-twice", RuleClass::Reassociate, Opcode::Mul, "(x * c) * d -> x * (c * d)", scale_twice},
    {"common-factor", RuleClass::Reassociate, Opcode::Add, "a * b + a * c -> a * (b + c)",
     common_factor},
    {"mul-zero", RuleClass::Finite, Opcode::Mul, "x * 0 -> 0", mul_zero},
    {"sub-itself", RuleClass::Finite, Opcode::Sub, "x - x -> 0", sub_itself},
    {"div-itself", RuleClass::Finite, Opcode::Div, "x / x -> 1", div_itself},
    {"zero-over", RuleClass::Finite, Opcode::Div, "0 / x -> 0", zero_over},
    {"sqrt-of-square", RuleClass::Domain, Opcode::Sqrt, "sqrt(x * x) -> |x|", sqrt_of_square},
    {"square-of-sqrt", RuleClass::Domain, Opcode::Mul, "sqrt(x) * sqrt(x) -> x", square_of_sqrt},
    {"power-of-sqrt", RuleClass::Domain, Opcode::Ipow, "ipow(sqrt(x), 2) -> x", square_of_sqrt},
    {"exp-log", RuleClass::Domain, Opcode::Exp, "exp(log(x)) -> x", exp_log},
    {"log-exp", RuleClass::Domain, Opcode::Log, "log(exp(x)) -> x", log_exp},
};

} // namespace

std::span<const Rule> arithmetic_rules() { return table; }

} // namespace nngc
