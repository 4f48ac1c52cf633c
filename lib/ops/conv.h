/// What conv_general says about its axes, for its rules and for lowering.
#pragma once

#include "ops/window.h"

namespace nngc {

struct ConvPlan {
  ConvPlan(const Attrs& attrs, const Shape& weights);
  int spatial = 0;
  std::int64_t feature_groups = 1, batch_groups = 1;
  std::vector<WindowAxis> axes; ///< of the spatial axes; the weights' extents are the sizes
};

[[nodiscard]] Attrs conv_attrs(const ConvSpec& spec, int spatial);
/// Axis `axis` as `groups` runs, then what lies in a run.
[[nodiscard]] Value split_axis(Value x, int axis, std::int64_t groups);
/// Axes `axis` and the next as one.
[[nodiscard]] Value join_axis(Value x, int axis);
/// Axis `from` moved to stand at `to`.
[[nodiscard]] Value move_axis(Value x, int from, int to);

} // namespace nngc
