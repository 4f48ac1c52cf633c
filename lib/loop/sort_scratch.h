/// The scratch memory of a sort: a piece for each block that there can be.
#pragma once

#include <algorithm>

#include "loop/loop_ir.h"

namespace nngc::loop {

/// In 64-bit words. Few rows make few blocks.
[[nodiscard]] inline Dim sort_scratch_words(const Kernel& kernel) {
  std::int64_t blocks = 1;
  for (int d = 0; d < kernel.parallel && blocks < most_blocks; ++d) {
    const Dim& extent = kernel.dims[static_cast<std::size_t>(d)].extent;
    blocks *=
        extent.is_static() ? std::clamp(extent.value(), std::int64_t{1}, most_blocks) : most_blocks;
  }
  return sort_words(kernel) * Dim(std::min(blocks, most_blocks));
}

} // namespace nngc::loop
