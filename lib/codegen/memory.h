/// Loads and stores of lanes between memory and registers.
#pragma once

#include "codegen/ir_context.h"

namespace nngc::codegen {

/// The value in memory form as a value to compute with, and back.
[[nodiscard]] Value* to_register(IrContext& ir, DType dtype, Value* memory);
[[nodiscard]] Value* to_memory(IrContext& ir, DType dtype, Value* value);
/// The value rounded to the dtype; only 16-bit floats, which registers hold as floats, change.
[[nodiscard]] Value* rounded(IrContext& ir, DType dtype, Value* value);

/// Whether elements so far apart are known to be neighbours.
[[nodiscard]] bool is_one(const Value* stride);
/// Elements at address, address + stride, ... of as many lanes; lanes outside the mask (null: none)
/// touch no memory and are 0.
[[nodiscard]] Value* load_lanes(IrContext& ir, DType dtype, Value* address, Value* stride,
                                int lanes, Value* mask);
/// `past_caches`: the address is a multiple of 64, and nobody reads it soon.
void store_lanes(IrContext& ir, DType dtype, Value* address, Value* stride, Value* value,
                 Value* mask, bool past_caches = false);
/// Elements at address + offsets[lane]. A scalar offset, value and mask mean one element.
[[nodiscard]] Value* load_offsets(IrContext& ir, DType dtype, Value* address, Value* offsets,
                                  Value* mask);
void store_offsets(IrContext& ir, DType dtype, Value* address, Value* offsets, Value* value,
                   Value* mask);

} // namespace nngc::codegen
