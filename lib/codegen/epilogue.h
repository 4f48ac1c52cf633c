/// What follows a contraction's sums while they are in registers.
#pragma once

#include "codegen/frame.h"
#include "codegen/tile.h"

namespace nngc::codegen {

/// Where the tile stands; a mask per vector of columns, null for a whole one.
struct TilePlace {
  Value* row = nullptr;
  Value* column = nullptr;
  Values batch;
  Values masks;
};

/// Runs the kernel's body for every row and vector of the tile; `sums` are row after row.
void emit_epilogue(Frame& frame, const loop::Kernel& kernel, const Tile& tile,
                   const TilePlace& place, const Values& sums);

} // namespace nngc::codegen
