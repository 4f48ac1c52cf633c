// Where windows do not overlap, as in most pooling, an element has one window: it asks whether it
// owns it. Else the windows' cotangents are added at their owners' places.
#include "ops/window_owner.h"

namespace nngc {

static Value flat(Value x) { return reshape(x, Shape{x.shape().size()}); }

/// Windows side by side that leave no element out between them.
static bool side_by_side(const std::vector<WindowAxis>& axes, const Shape& x) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const WindowAxis& a = axes[i];
    if (a.base != 1 || (a.step != 1 && a.size != 1) || a.stride != a.size) return false;
    if (i > 0 && !x[static_cast<int>(i)].is_static()) return false;
  }
  return true;
}

/// g where x's element is the owner, else 0, with each axis of windows followed by the one within
/// them; then as one axis, without padding, with zeros for what no window covers.
static Value where_owned(Value owner, Value g, const std::vector<WindowAxis>& axes,
                         const Shape& x) {
  std::vector<Dim> split, covered;
  Axes outer, lo, hi;
  for (int i = 0; i < x.rank(); ++i) {
    const WindowAxis& a = axes[static_cast<std::size_t>(i)];
    outer.push_back(static_cast<std::int64_t>(split.size()));
    split.push_back(owner.shape()[i]);
    if (a.size > 1) split.emplace_back(a.size);
    covered.push_back(owner.shape()[i] * Dim(a.size));
    lo.push_back(-a.lo);
    hi.push_back((x[i] + Dim(a.lo) - covered.back()).value());
  }
  const TensorType type{DType::I32, Shape(split)};
  const auto position = [&](std::int64_t axis) {
    return append(g.graph(), Opcode::Iota, {},
                  {{"axis", axis}, {"dtype", DType::I32}, {"shape", split}});
  };
  Value number = splat(g.graph(), DType::I32, 0, type.shape);
  std::int64_t stride = 1; // axis 0 is the only one that may be symbolic
  for (int i = x.rank(); i-- > 0;) {
    const auto at = static_cast<std::size_t>(i);
    Value place = position(outer[at]) * static_cast<double>(axes[at].stride);
    if (axes[at].size > 1) place = place + position(outer[at] + 1);
    number = number + (place - static_cast<double>(axes[at].lo)) * static_cast<double>(stride);
    if (i > 0) stride *= x[i].value();
  }
  const Value owns = eq(broadcast_in_dim(owner, type.shape, outer), number);
  const Value mine = select(owns, broadcast_in_dim(g, type.shape, outer), 0);
  return pad(reshape(mine, Shape(covered)), 0, lo, hi);
}

Value to_owners(Value x, Value g, const Attrs& attrs) {
  const Value owner = append(Opcode::ArgWindow, {x}, attrs, Where::current());
  const std::vector<WindowAxis> axes = window_axes(attrs);
  if (side_by_side(axes, x.shape())) return where_owned(owner, g, axes, x.shape());
  const Value none = zeros(g.graph(), {g.dtype(), Shape{x.shape().size()}});
  return reshape(scatter_add(none, flat(owner), flat(g)), x.shape());
}

Value from_owners(Value x, Value dx, const Attrs& attrs) {
  const Value owner = append(Opcode::ArgWindow, {x}, attrs, Where::current());
  return reshape(gather(flat(dx), flat(owner)), owner.shape());
}

} // namespace nngc
