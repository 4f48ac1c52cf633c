// Convolutions over conv_general, which knows channels last only: other layouts are transposed
// around it (docs/decisions).
#include "ops/composite/spatial.h"
#include "ops/conv.h"

namespace nngc {

static Value channels_last(Value x, Layout layout) {
  return layout == Layout::ChannelsLast ? x : move_axis(x, 1, x.rank() - 1);
}
static Value in_layout(Value y, Layout layout) {
  return layout == Layout::ChannelsLast ? y : move_axis(y, y.rank() - 1, 1);
}

static void check_weights(const Spatial& s, Value w) {
  check_value(s.op, w, s.where);
  if (w.rank() != s.x.rank())
    throw Error(Error::Kind::Shape,
                s.op + ": the weights " + w.type().str() + " have not the rank of " +
                    s.x.type().str(),
                s.where);
}

/// Extents of the weights' spatial axes.
static Axes sizes_of(const Spatial& s, Value w, int first) {
  Axes sizes;
  for (int i = 0; i < s.count; ++i) {
    const Dim d = w.shape()[first + i];
    if (!d.is_static())
      throw Error(Error::Kind::Unsupported,
                  s.op + ": the weights' spatial extents must be static: " + w.type().str(),
                  s.where);
    sizes.push_back(d.value());
  }
  return sizes;
}

static Value conv(const char* op, int count, Value x, Value w, const ConvOptions& o, Where where) {
  Spatial s(op, x, count, o.layout, where);
  check_weights(s, w);
  const bool last = o.layout == Layout::ChannelsLast;
  const Axes stride = s.list("stride", o.stride, 1), dilation = s.list("dilation", o.dilation, 1);
  s.pad(o.padding, sizes_of(s, w, last ? 0 : 2), stride, dilation);
  if (!last) { // [out, in, spatial...] to [spatial..., in, out]
    Axes perm;
    for (int i = 0; i < count; ++i) perm.push_back(i + 2);
    perm.push_back(1), perm.push_back(0);
    w = transpose(w, perm, where);
  }
  const ConvSpec spec{stride, s.lo, s.hi, {}, dilation, o.groups, 1};
  return in_layout(conv_general(channels_last(x, o.layout), w, spec, where), o.layout);
}

Value conv1d(Value x, Value w, const ConvOptions& options, Where where) {
  return conv("conv1d", 1, x, w, options, where);
}
Value conv2d(Value x, Value w, const ConvOptions& options, Where where) {
  return conv("conv2d", 2, x, w, options, where);
}
Value conv3d(Value x, Value w, const ConvOptions& options, Where where) {
  return conv("conv3d", 3, x, w, options, where);
}

Value conv_transpose(Value x, Value w, const ConvOptions& o, Where where) {
  Spatial s("conv_transpose", x, -1, o.layout, where);
  check_weights(s, w);
  const bool last = o.layout == Layout::ChannelsLast;
  if (!last) { // [in, out / groups, spatial...] to [spatial..., in / groups, out]
    w = move_axis(move_axis(w, 0, w.rank() - 1), 0, w.rank() - 1);
    Dim each;
    if (o.groups > 1 && divide_exactly(w.shape()[s.count], Dim(o.groups), each))
      w = join_axis(move_axis(split_axis(w, s.count, o.groups), s.count, s.count + 1), s.count + 1);
  }
  const Axes sizes = sizes_of(s, w, 0), stride = s.list("stride", o.stride, 1),
             dilation = s.list("dilation", o.dilation, 1),
             more = s.list("output_padding", o.output_padding, 0);
  ConvSpec spec{{}, {}, {}, stride, dilation, o.groups, 1};
  const bool same = o.padding.kind == Padding::Kind::Same;
  s.pad(same ? Padding::valid() : o.padding, sizes, stride, dilation);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::int64_t reach = (sizes[i] - 1) * dilation[i];
    if (same) { // extent * stride results
      const std::int64_t all = reach + 1 - stride[i];
      s.lo[i] = std::max<std::int64_t>(all, 0) / 2, s.hi[i] = all - s.lo[i];
    }
    spec.lo.push_back(reach - s.lo[i]);
    spec.hi.push_back(reach - s.hi[i] + more[i]);
  }
  w = reverse(w, all_axes(s.count), where);
  return in_layout(conv_general(channels_last(x, o.layout), w, spec, where), o.layout);
}

} // namespace nngc
