// Where windows lie: shapes and attributes.
#include "ops/window.h"

namespace nngc {

Dim spread(Dim extent, std::int64_t base) {
  return extent == Dim(0) ? extent : extent * Dim(base) - Dim(base - 1);
}

Dim window_count(const InferContext& c, Dim extent, const WindowAxis& axis) {
  if (axis.size < 1 || axis.stride < 1 || axis.base < 1 || axis.step < 1)
    c.fail(Error::Kind::Attribute, "sizes, strides and dilations must be at least 1");
  const Dim room = spread(extent, axis.base) + Dim(axis.lo + axis.hi - axis.covered() + 1);
  Dim count;
  if (!ceil_div(room, axis.stride, count))
    c.fail(Error::Kind::Unsupported, "the stride " + std::to_string(axis.stride) +
                                         " does not divide the symbolic extent " + room.str());
  return count.is_static() && count.value() < 0 ? Dim(0) : count;
}

WindowAxis transposed(const WindowAxis& axis, Dim extent, Dim out) {
  // Element i is element w of window (lo + i * base - w * step) / stride: windows over the windows,
  // these `stride` apart, with w counted from the other end.
  WindowAxis t{axis.size, axis.base, axis.covered() - 1 - axis.lo, 0, axis.stride, axis.step};
  const Dim last = spread(extent, axis.base) + Dim(axis.covered() - 1);
  t.hi = (last - Dim(t.lo) - spread(out, axis.stride)).value();
  return t;
}

Axes or_all(const Axes& given, int rank, std::int64_t fallback) {
  return given.empty() ? Axes(static_cast<std::size_t>(std::max(rank, 0)), fallback) : given;
}

Attrs window_attrs(const Window& window, int rank, std::string_view kind) {
  return {{"base_dilation", or_all(window.base_dilation, rank, 1)},
          {"dims", or_all(window.dims, rank, 1)},
          {"hi", or_all(window.hi, rank, 0)},
          {"kind", std::string(kind)},
          {"lo", or_all(window.lo, rank, 0)},
          {"strides", or_all(window.strides, rank, 1)},
          {"window_dilation", or_all(window.window_dilation, rank, 1)}};
}

std::vector<WindowAxis> window_axes(const Attrs& attrs) {
  const auto list = [&](const char* key) -> const Axes& { return attrs.get<Axes>(key); };
  std::vector<WindowAxis> axes;
  for (std::size_t i = 0; i < list("dims").size(); ++i)
    axes.push_back({list("dims")[i], list("strides")[i], list("lo")[i], list("hi")[i],
                    list("base_dilation")[i], list("window_dilation")[i]});
  return axes;
}

Shape infer_window_counts(const InferContext& c) {
  const Shape& x = c.operand(0).shape;
  for (const char* key : {"base_dilation", "dims", "hi", "lo", "strides", "window_dilation"})
    check_length(c, key, c.attrs.get<Axes>(key).size(), x.rank());
  const std::vector<WindowAxis> axes = window_axes(c.attrs);
  std::vector<Dim> dims;
  for (int i = 0; i < x.rank(); ++i)
    dims.push_back(window_count(c, x[i], axes[static_cast<std::size_t>(i)]));
  return Shape(std::move(dims));
}

} // namespace nngc
