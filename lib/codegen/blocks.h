/// How a kernel's work is cut into blocks that may run on different threads: fixed by its extents
/// alone.
#pragma once

#include "codegen/frame.h"

namespace nngc::codegen {

/// A parallel dim cut into `count` chunks of `chunk` indices, the last one shorter.
struct NestBlocks {
  int dim = -1; ///< -1: one block
  Value* count = nullptr;
  Value* chunk = nullptr;
};
[[nodiscard]] NestBlocks nest_blocks(Frame& frame, const loop::Kernel& kernel);

/// How many blocks a kernel has, of either kind; at least 1.
[[nodiscard]] Value* block_count(Frame& frame, const loop::Kernel& kernel);
/// About how many scalar operations the kernel runs.
[[nodiscard]] Value* work(Frame& frame, const loop::Kernel& kernel);

} // namespace nngc::codegen
