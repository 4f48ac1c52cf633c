// Padding in front of windows and convolutions becomes theirs: the padded tensor is never made.
// conv_general multiplies its padding as zeros, reduce_window counts none of it, so zeros and
// identities move over without a bit changed.
#include "ops/eval_reduce.h"
#include "optimize/rule.h"

namespace nngc {

namespace {

/// Padding of one axis in elements that lie `base` apart, put before what the op pads itself.
/// False where what is cut off is wanted as padding.
bool add_padding(std::int64_t& own, std::int64_t more, std::int64_t base) {
  if (more < 0 && own > 0) return false;
  own += more * base;
  return true;
}

bool has_padding(Value pad) {
  for (const char* key : {"lo", "hi", "interior"})
    for (const std::int64_t n : attr<Axes>(pad, key))
      if (n != 0) return true;
  return false;
}

/// The attributes of the op on the axes from `first` on with the padding in them; false where they
/// cannot say it.
bool take_padding(Attrs& attrs, Value pad, int first, const char* base_key) {
  const Axes &lo = attr<Axes>(pad, "lo"), &hi = attr<Axes>(pad, "hi");
  Axes own_lo = attrs.get<Axes>("lo"), own_hi = attrs.get<Axes>("hi");
  const Axes base = attrs.get<Axes>(base_key);
  for (std::size_t i = 0; i < own_lo.size(); ++i) {
    const std::size_t axis = i + static_cast<std::size_t>(first);
    // Dilation keeps neighbours apart: of no elements there are none.
    const int at = static_cast<int>(axis);
    if (operand(pad, 0).shape()[at] == Dim(0) || pad.shape()[at] == Dim(0)) return false;
    if (!add_padding(own_lo[i], lo[axis], base[i]) || !add_padding(own_hi[i], hi[axis], base[i]))
      return false;
  }
  attrs.set("lo", std::move(own_lo));
  attrs.set("hi", std::move(own_hi));
  return true;
}

bool has_interior(Value pad) {
  const Axes& interior = attr<Axes>(pad, "interior");
  return std::any_of(interior.begin(), interior.end(), [](std::int64_t n) { return n != 0; });
}

Value rebuilt(const Match& m, std::vector<Value> operands, Attrs attrs) {
  const Value v = append(m.graph(), opcode(m.root()), operands, std::move(attrs));
  return v.type() == m.type() ? v : Value{};
}

Value conv_of_pad(const Match& m) {
  const Value pad = operand(m.root(), 0);
  if (!is(pad, Opcode::Pad) || has_interior(pad) || !has_padding(pad)) return {};
  const Value zero = operand(pad, 1);
  const bool int_zero = !is_float(zero.dtype());
  if (!is_number(zero, 0.0) && !(int_zero && is_number(zero, -0.0))) return {};
  const Axes &lo = attr<Axes>(pad, "lo"), &hi = attr<Axes>(pad, "hi");
  if (lo.front() != 0 || hi.front() != 0 || lo.back() != 0 || hi.back() != 0) return {};
  Attrs attrs = attrs_of(m.root());
  if (!take_padding(attrs, pad, 1, "lhs_dilation")) return {};
  return rebuilt(m, {operand(pad, 0), operand(m.root(), 1)}, std::move(attrs));
}

/// What the kind of reduce_window makes of nothing: 0, the smallest, the largest.
bool is_identity(Value v, const std::string& kind) {
  double x = 0;
  if (!is_splat(v, x)) return false;
  if (kind == "add") return x == 0 && !std::signbit(x);
  if (is_float(v.dtype()))
    return kind == "max" ? x == smallest<double>(v.dtype()) : x == largest<double>(v.dtype());
  if (byte_size(v.dtype()) > 4) return false; // a double does not hold the extremes
  return x == static_cast<double>(kind == "max" ? smallest<std::int64_t>(v.dtype())
                                                : largest<std::int64_t>(v.dtype()));
}

Value window_of_pad(const Match& m) {
  const Value pad = operand(m.root(), 0);
  if (!is(pad, Opcode::Pad) || has_interior(pad) || !has_padding(pad) ||
      !is_identity(operand(pad, 1), attr<std::string>(m.root(), "kind")))
    return {};
  Attrs attrs = attrs_of(m.root());
  if (!take_padding(attrs, pad, 0, "base_dilation")) return {};
  return rebuilt(m, {operand(pad, 0)}, std::move(attrs));
}

constexpr Rule table[] = {
    {"conv-of-pad", RuleClass::Exact, Opcode::ConvGeneral,
     "conv(pad(x, 0), w) -> conv(x, w) with that padding", conv_of_pad},
    {"window-of-pad", RuleClass::Exact, Opcode::ReduceWindow,
     "reduce_window(pad(x, identity)) -> reduce_window(x) with that padding", window_of_pad},
};

} // namespace

std::span<const Rule> padding_rules() { return table; }

} // namespace nngc
