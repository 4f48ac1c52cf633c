/// The inner loop of a contraction: one register tile over all of k, then its epilogue.
#pragma once

#include "codegen/tile.h"

namespace nngc::codegen {

/// An internal function (context, packed B, row, column, columns left, batch indices...). The last
/// vector of its columns has `tail` lanes (0: all of them); with `dynamic`, only `columns left`
/// columns exist at all.
[[nodiscard]] llvm::Function* emit_microkernel(IrContext& ir, const loop::Entry& entry,
                                               const loop::Kernel& kernel, const Tile& tile,
                                               int tail, bool dynamic);

} // namespace nngc::codegen
