/// Results that no cache can hold are stored around the caches: a store through them would read
/// each line first, a third of the traffic of an elementwise kernel.
#pragma once

#include <vector>

#include "codegen/frame.h"

namespace nngc::codegen {

/// A buffer of so many bytes lies in no cache.
inline constexpr std::int64_t beyond_caches = std::int64_t{64} << 20;

/// The buffers that a nest only writes, of a size known to be beyond caches, at places that are
/// multiples of 64 bytes if the buffer is.
[[nodiscard]] std::vector<int> stored_past_caches(const loop::Entry& entry,
                                                  const loop::Kernel& kernel);
/// Whether they all are.
[[nodiscard]] Value* all_aligned(Frame& frame, const std::vector<int>& buffers);
/// Orders such stores before all that follows.
void emit_fence(IrContext& ir);

} // namespace nngc::codegen
