/// Reading and writing elements by number. Part of nngc/ops.h, whose rules hold here too.
#pragma once

#include <cstdint>
#include <vector>

#include "nngc/graph.h"

namespace nngc {

using Axes = std::vector<std::int64_t>; ///< negative axes count from the end

enum class IndexMode : std::uint8_t {
  Fill,
  Clip,
  Promise
}; ///< out of range: zero / nearest / never happens
/// Rows of x along `axis`: result = x.shape[:axis] + indices.shape + x.shape[axis+1:]. indices: any
/// int.
Value gather(Value x, Value indices, int axis = 0, IndexMode mode = IndexMode::Fill,
             Where where = Where::current());
/// x with updates added at rows `indices` along `axis` (updates shaped as gather's result);
/// duplicates accumulate in row-major order. Fill: out-of-range updates are dropped.
Value scatter_add(Value x, Value indices, Value updates, int axis = 0,
                  IndexMode mode = IndexMode::Fill, Where where = Where::current());

} // namespace nngc
