/// Op::Load, LoadAt, Store, StoreAt, AddAt and the like on lanes: which of LLVM's loads and stores
/// each becomes.
#pragma once

#include "codegen/instr_emitter.h"

namespace nngc::codegen {

/// Where an instruction finds its elements: lane i at address + (offset + i * stride) elements,
/// where `condition` is true and lane i is not masked. Offset, condition and mask may be null;
/// offset and condition may be the same for all lanes.
struct Place {
  DType dtype = DType::F32;
  Value* address = nullptr;
  Value* stride = nullptr; ///< null for one lane
  Value* offset = nullptr;
  Value* condition = nullptr;
  Value* mask = nullptr;
  int lanes = 1;
  bool past_caches = false; ///< a store of whole registers may go past the caches
};

[[nodiscard]] Value* load_place(IrContext& ir, const Place& place);
/// Any effect: stores, or joins the value with what is there, lane after lane, so that equal
/// addresses all count.
void put_place(IrContext& ir, const Place& place, loop::Op effect, Value* value);

} // namespace nngc::codegen
