/// One row of A times a narrow matrix: rows of B that end within a vector are read as if B were one
/// long row, so that no lane is empty and no load is masked.
#pragma once

#include "codegen/frame.h"
#include "codegen/tile.h"

namespace nngc::codegen {

/// Whether the kernel is one, and its sums fit the target's registers.
[[nodiscard]] bool has_flat_rows(const TargetTraits& traits, const loop::Kernel& kernel, int lanes);

/// The chains' sums, chain after chain, over k in [0, whole), a multiple of the chains; `a` and `b`
/// are the addresses of the first elements. The same bits as row by row: a chain is a row of the
/// stretch that `chains` rows make.
[[nodiscard]] Values flat_sums(Frame& frame, const loop::Kernel& kernel, const Tile& tile, Value* a,
                               Value* b, Value* whole);

} // namespace nngc::codegen
