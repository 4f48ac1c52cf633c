// Transposes around contractions become dimension numbers, which packing reads for free. Products
// commute and the order of the sum stays, so all of these are exact.
#include <algorithm>

#include "optimize/rule.h"

namespace nngc {

namespace {

/// The axes of `rank` that are in neither list, ascending.
Axes free_axes(int rank, const Axes& batch, const Axes& contract) {
  Axes axes;
  for (int i = 0; i < rank; ++i)
    if (std::find(batch.begin(), batch.end(), i) == batch.end() &&
        std::find(contract.begin(), contract.end(), i) == contract.end())
      axes.push_back(i);
  return axes;
}

/// dot(transpose(x), b) -> dot(x, b) where the free axes keep their order.
Value without_transpose(const Match& m, int side) {
  const Value t = operand(m.root(), side);
  if (!is(t, Opcode::Transpose)) return {};
  const Axes& perm = attr<Axes>(t, "perm");
  const std::string suffix = side == 0 ? "a" : "b";
  const auto moved = [&](Axes axes) {
    for (std::int64_t& a : axes) a = perm[static_cast<std::size_t>(a)];
    return axes;
  };
  const Axes &batch = attr<Axes>(m.root(), "batch_" + suffix),
             &contract = attr<Axes>(m.root(), "contract_" + suffix);
  const Axes free = moved(free_axes(t.rank(), batch, contract));
  if (!std::is_sorted(free.begin(), free.end())) return {};
  Attrs attrs = attrs_of(m.root());
  attrs.set(side == 0 ? "batch_a" : "batch_b", moved(batch));
  attrs.set(side == 0 ? "contract_a" : "contract_b", moved(contract));
  const Value x = operand(t, 0), other = operand(m.root(), 1 - side);
  return append(Opcode::DotGeneral, {side == 0 ? x : other, side == 0 ? other : x}, attrs,
                Where::current());
}
Value dot_transpose_a(const Match& m) { return without_transpose(m, 0); }
Value dot_transpose_b(const Match& m) { return without_transpose(m, 1); }

/// transpose(dot(a, b)) that puts b's free axes before a's -> dot(b, a).
Value transpose_of_dot(const Match& m) {
  const Value d = operand(m.root(), 0);
  if (!is(d, Opcode::DotGeneral) || !m.single_use(d)) return {};
  const Axes &batch_a = attr<Axes>(d, "batch_a"), &batch_b = attr<Axes>(d, "batch_b");
  const Axes &contract_a = attr<Axes>(d, "contract_a"), &contract_b = attr<Axes>(d, "contract_b");
  const Value a = operand(d, 0), b = operand(d, 1);
  const auto batch = static_cast<std::int64_t>(batch_a.size());
  const auto free_a =
      static_cast<std::int64_t>(a.rank()) - batch - static_cast<std::int64_t>(contract_a.size());
  Axes swapped;
  for (std::int64_t i = 0; i < batch; ++i) swapped.push_back(i);
  for (std::int64_t i = batch + free_a; i < d.rank(); ++i) swapped.push_back(i);
  for (std::int64_t i = batch; i < batch + free_a; ++i) swapped.push_back(i);
  if (attr<Axes>(m.root(), "perm") != swapped) return {};
  Attrs attrs = attrs_of(d);
  attrs.set("batch_a", batch_b);
  attrs.set("batch_b", batch_a);
  attrs.set("contract_a", contract_b);
  attrs.set("contract_b", contract_a);
  return append(Opcode::DotGeneral, {b, a}, attrs, Where::current());
}

constexpr Rule table[] = {
    {"dot-transpose-a", RuleClass::Exact, Opcode::DotGeneral, "dot(transpose(x), y) -> dot(x, y)",
     dot_transpose_a},
    {"dot-transpose-b", RuleClass::Exact, Opcode::DotGeneral, "dot(x, transpose(y)) -> dot(x, y)",
     dot_transpose_b},
    {"transpose-of-dot", RuleClass::Exact, Opcode::Transpose, "transpose(dot(x, y)) -> dot(y, x)",
     transpose_of_dot},
};

} // namespace

std::span<const Rule> dot_rules() { return table; }

} // namespace nngc
