// Divisions cost several multiplications.
#include "optimize/rule.h"

namespace nngc {

namespace {

/// Whether the broadcast repeats elements at all.
bool repeats(Value v) {
  const Value x = operand(v, 0);
  const Axes& dims = attr<Axes>(v, "dims");
  for (int axis = 0, own = 0; axis < v.rank(); ++axis) {
    const bool is_own = own < x.rank() && dims[static_cast<std::size_t>(own)] == axis;
    if (!(v.shape()[axis] == (is_own ? x.shape()[own] : Dim(1)))) return true;
    own += is_own ? 1 : 0;
  }
  return false;
}

/// Not where the divisor is a constant: div-constant knows which reciprocals there are.
Value div_by_repeated(const Match& m) {
  const Value by = operand(m.root(), 1);
  if (!is_float(by.dtype()) || !is(by, Opcode::BroadcastInDim) || !repeats(by)) return {};
  const Value s = operand(by, 0);
  if (is(s, Opcode::Constant)) return {};
  const Value one_over = number_like(s, 1) / s;
  return operand(m.root(), 0) * broadcast_in_dim(one_over, by.shape(), attr<Axes>(by, "dims"));
}

constexpr Rule table[] = {
    {"div-by-repeated", RuleClass::Ulp, Opcode::Div, "x / broadcast(s) -> x * broadcast(1 / s)",
     div_by_repeated},
};

} // namespace

std::span<const Rule> strength_rules() { return table; }

} // namespace nngc
