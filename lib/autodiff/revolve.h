/// Where to put snapshots so that the steps of a loop are computed again as seldom as may be.
/// Source: A. Griewank, A. Walther, "Algorithm 799: revolve", ACM TOMS 26 (2000).
#pragma once

#include "nngc/ops.h"

namespace nngc {

/// Of `steps` steps to be reversed, i32 >= 2, before the first of which stands one of `slots`
/// snapshots, i32 >= 2, the others free: how many to go on before the next snapshot, i32 in
/// [1, steps).
[[nodiscard]] Value revolve_distance(Value steps, Value slots);

} // namespace nngc
