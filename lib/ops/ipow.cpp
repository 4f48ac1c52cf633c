/// ipow{n}(x): x to a fixed integral power, elementwise: no logarithm, exact derivative at 0 and
/// for negative x. Defined as the product of the squarings x, x^2, x^4, ... that n's bits name,
/// lowest first; a negative n gives the reciprocal of x^|n|. x^0 is 1, even for NaN. Ints wrap and
/// take n >= 0.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static TensorType infer(const InferContext& c) {
  if (is_int(c.operand(0).dtype) && c.attrs.get<std::int64_t>("n") < 0)
    c.fail(Error::Kind::Attribute, "ints take no negative power");
  return infer_number(c);
}

static Masked diff(const DiffContext& c, Value t, int) {
  const auto n = c.attrs().get<std::int64_t>("n");
  if (n == 0) return {};
  if (n == 1) return {t, {}};
  if (n == std::numeric_limits<std::int64_t>::min())
    return {t * (c.result() * static_cast<double>(n) / c.operand(0)), {}};
  return {t * (ipow(c.operand(0), n - 1) * static_cast<double>(n)), {}};
}

static std::uint64_t magnitude(std::int64_t n) { return n < 0 ? 0 - bits(n) : bits(n); }

// Bit i of n multiplies by x squared i times, from the lowest bit up.
template <class T, class Multiply> static T power(T x, std::uint64_t n, Multiply multiply) {
  if (n == 0) return T(1);
  for (; (n & 1) == 0; n >>= 1) x = multiply(x, x);
  T result = x;
  while ((n >>= 1) != 0) {
    x = multiply(x, x);
    if ((n & 1) != 0) result = multiply(result, x);
  }
  return result;
}

static void eval(EvalContext& c) {
  const auto n = c.attrs.get<std::int64_t>("n");
  if (!is_float(c.result.dtype))
    return map_unary_int(c, [n](std::int64_t x) {
      const auto wrapping = [](std::uint64_t a, std::uint64_t b) { return a * b; };
      return static_cast<std::int64_t>(power(bits(x), magnitude(n), wrapping));
    });
  map_unary(c, [n, dtype = c.result.dtype]<class T>(T x) -> T {
    const auto multiply = [dtype](T a, T b) { return settle(dtype, product(a, b)); };
    const T y = power(x, magnitude(n), multiply);
    return n < 0 ? quotient(T(1), y) : y;
  });
}

static int lower(LowerContext& c) {
  const auto n = c.attrs().get<std::int64_t>("n");
  if (n == 0) return c.constant(c.dtype(), 1);
  int square = c.operand(0), result = -1;
  for (std::uint64_t rest = magnitude(n);; square = c.emit(loop::Op::Mul, square, square)) {
    if ((rest & 1) != 0) result = result < 0 ? square : c.emit(loop::Op::Mul, result, square);
    if ((rest >>= 1) == 0) break;
  }
  return n < 0 ? c.emit(loop::Op::Div, c.constant(c.dtype(), 1), result) : result;
}

static Value simplify(GraphData*, std::span<const Value> x, const Attrs& attrs, const TensorType&) {
  return attrs.get<std::int64_t>("n") == 1 ? x[0] : Value();
}

static constexpr AttrSpec attrs[] = {{"n", AttrKind::Int, true, "the exponent"}};
constinit const OpDef ops::Ipow{.mnemonic = "ipow",
                                .summary = "x to the fixed integral power n",
                                .signature = "(x: number) -> as x",
                                .min_operands = 1,
                                .max_operands = 1,
                                .traits = trait::Elementwise,
                                .attrs = attrs,
                                .infer = infer,
                                .diff = diff,
                                .eval = eval,
                                .lower = lower,
                                .simplify = simplify};

Value ipow(Value x, std::int64_t n, Where where) {
  return append_unary(Opcode::Ipow, x, where, {{"n", n}});
}

} // namespace nngc
