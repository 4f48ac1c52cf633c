/// Rows under way at once: how far apart, and for which kernels.
#pragma once

#include "loop/loop_ir.h"

namespace nngc::loop {

/// Whether the phases of the nest's last parallel dim may run staggered, in one loop over the
/// elements: phase p then works on a point that is p * stage_distance behind that of phase 0.
[[nodiscard]] bool has_stages(const Kernel& kernel);
/// In points. So many that `rows` pieces of scratch memory last from one phase to the next.
[[nodiscard]] inline int stage_distance(const Kernel& kernel) { return kernel.rows / 2; }

} // namespace nngc::loop
