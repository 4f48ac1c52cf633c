// Sums over products that need not be made in full: over rows or columns, over batches, along a
// diagonal; and products written out with broadcasts.
#include <algorithm>

#include "optimize/rules/products.h"
#include "optimize/rules/stable.h"

namespace nngc {

namespace {

bool contains(const Axes& axes, std::int64_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

/// sum(dot(a, b)): what is summed along a's own axes is a, along a batch is contracted.
Value sum_of_product(const Match& m) {
  const Value d = operand(m.root(), 0);
  if (!is_float_sum(m.root()) || !is(d, Opcode::DotGeneral) || !m.single_use(d) ||
      operand(d, 0).dtype() != d.dtype() || byte_size(d.dtype()) == 2)
    return {}; // a 16-bit sum of an operand may overflow
  const Axes& axes = attr<Axes>(m.root(), "axes");
  Product product(d);
  Value operands[] = {operand(d, 0), operand(d, 1)};
  for (std::size_t i = product.side(0).batch.size(); i-- > 0;)
    if (contains(axes, static_cast<std::int64_t>(i)))
      for (const int s : {0, 1}) {
        Side& side = product.side(s);
        const auto at = side.batch.begin() + static_cast<std::ptrdiff_t>(i);
        side.contract.push_back(*at);
        side.batch.erase(at);
      }
  const Product before(d);
  for (const int s : {0, 1}) {
    Axes summed;
    for (const std::int64_t axis : before.side(s).free())
      if (contains(axes, before.result_axis(s, axis))) summed.push_back(axis);
    if (summed.empty()) continue;
    // Nothing adds up to 0, which times an infinity on the other side is not 0.
    for (const std::int64_t axis : summed) {
      const Dim extent = operands[s].shape()[static_cast<int>(axis)];
      if (!extent.is_static() || extent == Dim(0)) return {};
    }
    operands[s] = reduce_sum(operands[s], summed);
    for (std::size_t i = summed.size(); i-- > 0;) product.side(s).replace_axes(summed[i], 1, 0);
  }
  return reshape(product.build(operands[0], operands[1]), m.type().shape);
}

/// The two axes along which a mask is true where their positions are equal.
bool is_diagonal(Value mask, std::int64_t& i, std::int64_t& j) {
  if (!is(mask, Opcode::Compare) || attr<std::string>(mask, "dir") != "eq") return false;
  const auto axis_of = [](Value v, std::int64_t& axis) {
    Axes dims;
    const bool repeated = is(v, Opcode::BroadcastInDim);
    const Value counted = repeated ? operand(v, 0) : v;
    if (!is(counted, Opcode::Iota)) return false;
    axis = attr<std::int64_t>(counted, "axis");
    if (!repeated) return true;
    const std::int64_t own = axis;
    axis = attr<Axes>(v, "dims")[static_cast<std::size_t>(own)];
    return counted.shape()[static_cast<int>(own)] == v.shape()[static_cast<int>(axis)];
  };
  return axis_of(operand(mask, 0), i) && axis_of(operand(mask, 1), j) && i != j &&
         mask.shape()[static_cast<int>(i)] == mask.shape()[static_cast<int>(j)];
}

/// sum over j of dot(a, b)[i, j] where i = j: rows of a times the columns of b of the same number.
Value diagonal(const Match& m, Value d, Value mask) {
  std::int64_t i = 0, j = 0;
  if (!is(d, Opcode::DotGeneral) || !m.single_use(d) || !is_diagonal(mask, i, j)) return {};
  const Axes& axes = attr<Axes>(m.root(), "axes");
  if (contains(axes, i)) std::swap(i, j);
  if (!contains(axes, j) || attr<bool>(m.root(), "keepdims")) return {};
  Product product(d);
  const std::int64_t first_b = product.result_axes_before(1),
                     first_a = product.result_axes_before(0);
  // One of them is a's, the other b's.
  const std::int64_t of_a = std::min(i, j), of_b = std::max(i, j);
  if (of_a < first_a || of_a >= first_b || of_b < first_b) return {};
  product.side(0).batch.push_back(*product.side(0).free_axis_at(of_a - first_a));
  product.side(1).batch.push_back(*product.side(1).free_axis_at(of_b - first_b));
  const Value rows = product.build(operand(d, 0), operand(d, 1));
  // The new axis stands behind the other batch axes; it belongs where i was, without j.
  Axes perm;
  const std::int64_t at = i - (j < i ? 1 : 0);
  for (std::int64_t k = 0; k < rows.rank(); ++k)
    if (k != first_a) perm.push_back(k);
  perm.insert(perm.begin() + at, first_a);
  Value result = transpose(rows, perm);
  Axes others;
  for (const std::int64_t axis : axes)
    if (axis != j) others.push_back(axis - (axis > j ? 1 : 0));
  return others.empty() ? result : reduce_sum(result, others);
}

Value diagonal_of_product(const Match& m) {
  const Value s = operand(m.root(), 0);
  if (!is_float_sum(m.root()) || !is(s, Opcode::Select) || !m.single_use(s)) return {};
  double zero = 1;
  if (!is_splat(operand(s, 2), zero) || zero != 0) return {};
  return diagonal(m, operand(s, 1), operand(s, 0));
}

/// With the mask as numbers: outside of the diagonal an infinity would be NaN.
Value masked_diagonal(const Match& m) {
  const Value p = operand(m.root(), 0);
  if (!is_float_sum(m.root()) || !is(p, Opcode::Mul) || !m.single_use(p)) return {};
  return either_way(p, [&](Value d, Value mask) {
    if (!is(mask, Opcode::Convert)) return Value{};
    return diagonal(m, d, operand(mask, 0));
  });
}

/// sum(broadcast(a) * broadcast(b)) -> dot(a, b): where both have axes of their own the product of
/// all pairs would be made.
Value product_of_broadcasts(const Match& m) {
  const Value p = operand(m.root(), 0);
  if (!is_float_sum(m.root()) || !is(p, Opcode::Mul) || !m.single_use(p)) return {};
  const Value spread[] = {operand(p, 0), operand(p, 1)};
  if (!is(spread[0], Opcode::BroadcastInDim) || !is(spread[1], Opcode::BroadcastInDim)) return {};
  const Axes& axes = attr<Axes>(m.root(), "axes");
  // Which axis of either operand an axis of the product is; -1: it is repeated along it.
  const auto source = [&](int s, std::int64_t axis) {
    const Axes& dims = attr<Axes>(spread[s], "dims");
    const auto at = std::find(dims.begin(), dims.end(), axis);
    const std::int64_t own = at == dims.end() ? -1 : at - dims.begin();
    if (own < 0) return own;
    const Value x = operand(spread[s], 0);
    return x.shape()[static_cast<int>(own)] == p.shape()[static_cast<int>(axis)] ? own
                                                                                 : std::int64_t{-2};
  };
  Side side[2];
  bool own[2] = {false, false};
  Axes order[2], batch; // axes of the product that the result of the dot has
  for (std::int64_t axis = 0; axis < p.rank(); ++axis) {
    const std::int64_t a = source(0, axis), b = source(1, axis);
    // A repeated extent of 1, or of neither, is for others to see.
    if (a == -2 || b == -2 || (a == -1 && b == -1)) return {};
    const bool summed = contains(axes, axis);
    if (a >= 0 && b >= 0) {
      (summed ? side[0].contract : side[0].batch).push_back(a);
      (summed ? side[1].contract : side[1].batch).push_back(b);
      if (!summed) batch.push_back(axis);
    } else {
      if (summed) return {}; // sum-of-broadcast's, or the operand's own sum
      own[a >= 0 ? 0 : 1] = true;
      order[a >= 0 ? 0 : 1].push_back(axis);
    }
  }
  if (side[0].contract.empty() || !own[0] || !own[1]) return {};
  const Value d = dot_general(operand(spread[0], 0), operand(spread[1], 0), side[0].contract,
                              side[1].contract, side[0].batch, side[1].batch);
  Axes of_result = batch;
  for (const Axes& o : order) of_result.insert(of_result.end(), o.begin(), o.end());
  Axes perm(of_result.size());
  for (std::size_t k = 0; k < perm.size(); ++k) perm[k] = static_cast<std::int64_t>(k);
  std::sort(perm.begin(), perm.end(), [&](std::int64_t x, std::int64_t y) {
    return of_result[static_cast<std::size_t>(x)] < of_result[static_cast<std::size_t>(y)];
  });
  return reshape(transpose(d, perm), m.type().shape);
}

constexpr Rule table[] = {
    {"diagonal-of-product", RuleClass::Reassociate, Opcode::Reduce,
     "sum(select(i == j, dot(a, b)[i, j], 0)) -> dot of a's rows with b's columns",
     diagonal_of_product},
    {"masked-diagonal", RuleClass::Finite, Opcode::Reduce,
     "sum(dot(a, b)[i, j] * (i == j)) -> dot of a's rows with b's columns", masked_diagonal},
    {"sum-of-product", RuleClass::Reassociate, Opcode::Reduce,
     "sum(dot(a, b)) -> dot(sum(a), sum(b)) along their own axes", sum_of_product},
    {"product-of-broadcasts", RuleClass::Reassociate, Opcode::Reduce,
     "sum(broadcast(a) * broadcast(b)) -> dot(a, b)", product_of_broadcasts},
};

} // namespace

std::span<const Rule> trace_rules() { return table; }

} // namespace nngc
