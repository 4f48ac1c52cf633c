// Pooling: windows over the spatial axes, in either layout.
#include "ops/composite/spatial.h"
#include "ops/window.h"

namespace nngc {

namespace {

Window window_of(Spatial& s, const Axes& size, const PoolOptions& o) {
  if (size.empty())
    throw Error(Error::Kind::Attribute,
                s.op + ": needs a size per spatial axis: " + s.x.type().str(), s.where);
  const Axes sizes = s.list("size", size, 1);
  const Axes strides = o.stride.empty() ? sizes : s.list("stride", o.stride, 1);
  s.pad(o.padding, sizes, strides, Axes(sizes.size(), 1));
  return {s.full(sizes, 1), s.full(strides, 1), s.full(s.lo, 0), s.full(s.hi, 0), {}, {}};
}

Axes spatial_axes(const Spatial& s) {
  Axes axes;
  for (int i = 0; i < s.count; ++i) axes.push_back(s.first + i);
  return axes;
}

} // namespace

Value max_pool(Value x, Axes size, const PoolOptions& options, Where where) {
  Spatial s("max_pool", x, -1, options.layout, where);
  return window_max(x, window_of(s, size, options), where);
}

Value avg_pool(Value x, Axes size, const PoolOptions& options, Where where) {
  check_float("avg_pool", x, where);
  if (byte_size(x.dtype()) == 2) // a 16-bit sum overflows: the mean runs in f32
    return convert(avg_pool(convert(x, DType::F32, where), std::move(size), options, where),
                   x.dtype(), where);
  Spatial s("avg_pool", x, -1, options.layout, where);
  const Window w = window_of(s, size, options);
  const Value sum = window_sum(x, w, where);
  const auto is_zero = [](std::int64_t n) { return n == 0; };
  std::int64_t elements = 1;
  for (const std::int64_t n : w.dims) elements *= n;
  if (options.count_include_pad || (std::all_of(s.lo.begin(), s.lo.end(), is_zero) &&
                                    std::all_of(s.hi.begin(), s.hi.end(), is_zero)))
    return sum / static_cast<double>(elements);
  // How many elements of x each window has: the same for every batch element and channel.
  Shape shape = x.shape();
  shape[0] = 1, shape[s.layout == Layout::ChannelsLast ? x.rank() - 1 : 1] = 1;
  const Value counts = window_sum(splat(x.graph(), x.dtype(), 1, shape, where), w, where);
  return sum / max(counts, 1);
}

Value global_max_pool(Value x, Layout layout, Where where) {
  const Spatial s("global_max_pool", x, -1, layout, where);
  return reduce_max(x, spatial_axes(s), false, where);
}

Value global_avg_pool(Value x, Layout layout, Where where) {
  check_float("global_avg_pool", x, where);
  const Spatial s("global_avg_pool", x, -1, layout, where);
  return reduce_mean(x, spatial_axes(s), false, where);
}

} // namespace nngc
