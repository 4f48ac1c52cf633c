/// Rows under way at once: how far apart, and for which kernels.
#pragma once

#include "loop/loop_ir.h"

namespace nngc::loop {

/// Whether the phases of the nest's last parallel dim may run staggered, in one loop over the
/// elements: phase p then works on points that are p * stage_distance steps behind those of phase
/// 0.
[[nodiscard]] bool has_stages(const Kernel& kernel);
/// In steps. With two, what a point needs before its elements is made a step ahead.
[[nodiscard]] inline int stage_distance(const Kernel& kernel) { return kernel.rows >= 4 ? 2 : 1; }
/// Points that each phase works on in a step, side by side: so many that `rows` pieces of scratch
/// memory last from one phase to the next.
[[nodiscard]] inline int points_per_stage(const Kernel& kernel) {
  return kernel.rows / (2 * stage_distance(kernel));
}

} // namespace nngc::loop
