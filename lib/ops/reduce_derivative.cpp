// Derivatives of reduce. A reduction over several axes is treated as one after another, the last
// axis first, so that symbolic extents need not be merged; "first" then still means first in
// row-major order.
#include "ops/reduce.h"

namespace nngc {

namespace {

/// A value of the result's shape, repeated along the reduced axes of x.
Value spread(Value v, Value x, const Axes& axes) {
  const Axes dims = v.rank() == x.rank() ? all_axes(x.rank()) : other_axes(x.rank(), axes);
  return broadcast_in_dim(v, x.shape(), dims);
}

bool is_empty_along(Value x, const Axes& axes) {
  return std::any_of(axes.begin(), axes.end(), [&](std::int64_t axis) {
    return x.shape()[static_cast<int>(axis)] == Dim(0);
  });
}

/// Bool, shaped as x: true at the one element per result that is the first extreme one.
Value first_extreme(Value x, const Axes& axes, bool largest) {
  Value mask;
  Value level = x; // reduced along the axes behind, with extent 1
  for (std::size_t i = axes.size(); i-- > 0;) {
    const auto axis = static_cast<int>(axes[i]);
    Shape kept = level.shape();
    kept[axis] = 1;
    const Value best = reshape(largest ? argmax(level, axis) : argmin(level, axis), kept);
    const Value positions = append(
        x.graph(), Opcode::Iota, {},
        {{"axis", std::int64_t{axis}}, {"dtype", DType::I32}, {"shape", level.shape().dims()}});
    const Value here = broadcast_to(eq(positions, best), x.shape());
    mask = mask ? bit_and(mask, here) : here;
    level = largest ? reduce_max(level, {axis}, true) : reduce_min(level, {axis}, true);
  }
  return mask;
}

/// The share of each element that equals the extreme, `v` being worth 1 in all: v / count there, 0
/// elsewhere. The count is kept in f32 or wider: f16 cannot count past 2048.
Value split_share(Value x, Value y, Value v, const Axes& axes, bool keepdims) {
  const Value mask = eq(x, spread(y, x, axes));
  const DType wide = x.dtype() == DType::F64 ? DType::F64 : DType::F32;
  const Value count = reduce_sum(convert(mask, wide), axes, keepdims);
  const Value share = convert(div(convert(v, wide), count), v.dtype());
  return select(mask, spread(share, x, axes), 0.0);
}

/// Products of all elements along `axis` but the own one, without division, so that zeros are
/// harmless: exclusive prefix times exclusive suffix, each by doubling the reach (log2 extent
/// steps).
Value others_product(Value x, int axis) {
  const Dim extent = x.shape()[axis];
  if (!extent.is_static())
    throw Error(Error::Kind::Unsupported,
                "reduce: the derivative of a product over the symbolic extent " + extent.str() +
                    " is not supported");
  const std::int64_t n = extent.value();
  if (n == 0) return x;
  const auto moved = [&](Value v, std::int64_t by) { // by positions up or down, ones moving in
    Axes lo(static_cast<std::size_t>(x.rank()), 0), hi = lo;
    lo[static_cast<std::size_t>(axis)] = by;
    hi[static_cast<std::size_t>(axis)] = -by;
    return pad(v, 1.0, lo, hi);
  };
  Value before = moved(x, 1), after = moved(x, -1);
  for (std::int64_t reach = 1; reach < n; reach *= 2) {
    before = mul(before, moved(before, reach));
    after = mul(after, moved(after, -reach));
  }
  return mul(before, after);
}

/// v spread over x times d product / d x.
Value product_share(Value x, Value v, const Axes& axes) {
  std::vector<Value> levels{x}; // each reduced along one axis more
  for (std::size_t i = axes.size(); i-- > 0;)
    levels.push_back(reduce_prod(levels.back(), {axes[i]}, true));
  v = reshape(v, levels.back().shape());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Value level = levels[axes.size() - 1 - i];
    v = mul(broadcast_to(v, level.shape()), others_product(level, static_cast<int>(axes[i])));
  }
  return v;
}

} // namespace

void reduce_vjp(VjpContext& c) {
  const Attrs attrs = c.attrs();
  const auto& axes = attrs.get<Axes>("axes");
  const auto& kind = attrs.get<std::string>("kind");
  const Value x = c.operand(0), g = c.cotangent;
  if (is_empty_along(x, axes)) return; // x has no elements
  if (kind == "add") return c.add(0, spread(g, x, axes));
  if (kind == "mul") return c.add(0, product_share(x, g, axes));
  if (attrs.get_or<std::string>("tie", "first") == "split")
    return c.add(0, split_share(x, c.result(), g, axes, attrs.get<bool>("keepdims")));
  c.add(0, select(first_extreme(x, axes, kind == "max"), spread(g, x, axes), 0.0));
}

Value reduce_jvp(JvpContext& c) {
  const Attrs attrs = c.attrs();
  const auto& axes = attrs.get<Axes>("axes");
  const auto& kind = attrs.get<std::string>("kind");
  const bool keepdims = attrs.get<bool>("keepdims");
  const Value x = c.operand(0), t = c.tangent(0);
  if (is_empty_along(x, axes)) return zeros(x.graph(), c.result().type());
  if (kind == "add") return reduce_sum(t, axes, keepdims);
  const Value one = splat(x.graph(), x.dtype(), 1, c.result().shape());
  if (kind == "mul") return reduce_sum(mul(t, product_share(x, one, axes)), axes, keepdims);
  if (attrs.get_or<std::string>("tie", "first") == "first")
    return reduce_sum(select(first_extreme(x, axes, kind == "max"), t, 0.0), axes, keepdims);
  // The mean of the tied elements' tangents; sums and counts run in f32 or wider.
  const DType wide = x.dtype() == DType::F64 ? DType::F64 : DType::F32;
  const Value mask = eq(x, spread(c.result(), x, axes));
  const Value sum = reduce_sum(select(mask, convert(t, wide), 0.0), axes, keepdims);
  const Value count = reduce_sum(convert(mask, wide), axes, keepdims);
  return convert(div(sum, count), x.dtype());
}

} // namespace nngc
