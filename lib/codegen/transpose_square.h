/// A square of 16 x 16 elements transposed in registers: functions that all transposes of a module
/// share, as each is long.
#pragma once

#include "codegen/ir_context.h"

namespace nngc::codegen {

inline constexpr int square_side = nest_lanes;

/// void (ptr from, i64 stride, ptr to, i64 stride), strides in elements of the integer type: what
/// lies side by side in a row of `from` lies below each other in `to`.
[[nodiscard]] llvm::Function* whole_square(IrContext& ir, Type* element);
/// The same with (..., i64 columns, i64 rows): so much of `from` exists. For targets that mask
/// loads and stores.
[[nodiscard]] llvm::Function* part_of_square(IrContext& ir, Type* element);

} // namespace nngc::codegen
