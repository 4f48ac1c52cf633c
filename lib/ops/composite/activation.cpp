// Activations and other functions of one tensor, elementwise.
#include <cmath>
#include <limits>
#include <numbers>

#include "ops/composite/composite.h"

namespace nngc {

Value square(Value x, Where where) { return ipow(x, 2, where); }

// The constant wins the tie: derivative 0 at 0, and a mask that needs the result only.
Value relu(Value x, Where where) { return max({x, where}, {0, where}); }

Value relu6(Value x, Where where) { return clip(x, 0, 6, where); }

Value leaky_relu(Value x, double slope, Where where) {
  check_float("leaky_relu", x, where);
  return select(x > 0, x, x * slope);
}

// Where expm1 overflows, it is not taken: nor is its derivative.
Value elu(Value x, double alpha, Where where) {
  check_float("elu", x, where);
  return select(x > 0, x, expm1(x) * alpha);
}

// The constants make mean 0 and variance 1 a fixed point (Klambauer et al., 2017).
Value selu(Value x, Where where) {
  check_float("selu", x, where);
  constexpr double scale = 1.0507009873554804934, alpha = 1.6732632423543772848;
  return elu(x, alpha, where) * scale;
}

Value gelu(Value x, Where where) {
  check_float("gelu", x, where);
  return x * 0.5 * (erf(x * (1 / std::numbers::sqrt2)) + 1);
}

// From |x| = 8 on tanh is 1, so the square need not grow on: in f16 it would be infinite from 256
// on, and the derivative infinity times 0.
Value gelu_tanh(Value x, Where where) {
  check_float("gelu_tanh", x, where);
  const double root = std::sqrt(2 * std::numbers::inv_pi);
  const Value inner = x * (min(square(x), 64) * (0.044715 * root) + root);
  return x * 0.5 * (tanh(inner) + 1);
}

Value silu(Value x, Where where) {
  check_float("silu", x, where);
  return x * logistic(x);
}

// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|): no overflow, and small results keep their digits.
// Halves at the tie, with abs' 0, make the derivative at 0 the true 1/2.
Value softplus(Value x, Where where) {
  check_float("softplus", x, where);
  return max(x, 0, Tie::Half) + log1p(exp(neg(abs(x))));
}

Value mish(Value x, Where where) {
  check_float("mish", x, where);
  return x * tanh(softplus(x, where));
}

Value softsign(Value x, Where where) {
  check_float("softsign", x, where);
  return x / (abs(x) + 1);
}

// log(1 / (1 + e^-x)); the logarithm of logistic would be -inf from -745 on.
Value log_sigmoid(Value x, Where where) {
  check_float("log_sigmoid", x, where);
  return neg(softplus(neg(x), where));
}

Value hard_sigmoid(Value x, Where where) {
  check_float("hard_sigmoid", x, where);
  return clip(x * (1.0 / 6) + 0.5, 0, 1, where);
}

Value hard_swish(Value x, Where where) {
  check_float("hard_swish", x, where);
  return x * hard_sigmoid(x, where);
}

// Constants win ties: derivative 0 at the bounds.
Value clip(Value x, double low, double high, Where where) {
  check_value("clip", x, where);
  if (!(low <= high))
    throw Error(Error::Kind::Argument,
                "clip: low " + std::to_string(low) + " is not below high " + std::to_string(high),
                where);
  return min({max({x, where}, {low, where}), where}, {high, where});
}

Value step(Value x, Where where) {
  check_value("step", x, where);
  return convert(gt({x, where}, {0, where}), x.dtype());
}

// NaN and zeros of either sign give 0.
Value sign(Value x, Where where) {
  check_value("sign", x, where);
  return step(x, where) - convert(lt({x, where}, {0, where}), x.dtype());
}

Value logical_not(Value p, Where where) {
  check_value("logical_not", p, where);
  if (is_float(p.dtype()))
    throw Error(Error::Kind::Type, "logical_not: needs bools or ints: " + p.type().str(), where);
  if (p.dtype() == DType::Bool) return bit_xor({p, where}, {1, where});
  // All ones: 0 - 1 in any int, and a double cannot say it for u64.
  auto ones = std::make_shared<Tensor>(p.dtype(), std::vector<std::int64_t>{});
  auto* bytes = static_cast<unsigned char*>(ones->raw());
  for (std::size_t i = 0; i < ones->bytes(); ++i)
    bytes[i] = std::numeric_limits<unsigned char>::max();
  const Value all =
      append(p.graph(), Opcode::Constant, {},
             {{"shape", std::vector<Dim>{}}, {"value", Literal(std::move(ones))}}, where);
  return bit_xor({p, where}, {all, where});
}

} // namespace nngc
