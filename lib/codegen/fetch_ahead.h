/// Rows that come from memory are asked for well before they are read: while a phase computes, or
/// waits for a sum, memory would rest.
#pragma once

#include <vector>

#include "codegen/frame.h"

namespace nngc::codegen {

/// Inputs of a size known to be beyond caches that more than one phase of a nest reduces or maps,
/// element by element.
[[nodiscard]] std::vector<int> read_from_memory(const loop::Entry& entry,
                                                const loop::Kernel& kernel);
/// Asks for what lies as far behind the register of `lanes` at `address` as memory is away.
void fetch_ahead(IrContext& ir, DType dtype, Value* address, int lanes);

} // namespace nngc::codegen
