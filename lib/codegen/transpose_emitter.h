/// A copy that transposes, by squares of 16 x 16 elements in registers.
#pragma once

#include "codegen/frame.h"

namespace nngc::codegen {

/// Whether the kernel is one: a nest that loads one element and stores it, where the elements
/// stored lie side by side along its lanes and those loaded along another parallel dim.
[[nodiscard]] bool is_transpose(const loop::Kernel& kernel);

/// Blocks [begin, end) of such a kernel, where the builder stands.
void emit_transpose(Frame& frame, const loop::Kernel& kernel, Value* begin, Value* end);

} // namespace nngc::codegen
