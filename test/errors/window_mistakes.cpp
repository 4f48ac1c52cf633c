// Mistakes with windows, convolutions and pooling, each at its own line.
#include "nngc/windows.h"
#include "test/errors/catalogue.h"

namespace nngc::test {

using Kind = Error::Kind;

namespace {

/// x[1,4,4,c] of f32, and weights.
Value image(Ground& w, Dim channels = 2) { return full(w.g, f32({1, 4, 4, channels}), 1); }
Value weights(Ground& w, Shape shape) { return full(w.g, f32(std::move(shape)), 1); }
Value symbolic(Ground& w) { return broadcast_to(w.g.scalar(DType::F32, 1), {1, w.batch, 4, 2}); }

} // namespace

// clang-format off: one line a mistake, however long; its place is that line
std::vector<Mistake> window_mistakes() {
  const std::string conv = "lib/ops/conv_general.cpp", reduce = "lib/ops/reduce_window.cpp", arg = "lib/ops/arg_window.cpp";
  const std::string spatial = "lib/ops/composite/spatial.cpp", convolution = "lib/ops/composite/convolution.cpp";
  return {
      mistake("lib/ops/window.cpp", Kind::Attribute, "reduce_window: sizes, strides and dilations must be at least 1: operands f32[2,3]", [](Ground& w) { window_sum(w.a, {.dims = {0, 1}}); }),
      mistake("lib/ops/window.cpp", Kind::Attribute, "windows: sizes, strides and dilations must be at least 1: operands f32[2,3]", [](Ground& w) { windows(w.a, {1, 1}, {1, 0}); }),
      mistake("lib/ops/window.cpp", Kind::Attribute, "conv_general: sizes, strides and dilations must be at least 1: operands f32[1,4,4,2], f32[2,2,2,3]", [](Ground& w) { conv_general(image(w), weights(w, {2, 2, 2, 3}), {.rhs_dilation = {1, -1}}); }),
      mistake("lib/ops/window.cpp", Kind::Unsupported, "reduce_window: the stride 2 does not divide the symbolic extent batch-1: operands f32[batch,3]", [](Ground& w) { window_max(w.x, {.dims = {2, 1}, .strides = {2, 1}}); }),
      mistake("lib/ops/axes.cpp", Kind::Attribute, "reduce_window: 'dims' has 1 entries for rank 2: operands f32[2,3]", [](Ground& w) { window_sum(w.a, {.dims = {1}}); }),
      mistake("lib/ops/axes.cpp", Kind::Attribute, "windows: 'strides' has 3 entries for rank 2: operands f32[2,3]", [](Ground& w) { windows(w.a, {1, 1}, {1, 1, 1}); }),
      mistake("lib/ops/axes.cpp", Kind::Attribute, "conv_general: 'lo' has 1 entries for rank 2: operands f32[1,4,4,2], f32[2,2,2,3]", [](Ground& w) { conv_general(image(w), weights(w, {2, 2, 2, 3}), {.lo = {1}}); }),
      mistake("lib/ops/axes.cpp", Kind::Graph, "reduce_window: an operand is an empty Value", [](Ground& w) { window_max(w.none, {}); }),
      mistake("lib/ops/axes.cpp", Kind::Graph, "conv2d: an operand is an empty Value", [](Ground& w) { conv2d(image(w), w.none); }),
      mistake(reduce, Kind::Type, "reduce_window: needs numbers, not bools: operands bool[2,3]", [](Ground& w) { window_sum(w.p, {}); }),
      mistake(arg, Kind::Type, "arg_window: needs numbers, not bools: operands bool[2,3]", [](Ground& w) { window_argmax(w.p, {}); }),
      mistake(arg, Kind::Unsupported, "arg_window: there are more elements than an i32 can count: operands f32[3000000000]", [](Ground& w) { window_argmin(iota(w.g, f32({3000000000})), {}); }),

      mistake(conv, Kind::Type, "conv_general: dtypes differ; convert one: operands f32[1,4,4,2], f64[1,1,2,3]", [](Ground& w) { conv_general(image(w), full(w.g, f64({1, 1, 2, 3}), 0)); }),
      mistake(conv, Kind::Type, "conv_general: multiplies numbers, not bools: operands bool[1,4,2], bool[1,2,3]", [](Ground& w) { conv_general(full(w.g, boolean({1, 4, 2}), 0), full(w.g, boolean({1, 2, 3}), 0)); }),
      mistake(conv, Kind::Shape, "conv_general: needs x[batch, spatial..., in] and w[spatial..., in, out]: operands f32[2,3], f32[3,2]", [](Ground& w) { conv_general(w.a, w.tall); }),
      mistake(conv, Kind::Shape, "conv_general: needs x[batch, spatial..., in] and w[spatial..., in, out]: operands f32[1,4,4,2], f32[2,2,3]", [](Ground& w) { conv_general(image(w), weights(w, {2, 2, 3})); }),
      mistake(conv, Kind::Unsupported, "conv_general: spatial extents must be static: operands f32[1,batch,4,2], f32[2,2,2,3]", [](Ground& w) { conv_general(symbolic(w), weights(w, {2, 2, 2, 3})); }),
      mistake(conv, Kind::Attribute, "conv_general: one kind of groups, at least 1 of them: operands f32[1,4,4,2], f32[2,2,2,3]", [](Ground& w) { conv_general(image(w), weights(w, {2, 2, 2, 3}), {.feature_groups = 0}); }),
      mistake(conv, Kind::Attribute, "conv_general: one kind of groups, at least 1 of them: operands f32[1,4,4,2], f32[2,2,1,4]", [](Ground& w) { conv_general(image(w), weights(w, {2, 2, 1, 4}), {.feature_groups = 2, .batch_groups = 2}); }),
      mistake(conv, Kind::Shape, "conv_general: w takes 3 channels, a group of x has 2: operands f32[1,4,4,2], f32[2,2,3,3]", [](Ground& w) { conv_general(image(w), weights(w, {2, 2, 3, 3})); }),
      mistake(conv, Kind::Shape, "conv_general: the channels 3 cannot be split into 2 groups: operands f32[1,4,4,3], f32[2,2,1,2]", [](Ground& w) { conv_general(image(w, 3), weights(w, {2, 2, 1, 2}), {.feature_groups = 2}); }),
      mistake(conv, Kind::Shape, "conv_general: the output channels 3 cannot be split into 2 groups: operands f32[1,4,4,2], f32[2,2,1,3]", [](Ground& w) { conv_general(image(w), weights(w, {2, 2, 1, 3}), {.feature_groups = 2}); }),
      mistake(conv, Kind::Shape, "conv_general: the batch 1 cannot be split into 2 groups: operands f32[1,4,4,2], f32[2,2,2,2]", [](Ground& w) { conv_general(image(w), weights(w, {2, 2, 2, 2}), {.batch_groups = 2}); }),

      mistake(spatial, Kind::Shape, "conv1d: needs a batch, channels and 1 spatial axes: f32[1,4,4,2]", [](Ground& w) { conv1d(image(w), weights(w, {2, 2, 3})); }),
      mistake(spatial, Kind::Shape, "max_pool: needs a batch, channels and spatial axes: f32[2,3]", [](Ground& w) { max_pool(w.a, {2}); }),
      mistake(spatial, Kind::Attribute, "conv2d: 'stride' has 1 entries for 2 spatial axes: f32[1,4,4,2]", [](Ground& w) { conv2d(image(w), weights(w, {2, 2, 2, 3}), {.stride = {2}}); }),
      mistake(spatial, Kind::Attribute, "avg_pool: 'size' has 3 entries for 2 spatial axes: f32[1,4,4,2]", [](Ground& w) { avg_pool(image(w), {2, 2, 2}); }),
      mistake(spatial, Kind::Attribute, "conv_transpose: 'output_padding' has 1 entries for 2 spatial axes: f32[1,4,4,2]", [](Ground& w) { conv_transpose(image(w), weights(w, {2, 2, 2, 3}), {.output_padding = {1}}); }),
      mistake(spatial, Kind::Unsupported, "max_pool: 'same' padding of a symbolic extent: f32[1,batch,4,2]", [](Ground& w) { max_pool(symbolic(w), {2, 2}, {.padding = Padding::same()}); }),
      mistake("lib/ops/composite/pooling.cpp", Kind::Attribute, "max_pool: needs a size per spatial axis: f32[1,4,4,2]", [](Ground& w) { max_pool(image(w), {}); }),
      mistake("lib/ops/composite/composite.cpp", Kind::Type, "avg_pool: needs floats: i32[2,3]", [](Ground& w) { avg_pool(w.i, {2}); }),
      mistake(convolution, Kind::Shape, "conv2d: the weights f32[2,2,3] have not the rank of f32[1,4,4,2]", [](Ground& w) { conv2d(image(w), weights(w, {2, 2, 3})); }),
      mistake(convolution, Kind::Unsupported, "conv2d: the weights' spatial extents must be static: f32[1,batch,4,2]", [](Ground& w) { conv2d(image(w), symbolic(w)); }),
  };
}
// clang-format on

} // namespace nngc::test
