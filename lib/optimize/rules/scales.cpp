// Scales and shifts per output channel, with constant weights: a batch norm behind a convolution or
// a dense layer, once its statistics are fixed, is part of the weights and of one bias.
#include "optimize/rule.h"

namespace nngc {

namespace {

/// The constant vector that v repeats along all axes but the last; empty for anything else.
Value channel_constant(Value v) {
  if (!is(v, Opcode::BroadcastInDim)) return {};
  const Value c = operand(v, 0);
  const bool fits = is(c, Opcode::Constant) && c.rank() == 1 && is_float(c.dtype()) &&
                    attr<Axes>(v, "dims") == Axes{v.rank() - 1} &&
                    c.shape()[0] == v.shape()[v.rank() - 1];
  return fits ? c : Value{};
}

Value per_channel(Value c, const Shape& shape) {
  return broadcast_in_dim(c, shape, {shape.rank() - 1});
}

/// A product with constant weights whose last axis is the result's, and that nobody else uses.
bool is_layer(const Match& m, Value v) {
  if (!m.single_use(v)) return false;
  if (is(v, Opcode::ConvGeneral))
    return is(operand(v, 1), Opcode::Constant) && operand(v, 1).dtype() == v.dtype();
  if (!is(v, Opcode::DotGeneral)) return false;
  const Value w = operand(v, 1);
  return is(w, Opcode::Constant) && w.dtype() == v.dtype() && w.rank() == 2 &&
         attr<Axes>(v, "batch_b").empty() && attr<Axes>(v, "contract_b") == Axes{0};
}

template <class T> void combine(Tensor& w, const Tensor& c, Opcode op) {
  const auto other = c.data<T>();
  auto all = w.data<T>();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const T x = other[c.size() == 1 ? 0 : i % other.size()];
    all[i] = op == Opcode::Mul ? all[i] * x : op == Opcode::Add ? all[i] + x : all[i] - x;
  }
}

/// w op c, a number per last index. Computed here: the next rule looks for a constant, and
/// fold-constants leaves large ones alone. This one is no larger than it was.
Value combined(Value w, Value c, Opcode op) {
  const Tensor &from = *attr<Literal>(w, "value"), &other = *attr<Literal>(c, "value");
  const bool direct = from.dtype() == DType::F32 || from.dtype() == DType::F64;
  if (!direct || from.size() != w.shape().size().value())
    return append(op, {w, per_channel(c, w.shape())}, {}, Where::current());
  auto result = std::make_shared<Tensor>(from);
  if (from.dtype() == DType::F32)
    combine<float>(*result, other, op);
  else
    combine<double>(*result, other, op);
  return append(w.graph(), Opcode::Constant, {},
                {{"shape", w.shape().dims()}, {"value", Literal(std::move(result))}});
}

Value scaled_layer(const Match& m) {
  return either_way(m.root(), [&](Value y, Value by) {
    const Value c = channel_constant(by);
    if (!c || !is_layer(m, y)) return Value{};
    return append(opcode(y), {operand(y, 0), combined(operand(y, 1), c, Opcode::Mul)}, attrs_of(y),
                  Where::current());
  });
}

/// (y + b) * c -> y * c + b * c, for a layer y.
Value scaled_shift(const Match& m) {
  return either_way(m.root(), [&](Value sum, Value by) {
    const Value c = channel_constant(by);
    if (!c || !m.single_use(sum)) return Value{};
    const Shape& shape = m.type().shape;
    const auto split = [&](Value y, Value shift, bool minus) {
      const Value b = channel_constant(shift);
      if (!b || !is_layer(m, y)) return Value{};
      const Value left = y * by, right = per_channel(combined(b, c, Opcode::Mul), shape);
      return minus ? left - right : left + right;
    };
    if (is(sum, Opcode::Sub)) return split(operand(sum, 0), operand(sum, 1), true);
    if (!is(sum, Opcode::Add)) return Value{};
    return either_way(sum, [&](Value y, Value shift) { return split(y, shift, false); });
  });
}

/// (y + b) + c -> y + (b + c), (y - b) - c -> y - (b + c), and so on.
Value shifted_twice(const Match& m) {
  const auto merged = [&](Value sum, Value by, double sign) {
    const Value c = channel_constant(by);
    if (!c || !m.single_use(sum)) return Value{};
    const auto with = [&](Value y, Value shift, bool minus) {
      const Value b = channel_constant(shift);
      if (!b) return Value{};
      // -b + c is c - b: one constant, and a sign in front of it.
      const Value both = combined(b, c, minus == (sign < 0) ? Opcode::Add : Opcode::Sub);
      return minus ? y - per_channel(both, m.type().shape) : y + per_channel(both, m.type().shape);
    };
    if (is(sum, Opcode::Sub)) return with(operand(sum, 0), operand(sum, 1), true);
    if (!is(sum, Opcode::Add)) return Value{};
    return either_way(sum, [&](Value y, Value shift) { return with(y, shift, false); });
  };
  if (is(m.root(), Opcode::Sub)) return merged(operand(m.root(), 0), operand(m.root(), 1), -1);
  return either_way(m.root(), [&](Value sum, Value by) { return merged(sum, by, 1); });
}

constexpr Rule table[] = {
    {"scaled-layer", RuleClass::Reassociate, Opcode::Mul,
     "conv(x, w) * c -> conv(x, w * c), constant w and c per channel; dot too", scaled_layer},
    {"scaled-shift", RuleClass::Reassociate, Opcode::Mul,
     "(conv(x, w) + b) * c -> conv(x, w) * c + b * c, constants per channel", scaled_shift},
    {"shifted-twice", RuleClass::Reassociate, Opcode::Add,
     "(y + b) + c -> y + (b + c), constants per channel", shifted_twice},
    {"shifted-back", RuleClass::Reassociate, Opcode::Sub,
     "(y + b) - c -> y + (b - c), constants per channel", shifted_twice},
};

} // namespace

std::span<const Rule> scale_rules() { return table; }

} // namespace nngc
