/// The inner loop of a contraction: one register tile over all of k, then its epilogue.
#pragma once

#include "codegen/frame.h"
#include "codegen/tile.h"

namespace nngc::codegen {

/// Where a tile begins.
struct TileStart {
  Value *row = nullptr, *column = nullptr;
  Value* left = nullptr;   ///< so many columns exist from here on; null: all that the tile has
  Value* packed = nullptr; ///< the copy of B's columns, if the tile has one
  /// Asked for while k passes, `ahead_step` bytes further with each; null: nothing.
  Value *ahead = nullptr, *ahead_step = nullptr;
  Values batch;
};

/// Emits the tile where the builder stands. The last vector of its columns has `tail` lanes (0: all
/// of them).
void emit_tile(Frame& frame, const loop::Kernel& kernel, const Tile& tile, int tail,
               const TileStart& start);

/// The same as an internal function (context, packed B, row, column, columns left, batch
/// indices...). With `dynamic`, only `columns left` columns exist.
[[nodiscard]] llvm::Function* emit_microkernel(IrContext& ir, const loop::Entry& entry,
                                               const loop::Kernel& kernel, const Tile& tile,
                                               int tail, bool dynamic);

} // namespace nngc::codegen
