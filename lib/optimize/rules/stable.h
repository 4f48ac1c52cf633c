/// What stabilising rules look for.
#pragma once

#include "optimize/rule.h"

namespace nngc {

/// Whether x is at most 0 by construction, or had its greatest element taken off: what a stable
/// form looks like inside, and the reason why no rule fires twice.
[[nodiscard]] bool is_tame(Value x);
/// A sum of floats along axes.
[[nodiscard]] bool is_float_sum(Value v);
/// The x of sum(exp(x)) if x is not tame.
[[nodiscard]] Value wild_exponent_of_sum(Value v);

} // namespace nngc
