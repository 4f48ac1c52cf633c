/// The multiply-add limit of one core, measured in this process so that a ratio to it is fair.
#pragma once

namespace nngc::bench {

/// Runs independent fused multiply-adds in registers, as wide as this processor's vectors, for
/// about `seconds`; their f32 operations per second.
[[nodiscard]] double fma_roof(double seconds);

} // namespace nngc::bench
