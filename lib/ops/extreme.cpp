// max and min: everything but their records.
#include "ops/extreme.h"

namespace nngc {

TensorType infer_extreme(const InferContext& c) {
  const std::string& tie = c.attrs.get<std::string>("tie");
  if (tie != "half" && tie != "first" && tie != "second")
    c.fail(Error::Kind::Attribute, "tie is half, first or second, not '" + tie + "'");
  return infer_number(c);
}

Masked diff_extreme(const DiffContext& c, Value t, int i, bool greatest) {
  const Value mine = c.operand(i), other = c.operand(1 - i);
  const std::string& tie = c.attrs().get<std::string>("tie");
  double s = 0;
  // max(x, c) > c says x > c exactly, and spares the backward pass x: relu needs its result only.
  if (tie == (i == 0 ? "second" : "first") && is_splat(other, s))
    return {t, greatest ? gt(c.result(), other) : lt(c.result(), other)};
  // Otherwise operands are compared, never an operand with a result that might be recomputed with
  // other bits.
  if (tie == "half")
    return {select(eq(mine, other), t * 0.5, t), greatest ? ge(mine, other) : le(mine, other)};
  const bool wins_ties = tie == (i == 0 ? "first" : "second");
  if (wins_ties) return {t, greatest ? ge(mine, other) : le(mine, other)};
  return {t, greatest ? gt(mine, other) : lt(mine, other)};
}

Value simplify_extreme(GraphData*, std::span<const Value> x, const Attrs&, const TensorType&) {
  return x[0].same(x[1]) ? x[0] : Value();
}

Value append_extreme(Opcode op, std::string_view name, Operand a, Operand b, Tie tie) {
  auto [x, y] = broadcast_operands(name, a, b);
  double s = 0;
  const bool x_known = is_splat(x, s), y_known = is_splat(y, s);
  if (tie == Tie::Default)
    tie = x_known == y_known ? Tie::Half : x_known ? Tie::First : Tie::Second;
  if (x_known && !y_known) {
    // One way to write it, so that max(0, x) and max(x, 0) are one node. Only the sign of a zero
    // could tell.
    std::swap(x, y);
    tie = tie == Tie::First ? Tie::Second : tie == Tie::Second ? Tie::First : tie;
  }
  const char* text = tie == Tie::Half ? "half" : tie == Tie::First ? "first" : "second";
  return append(x.graph(), op, std::array{x, y}, {{"tie", std::string(text)}}, a.where);
}

void eval_extreme(EvalContext& c, bool greatest) {
  if (c.result.dtype == DType::U64)
    return map_binary_int(c, [greatest](std::int64_t a, std::int64_t b) {
      return (greatest ? bits(b) > bits(a) : bits(b) < bits(a)) ? b : a;
    });
  if (!is_float(c.result.dtype))
    return map_binary_int(c, [greatest](std::int64_t a, std::int64_t b) {
      return (greatest ? b > a : b < a) ? b : a;
    });
  // Of equals in the complex domain: what is their derivative is the attribute's to say.
  const std::string& tie = c.attrs.get<std::string>("tie");
  const double share = tie == "half" ? 0.5 : tie == "first" ? 1 : 0;
  map_binary(c, [greatest, share](auto a, auto b) {
    const auto x = real_part(a), y = real_part(b);
    if constexpr (std::is_same_v<decltype(a), Complex>)
      if (x == y) return Complex(x, share * a.imag() + (1 - share) * b.imag());
    if (std::isnan(x)) return a;
    return std::isnan(y) || (greatest ? y > x : y < x) ? b : a;
  });
}

} // namespace nngc
