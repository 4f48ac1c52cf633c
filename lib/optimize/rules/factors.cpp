// A factor that two contractions share: one contraction instead of two. The sum that is left is
// one of operands, which are smaller than what is multiplied.
#include "optimize/rules/products.h"

namespace nngc {

namespace {

bool is_contraction(Value v) { return is(v, Opcode::DotGeneral) || is(v, Opcode::ConvGeneral); }

/// Whether a sum of the operands on that side costs less than the second contraction. With few rows
/// on the other side a product does little more than read them, and their sum is written as well.
bool pays(Value v, int side) {
  if (is(v, Opcode::ConvGeneral)) return true;
  const Value other = operand(v, 1 - side);
  std::int64_t rows = 1;
  const Product product(v);
  for (const std::int64_t axis : product.side(1 - side).free()) {
    const Dim d = other.shape()[static_cast<int>(axis)];
    if (!d.is_static()) return true;
    rows *= d.value();
  }
  return rows >= 4;
}

/// x a + x b -> x (a + b), and a x + b x.
Value common_factor(const Match& m, Opcode op) {
  const Value p = operand(m.root(), 0), q = operand(m.root(), 1);
  if (!is_contraction(p) || opcode(p) != opcode(q) || p.same(q) || !is_float(p.dtype()) ||
      !m.single_use(p) || !m.single_use(q) || !(attrs_of(p) == attrs_of(q)))
    return {};
  for (const int side : {0, 1}) {
    const Value a = operand(p, side), b = operand(q, side), x = operand(p, 1 - side);
    if (!x.same(operand(q, 1 - side)) || a.type() != b.type() || !pays(p, side)) continue;
    const Value sum = op == Opcode::Add ? a + b : a - b;
    return append(opcode(p), {side == 0 ? sum : x, side == 0 ? x : sum}, attrs_of(p),
                  Where::current());
  }
  return {};
}
Value of_sum(const Match& m) { return common_factor(m, Opcode::Add); }
Value of_difference(const Match& m) { return common_factor(m, Opcode::Sub); }

constexpr Rule table[] = {
    {"sum-of-products", RuleClass::Reassociate, Opcode::Add,
     "dot(x, a) + dot(x, b) -> dot(x, a + b); dot(a, x) and conv too", of_sum},
    {"difference-of-products", RuleClass::Reassociate, Opcode::Sub,
     "dot(x, a) - dot(x, b) -> dot(x, a - b); dot(a, x) and conv too", of_difference},
};

} // namespace

std::span<const Rule> factor_rules() { return table; }

} // namespace nngc
