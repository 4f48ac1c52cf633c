/// The register tile of a contraction: how many rows and vectors of the output stay in registers.
#pragma once

#include "codegen/ir_context.h"
#include "loop/loop_ir.h"

namespace nngc::codegen {

struct Tile {
  int lanes = 1;       ///< of one vector of the accumulator's type
  int rows = 1;        ///< of a tile
  int vectors = 1;     ///< of a tile: it has lanes * vectors columns
  bool packed = false; ///< columns of B are copied to the scratch buffer before they are used
  bool packs = false;  ///< this tile makes that copy of what it reads
  bool halves = false; ///< B is read half a vector at a time
};

/// Chosen from the shape and the target's registers. How an output is summed is the kernel's to
/// say, so the choice does not change a bit of any result.
[[nodiscard]] Tile choose_tile(const TargetTraits& traits, const loop::Kernel& kernel);

} // namespace nngc::codegen
