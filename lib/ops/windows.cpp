/// windows{dims, strides, dilation}(x): result[w..., o...] = x[o * stride + w * dilation] along
/// each axis, for all o whose windows lie in x: views of x, no copies.
#include "ops/lower_context.h"
#include "ops/window.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"dilation", AttrKind::Ints, true, "distance within a window, >= 1, per axis"},
    {"dims", AttrKind::Ints, true, "elements of a window, >= 1, per axis"},
    {"strides", AttrKind::Ints, true, "distance of windows, >= 1, per axis"}};

static std::vector<WindowAxis> axes_of(const Attrs& attrs) {
  std::vector<WindowAxis> axes;
  const auto &dims = attrs.get<Axes>("dims"), &strides = attrs.get<Axes>("strides"),
             &dilation = attrs.get<Axes>("dilation");
  for (std::size_t i = 0; i < dims.size(); ++i)
    axes.push_back({dims[i], strides[i], 0, 0, 1, dilation[i]});
  return axes;
}

static TensorType infer(const InferContext& c) {
  const Shape& x = c.operand(0).shape;
  for (const char* key : {"dilation", "dims", "strides"})
    check_length(c, key, c.attrs.get<Axes>(key).size(), x.rank());
  const std::vector<WindowAxis> axes = axes_of(c.attrs);
  std::vector<Dim> sizes, counts;
  for (int i = 0; i < x.rank(); ++i) {
    const WindowAxis& a = axes[static_cast<std::size_t>(i)];
    counts.push_back(window_count(c, x[i], a));
    sizes.emplace_back(a.size);
  }
  sizes.insert(sizes.end(), counts.begin(), counts.end());
  return {c.operand(0).dtype, Shape(std::move(sizes))};
}

/// Adds up the windows along one axis. `at` is where g has the axis within the windows, `at` +
/// `away` the axis of windows; the first goes, the second becomes the operand's. The windows are
/// rows, spread by the stride; row w belongs w * step further right. Rows that are `step` longer
/// than they shall be, read as rows of the right length, are moved so.
static Value overlaid(Value g, const WindowAxis& a, Dim extent, int at, int away) {
  const int from = at + away;
  Axes perm = all_axes(g.rank());
  perm.erase(perm.begin() + at);
  perm.insert(perm.begin() + from - 1, at); // just before the axis of windows
  g = transpose(g, perm);
  const int rows = from - 1;
  const auto n = static_cast<std::size_t>(g.rank());
  Axes lo(n, 0), hi(n, 0), interior(n, 0);
  const auto last = static_cast<std::size_t>(from);
  interior[last] = a.stride - 1;
  const Dim longer = extent + Dim(a.step);
  hi[last] = (longer - spread(g.shape()[from], a.stride)).value();
  g = pad(g, 0.0, lo, hi, interior);
  std::vector<Dim> dims = g.shape().dims(), joined = dims;
  joined.erase(joined.begin() + from);
  joined[static_cast<std::size_t>(rows)] = Dim(a.size) * longer;
  g = reshape(g, Shape(joined));
  joined[static_cast<std::size_t>(rows)] = Dim(a.size) * extent;
  g = slice(g, std::vector<Dim>(joined.size(), 0), joined);
  dims[last] = extent;
  return reduce_sum(reshape(g, Shape(dims)), {rows});
}

static void vjp(VjpContext& c) {
  const Shape& x = c.operand(0).shape();
  const std::vector<WindowAxis> axes = axes_of(c.attrs());
  Value g = c.cotangent;
  for (const Dim& d : g.shape())
    if (d == Dim(0)) return c.add(0, zeros(g.graph(), c.operand(0).type()));
  // Axes within the windows go from the first to the last; axis i of windows then stands rank axes
  // on.
  for (int i = 0; i < x.rank(); ++i)
    g = overlaid(g, axes[static_cast<std::size_t>(i)], x[i], 0, x.rank());
  c.add(0, g);
}

static Value jvp(JvpContext& c) {
  return append(Opcode::Windows, {c.tangent(0)}, c.attrs(), Where::current());
}

static void eval(EvalContext& c) {
  const std::vector<WindowAxis> axes = axes_of(c.attrs);
  Index at(axes.size());
  move_elements(c, [&](const Index& index) -> const Index& {
    for (std::size_t i = 0; i < axes.size(); ++i)
      at[i] = index[axes.size() + i] * axes[i].stride + index[i] * axes[i].step;
    return at;
  });
}

static void view(ViewContext& c) {
  const std::vector<WindowAxis> axes = axes_of(c.attrs);
  for (std::size_t i = 0; i < axes.size(); ++i)
    c.operand_index.push_back(
        sum(scaled(c.index[axes.size() + i], axes[i].stride), scaled(c.index[i], axes[i].step)));
}

constinit const OpDef ops::Windows{.mnemonic = "windows",
                                   .summary = "every window of x, with axes of its own",
                                   .signature = "(x: any) -> as x",
                                   .min_operands = 1,
                                   .max_operands = 1,
                                   .traits = trait::View,
                                   .lowering = Lowering::View,
                                   .attrs = specs,
                                   .infer = infer,
                                   .vjp = vjp,
                                   .jvp = jvp,
                                   .eval = eval,
                                   .view = view};

Value windows(Value x, Axes dims, Axes strides, Axes dilation, Where where) {
  check_value("windows", x, where);
  Attrs attrs{{"dilation", or_all(dilation, x.rank(), 1)},
              {"dims", or_all(dims, x.rank(), 1)},
              {"strides", or_all(strides, x.rank(), 1)}};
  return append(Opcode::Windows, {x}, std::move(attrs), where);
}

} // namespace nngc
