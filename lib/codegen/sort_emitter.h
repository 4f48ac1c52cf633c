/// The kernel that puts rows in order: a merge sort in scratch memory. What moves is one integer
/// per element, its key above its position, so no two are equal and any order of comparisons is
/// stable.
#pragma once

#include "codegen/frame.h"

namespace nngc::codegen {

/// Blocks [begin, end) of such a kernel, where the builder stands.
void emit_sort(Frame& frame, const loop::Kernel& kernel, Value* begin, Value* end);

} // namespace nngc::codegen
