/// What broadcast_in_dim's rule and whoever follows its axes share.
#pragma once

#include "ops/axes.h"

namespace nngc {

/// The axes of `to` along which a broadcast from `from`, whose axis i becomes axis dims[i],
/// repeats.
[[nodiscard]] Axes repeated_axes(const Axes& dims, const Shape& from, const Shape& to);

} // namespace nngc
