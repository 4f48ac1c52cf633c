/// Loops and branches around bodies, written out in the entry that owns them.
#pragma once

#include <vector>

#include "codegen/frame.h"

namespace nngc::codegen {

/// `bodies`: the functions of the entry's bodies; `dims` and `parallel`: what they are handed.
void emit_control(Frame& frame, const loop::Control& control,
                  const std::vector<llvm::Function*>& bodies, Value* dims, Value* parallel);

} // namespace nngc::codegen
