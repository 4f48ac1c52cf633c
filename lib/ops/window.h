/// Shared by reduce_window, arg_window, windows and conv_general: where windows lie on an axis.
#pragma once

#include <array>

#include "nngc/windows.h"
#include "ops/axes.h"
#include "ops/eval_index.h"

namespace nngc {

/// Windows along one axis: window o has the elements o * stride + w * step, w < size, of the axis
/// with neighbours `base` apart, after `lo` padding and before `hi`.
struct WindowAxis {
  std::int64_t size = 1, stride = 1, lo = 0, hi = 0, base = 1, step = 1;

  [[nodiscard]] std::int64_t covered() const { return (size - 1) * step + 1; }
  /// Whether element w of window o lies between neighbours, or where they would be outside.
  [[nodiscard]] bool between(std::int64_t o, std::int64_t w) const {
    return (o * stride + w * step - lo) % base != 0;
  }
  /// Which element of the axis is element w of window o; false: none, but padding.
  [[nodiscard]] bool source(std::int64_t o, std::int64_t w, std::int64_t extent,
                            std::int64_t& at) const {
    const std::int64_t p = o * stride + w * step - lo;
    at = p / base;
    return p >= 0 && p % base == 0 && at < extent;
  }
};

/// How long the axis is with its neighbours `base` apart. A symbolic extent must be at least 1.
[[nodiscard]] Dim spread(Dim extent, std::int64_t base);
/// How many windows there are; 0 where none fits. Throws Error{Attribute} for a size, stride or
/// dilation below 1, Error{Unsupported} where the stride does not divide a symbolic extent.
[[nodiscard]] Dim window_count(const InferContext& c, Dim extent, const WindowAxis& axis);
/// The windows whose sums are the derivative along this axis: of `out` windows over `extent`
/// elements, seen from the elements.
[[nodiscard]] WindowAxis transposed(const WindowAxis& axis, Dim extent, Dim out);

// ---- reduce_window, arg_window ----
[[nodiscard]] constexpr std::array<AttrSpec, 7> window_specs(std::string_view kinds) {
  return {{{"base_dilation", AttrKind::Ints, true, "distance of x's neighbours, >= 1, per axis"},
           {"dims", AttrKind::Ints, true, "elements of a window, >= 1, per axis"},
           {"hi", AttrKind::Ints, true, "padding after, per axis; negative: cut"},
           {"kind", AttrKind::String, true, kinds},
           {"lo", AttrKind::Ints, true, "padding before, per axis; negative: cut"},
           {"strides", AttrKind::Ints, true, "distance of windows, >= 1, per axis"},
           {"window_dilation", AttrKind::Ints, true, "distance within a window, >= 1, per axis"}}};
}

/// One number per axis: those given, or the fallback for each where the list is empty.
[[nodiscard]] Axes or_all(const Axes& given, int rank, std::int64_t fallback);
[[nodiscard]] Attrs window_attrs(const Window& window, int rank, std::string_view kind);
[[nodiscard]] std::vector<WindowAxis> window_axes(const Attrs& attrs);
[[nodiscard]] Shape infer_window_counts(const InferContext& c);
/// Calls f(element's index, linear) for the elements of window `o`, in row-major order.
template <class F>
void each_in_window(const std::vector<WindowAxis>& axes, const Index& extents, const Index& o,
                    F f) {
  Index sizes, at(axes.size());
  for (const WindowAxis& a : axes) sizes.push_back(a.size);
  each_index(sizes, [&](const Index& w, std::size_t) {
    for (std::size_t i = 0; i < axes.size(); ++i)
      if (!axes[i].source(o[i], w[i], extents[i], at[i])) return;
    f(static_cast<const Index&>(at), linear_index(extents, at));
  });
}

} // namespace nngc
