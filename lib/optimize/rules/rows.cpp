// Rows by number. Numbers that are known make a slice. A product of rows is the rows of the
// product: whichever multiplies less is taken, so that 2,048 words of a vocabulary of 96 cost 96
// rows.
#include <algorithm>
#include <optional>

#include "eval/interpreter.h"
#include "optimize/rules/products.h"

namespace nngc {

namespace {

using Dims = std::vector<Dim>;

std::optional<std::vector<std::int64_t>> known_ints(Value v) {
  if (v.rank() > 1 || !v.shape().is_static() || v.shape().size().value() > 4096) return {};
  const auto count = static_cast<std::size_t>(v.shape().size().value());
  if (is(v, Opcode::Iota)) {
    std::vector<std::int64_t> list(count);
    for (std::size_t i = 0; i < count; ++i) list[i] = static_cast<std::int64_t>(i);
    return list;
  }
  if (!is(v, Opcode::Constant)) return {};
  const EvalArray array = to_array(*attr<Literal>(v, "value"), Domain::Plain);
  std::vector<std::int64_t> list = std::get<std::vector<std::int64_t>>(array.data);
  if (list.size() == 1) list.resize(count, list[0]); // a splat
  return list.size() == count ? std::optional(list) : std::nullopt;
}

/// Numbers that are known and lie at equal distances: a slice, turned round or repeated.
Value gather_of_known(const Match& m) {
  const Value x = operand(m.root(), 0), numbers = operand(m.root(), 1);
  if (attrs_of(m.root()).get_or<std::int64_t>("batch", 0) != 0) return {};
  const auto axis = static_cast<std::size_t>(attr<std::int64_t>(m.root(), "axis"));
  const Dim extent = x.shape()[static_cast<int>(axis)];
  const auto list = known_ints(numbers);
  if (!list || list->empty() || !extent.is_static()) return {};
  const auto [least, most] = std::minmax_element(list->begin(), list->end());
  if (*least < 0 || *most >= extent.value()) return {};
  const std::int64_t step = list->size() > 1 ? (*list)[1] - (*list)[0] : 0;
  for (std::size_t i = 1; i < list->size(); ++i)
    if ((*list)[i] - (*list)[i - 1] != step) return {};
  Dims start(static_cast<std::size_t>(x.rank()), 0), limit = x.shape().dims();
  Axes stride(start.size(), 1);
  start[axis] = *least, limit[axis] = *most + 1,
  stride[axis] = std::max<std::int64_t>(1, std::abs(step));
  Value rows = slice(x, start, limit, stride);
  if (step < 0) rows = reverse(rows, {static_cast<std::int64_t>(axis)});
  if (numbers.rank() == 0) return reshape(rows, m.type().shape);
  if (step != 0 || list->size() == 1) return rows;
  Axes dims;
  for (int i = 0; i < x.rank(); ++i) dims.push_back(i);
  return broadcast_in_dim(rows, m.type().shape, dims);
}

bool is_plain(Value gather) {
  return is(gather, Opcode::Gather) && attrs_of(gather).get_or<std::int64_t>("batch", 0) == 0;
}
/// A reshape that only parts or joins the axes of the numbers.
Value reshape_of_gather(const Match& m) {
  const Value g = operand(m.root(), 0);
  if (!is_plain(g)) return {};
  const Value x = operand(g, 0), numbers = operand(g, 1);
  const int before = static_cast<int>(attr<std::int64_t>(g, "axis")), after = x.rank() - before - 1;
  const Shape& to = m.type().shape;
  if (to.rank() < before + after) return {};
  for (int i = 0; i < before; ++i)
    if (!(to[i] == x.shape()[i])) return {};
  for (int i = 1; i <= after; ++i)
    if (!(to[to.rank() - i] == x.shape()[x.rank() - i])) return {};
  const Dims dims(to.dims().begin() + before, to.dims().end() - after);
  if (!numbers.shape().is_static() || !Shape(dims).is_static() ||
      !(numbers.shape().size() == Shape(dims).size()))
    return {};
  return append(Opcode::Gather, {x, reshape(numbers, Shape(dims))}, attrs_of(g), Where::current());
}

/// Whether an index out of range gives zeros, which a product with inf does not keep.
bool fills(Value gather) { return attr<std::string>(gather, "mode") != "clip"; }

std::int64_t known_size(const Shape& shape) {
  return shape.is_static() ? shape.size().value() : -1;
}

/// Whether `table` rows are few enough, against `rows` of them, that a product of all of them and a
/// copy per row is less work.
bool pays(Dim table, const Shape& rows) {
  const std::int64_t n = known_size(rows);
  return table.is_static() && table.value() > 0 && 2 * table.value() <= n;
}

/// dot(gather(t, i), w) -> gather(dot(t, w), i), for either side.
Value product_of_rows(const Match& m, int side, bool fill) {
  const Value g = operand(m.root(), side);
  if (!is_plain(g) || fills(g) != fill) return {};
  const Value table = operand(g, 0), numbers = operand(g, 1);
  const std::int64_t axis = attr<std::int64_t>(g, "axis"), count = numbers.rank();
  if (!pays(table.shape()[static_cast<int>(axis)], numbers.shape())) return {};
  Product p(m.root());
  Side& own = p.side(side);
  for (std::int64_t i = axis; i < axis + count; ++i)
    if (!own.is_free(i)) return {};
  own.replace_axes(axis, count, 1);
  const std::int64_t at = p.result_axis(side, axis);
  const Value product =
      p.build(side == 0 ? table : operand(m.root(), 0), side == 1 ? table : operand(m.root(), 1));
  Attrs attrs = attrs_of(g);
  attrs.set("axis", at);
  return append(Opcode::Gather, {product, numbers}, attrs, Where::current());
}
Value rows_left(const Match& m) { return product_of_rows(m, 0, false); }
Value rows_right(const Match& m) { return product_of_rows(m, 1, false); }
Value filled_rows_left(const Match& m) { return product_of_rows(m, 0, true); }
Value filled_rows_right(const Match& m) { return product_of_rows(m, 1, true); }

/// dot(gather(t, i), d), summed over all numbers -> dot(t, scatter_add(0, i, d)): what belongs to
/// one row of the table is added up first.
Value sum_over_rows(const Match& m, int side) {
  const Value g = operand(m.root(), side), other = operand(m.root(), 1 - side);
  if (!is_plain(g) || m.type().dtype != other.dtype() || byte_size(other.dtype()) < 4) return {};
  const Value table = operand(g, 0), numbers = operand(g, 1);
  const std::int64_t axis = attr<std::int64_t>(g, "axis"), count = numbers.rank();
  if (count == 0 || !pays(table.shape()[static_cast<int>(axis)], numbers.shape())) return {};
  Product p(m.root());
  Side &own = p.side(side), &far = p.side(1 - side);
  // The numbers' axes are contracted, and stand beside each other in the other operand, too.
  const std::optional<std::int64_t> first = own.partner(axis, far);
  if (!first) return {};
  for (std::int64_t i = 1; i < count; ++i)
    if (own.partner(axis + i, far) != *first + i) return {};
  Dims sums = other.shape().dims();
  const auto at = sums.begin() + static_cast<std::ptrdiff_t>(*first);
  *at = table.shape()[static_cast<int>(axis)];
  sums.erase(at + 1, at + static_cast<std::ptrdiff_t>(count));
  Attrs attrs = attrs_of(g);
  attrs.set("axis", *first);
  const Value zeros = splat(m.graph(), other.dtype(), 0, Shape(sums));
  const Value added = append(Opcode::ScatterAdd, {zeros, numbers, other}, attrs, Where::current());
  own.replace_axes(axis, count, 1);
  far.replace_axes(*first, count, 1);
  return side == 0 ? p.build(table, added) : p.build(added, table);
}
Value sum_over_rows_left(const Match& m) { return sum_over_rows(m, 0); }
Value sum_over_rows_right(const Match& m) { return sum_over_rows(m, 1); }

/// scatter_add(0, i, dot(d, w)) -> dot(scatter_add(0, i, d), w): sums of rows, then the product.
Value scatter_of_product(const Match& m) {
  const Value zeros = operand(m.root(), 0), numbers = operand(m.root(), 1),
              d = operand(m.root(), 2);
  double zero = 1;
  if (!is(d, Opcode::DotGeneral) || !m.single_use(d) || !is_splat(zeros, zero) || zero != 0)
    return {};
  if (attrs_of(m.root()).get_or<std::int64_t>("batch", 0) != 0 || byte_size(d.dtype()) < 4)
    return {};
  const std::int64_t axis = attr<std::int64_t>(m.root(), "axis"), count = numbers.rank();
  if (count == 0 || !pays(zeros.shape()[static_cast<int>(axis)], numbers.shape())) return {};
  Product p(d);
  for (int side = 0; side < 2; ++side) {
    const Value x = operand(d, side);
    Side& own = p.side(side);
    const std::optional<std::int64_t> first = own.free_axis_at(axis - p.result_axes_before(side));
    if (!first || x.dtype() != d.dtype()) continue;
    bool together = true;
    for (std::int64_t i = 0; i < count; ++i)
      together = together && *first + i < x.rank() && own.is_free(*first + i);
    if (!together) continue;
    Dims sums = x.shape().dims();
    const auto at = sums.begin() + static_cast<std::ptrdiff_t>(*first);
    *at = zeros.shape()[static_cast<int>(axis)];
    sums.erase(at + 1, at + static_cast<std::ptrdiff_t>(count));
    Attrs attrs = attrs_of(m.root());
    attrs.set("axis", *first);
    const Value none = splat(m.graph(), x.dtype(), 0, Shape(sums));
    const Value added = append(Opcode::ScatterAdd, {none, numbers, x}, attrs, Where::current());
    own.replace_axes(*first, count, 1);
    return side == 0 ? p.build(added, operand(d, 1)) : p.build(operand(d, 0), added);
  }
  return {};
}

constexpr Rule table[] = {
    {"gather-of-known", RuleClass::Exact, Opcode::Gather, "gather(x, [2, 3, 4]) -> x[2:5]",
     gather_of_known},
    {"reshape-of-gather", RuleClass::Exact, Opcode::Reshape,
     "reshape(gather(x, i)) -> gather(x, reshape(i))", reshape_of_gather},
    {"rows-left", RuleClass::Exact, Opcode::DotGeneral,
     "dot(gather(t, i), w) -> gather(dot(t, w), i), of few rows", rows_left},
    {"rows-right", RuleClass::Exact, Opcode::DotGeneral,
     "dot(w, gather(t, i)) -> gather(dot(w, t), i), of few rows", rows_right},
    {"filled-rows-left", RuleClass::Reassociate, Opcode::DotGeneral,
     "the same with zeros for an index out of range", filled_rows_left},
    {"filled-rows-right", RuleClass::Reassociate, Opcode::DotGeneral,
     "the same with zeros for an index out of range", filled_rows_right},
    {"sum-over-rows-left", RuleClass::Reassociate, Opcode::DotGeneral,
     "dot(gather(t, i), d) over i -> dot(t, scatter_add(0, i, d)), of few rows",
     sum_over_rows_left},
    {"sum-over-rows-right", RuleClass::Reassociate, Opcode::DotGeneral,
     "dot(d, gather(t, i)) over i -> dot(scatter_add(0, i, d), t), of few rows",
     sum_over_rows_right},
    {"scatter-of-product", RuleClass::Reassociate, Opcode::ScatterAdd,
     "scatter_add(0, i, dot(d, w)) -> dot(scatter_add(0, i, d), w), into few rows",
     scatter_of_product},
};

} // namespace

std::span<const Rule> row_rules() { return table; }

} // namespace nngc
