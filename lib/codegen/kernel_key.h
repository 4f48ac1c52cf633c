/// When two kernels are the same function.
#pragma once

#include <string>

#include "loop/loop_ir.h"

namespace nngc::codegen {

/// Equal for kernels that differ in nothing but their names, notes and which buffers they touch:
/// their function reads the buffers' addresses from its context.
[[nodiscard]] std::string kernel_key(const loop::Entry& entry, const loop::Kernel& kernel);

} // namespace nngc::codegen
