/// Windows that slide over tensors: pooling and convolution. Functions behave as those of ops.h:
/// they append to their operands' graph and throw at the caller's line.
#pragma once

#include "nngc/ops.h"

namespace nngc {

// ---- primitives ----
/// Where windows lie, one number per axis of the operand; empty lists mean 1, or 0 for lo and hi.
struct Window {
  Axes dims;            ///< elements of a window
  Axes strides;         ///< from one window to the next
  Axes lo, hi;          ///< padding; negative: elements cut off
  Axes base_dilation;   ///< neighbours of the operand lie so far apart
  Axes window_dilation; ///< neighbours within a window lie so far apart
};
/// What lies in each window, combined; padding counts for nothing.
Value window_sum(Value x, const Window& window, Where where = Where::current());
Value window_max(Value x, const Window& window, Where where = Where::current());
Value window_min(Value x, const Window& window, Where where = Where::current());
/// i32 row-major number in x of each window's first extreme element (NaN counts as extreme), -1
/// where there is none.
Value window_argmax(Value x, const Window& window, Where where = Where::current());
Value window_argmin(Value x, const Window& window, Where where = Where::current());
/// The windows themselves: result[w..., o...] = x[o * stride + w * dilation] along each axis.
Value windows(Value x, Axes dims, Axes strides = {}, Axes dilation = {},
              Where where = Where::current());

/// What conv_general takes, one number per spatial axis; empty lists mean 1, or 0 for lo and hi.
struct ConvSpec {
  Axes strides;
  Axes lo, hi;       ///< padding by zeros; negative: elements cut off
  Axes lhs_dilation; ///< neighbours of x lie so far apart
  Axes rhs_dilation; ///< neighbours of the weights lie so far apart
  std::int64_t feature_groups = 1, batch_groups = 1;
};
/// Cross-correlation of x[batch, spatial..., channels] with w[spatial..., channels /
/// feature_groups, out]: [batch / batch_groups, spatial..., out]. Groups are runs of channels of x
/// (or of its batch) that each meet one run of w's output channels.
Value conv_general(Value x, Value w, const ConvSpec& spec = {}, Where where = Where::current());

// ---- composites ----
enum class Layout : std::uint8_t {
  ChannelsLast, ///< x[batch, spatial..., channels], weights [spatial..., in / groups, out]
  ChannelsFirst ///< x[batch, channels, spatial...], weights [out, in / groups, spatial...]
};
/// Padding of the spatial axes: none, so much that there are ceil(extent / stride) windows (where
/// it is odd, one more at the end), or as written.
struct Padding {
  enum class Kind : std::uint8_t { Valid, Same, Explicit };
  Kind kind = Kind::Valid;
  Axes lo, hi; ///< Explicit
  static Padding valid() { return {}; }
  static Padding same() { return {Kind::Same, {}, {}}; }
  static Padding of(Axes both) { return {Kind::Explicit, both, both}; }
  static Padding of(Axes lo, Axes hi) { return {Kind::Explicit, std::move(lo), std::move(hi)}; }
};
struct ConvOptions {
  Axes stride = {}; ///< per spatial axis; empty: 1
  Padding padding = {};
  Axes dilation = {};      ///< of the weights
  std::int64_t groups = 1; ///< as many as channels: depthwise
  Layout layout = Layout::ChannelsLast;
  Axes output_padding = {}; ///< conv_transpose only: so much is added at the end
};
/// One, two and three spatial axes.
Value conv1d(Value x, Value w, const ConvOptions& options = {}, Where where = Where::current());
Value conv2d(Value x, Value w, const ConvOptions& options = {}, Where where = Where::current());
Value conv3d(Value x, Value w, const ConvOptions& options = {}, Where where = Where::current());
/// The transpose of a convolution: element i of x adds x[i] w[k] at i * stride + k * dilation - lo.
/// Any number of spatial axes; weights [spatial..., in / groups, out], or [in, out / groups,
/// spatial...] with channels first.
Value conv_transpose(Value x, Value w, const ConvOptions& options = {},
                     Where where = Where::current());
struct PoolOptions {
  Axes stride = {}; ///< empty: the window's size
  Padding padding = {};
  Layout layout = Layout::ChannelsLast;
  bool count_include_pad = false; ///< avg_pool: divide by the window's size at the border, too
};
/// `size` per spatial axis. Padding is never the maximum, whatever its sign.
Value max_pool(Value x, Axes size, const PoolOptions& options = {}, Where where = Where::current());
Value avg_pool(Value x, Axes size, const PoolOptions& options = {}, Where where = Where::current());
/// [batch, channels]: over all spatial axes.
Value global_max_pool(Value x, Layout layout = Layout::ChannelsLast,
                      Where where = Where::current());
Value global_avg_pool(Value x, Layout layout = Layout::ChannelsLast,
                      Where where = Where::current());

} // namespace nngc
