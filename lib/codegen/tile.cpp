#include "codegen/tile.h"

#include <algorithm>

#include "codegen/dependence.h"
#include "codegen/flat_rows.h"

namespace nngc::codegen {
namespace {

/// A panel of B that is read by tile after tile has to stay in L2.
constexpr std::int64_t most_packed_bytes = 512 * 1024;

/// Of all k together; symbolic if any is.
Dim all_steps(const loop::Kernel& kernel) {
  Dim steps = 1;
  for (std::size_t d = static_cast<std::size_t>(kernel.parallel); d < kernel.dims.size(); ++d) {
    if (!kernel.dims[d].extent.is_static()) return kernel.dims[d].extent;
    steps = steps * kernel.dims[d].extent;
  }
  return steps;
}

/// Whether rows of B begin anywhere in a cache line, so that nearly every whole vector crosses one,
/// which takes two reads; of half vectors three in eight do. With a single row there is one read
/// per product, and the reads are what takes the time.
bool crosses_lines(const loop::Kernel& kernel) {
  constexpr std::int64_t line = 64;
  const int k = kernel.parallel;
  const Dim row = stride_of(kernel.b.index, k);
  return static_cast<int>(kernel.dims.size()) == k + 1 &&
         stride_of(kernel.b.index, k - 1) == Dim(1) && row.is_static() &&
         row.value() * byte_size(kernel.operand_type) % line != 0;
}

} // namespace

Tile choose_tile(const TargetTraits& traits, const loop::Kernel& kernel) {
  const auto first_k = static_cast<std::size_t>(kernel.parallel);
  const Dim& rows = kernel.dims[first_k - 2].extent;
  const Dim& columns = kernel.dims[first_k - 1].extent;
  const Dim depth = all_steps(kernel);
  // Registers of 512 bits come as 32; narrower ones as 16. Beside the sums they hold a row of B's
  // vectors, a value of A and, without fma, a product.
  const bool wide = traits.vector_bits() >= 512;
  const int registers = (wide ? 32 : 16) - (traits.has_fma ? 1 : 2);
  Tile tile;
  tile.lanes = std::clamp(traits.vector_bits() / (8 * byte_size(kernel.acc_type)), 1, nest_lanes);
  // Half a vector is enough for half the columns, and its loads cross fewer lines.
  if (columns.is_static() && !has_flat_rows(traits, kernel, tile.lanes))
    while (tile.lanes > 4 && columns.value() * 2 <= tile.lanes) tile.lanes /= 2;
  const std::int64_t vectors =
      columns.is_static()
          ? std::max<std::int64_t>((columns.value() + tile.lanes - 1) / tile.lanes, 1)
          : 1 << 20;
  // With one row or few, width alone has to hide the latency of the sums.
  std::int64_t width = wide ? 4 : 2;
  if (rows.is_static() && rows.value() < 4)
    width = (wide ? 16 : 8) / std::max<std::int64_t>(rows.value(), 1);
  tile.halves = wide && rows == Dim(1) && columns.is_static() && kernel.scratch < 0 &&
                byte_size(kernel.acc_type) == 4 && tile.lanes == nest_lanes && vectors > 1 &&
                kernel.chains * vectors <= 12 && kernel.operand_type == kernel.acc_type &&
                crosses_lines(kernel);
  const Dim stride = stride_of(kernel.b.index, static_cast<int>(kernel.dims.size()) - 1);
  const bool aliased = stride.is_static() && stride.value() % 512 == 0;
  // Where B's columns do not stay in L1, tall tiles read them less often; but not where the rows of
  // B lie a power of two apart and would share cache sets.
  tile.packed = kernel.scratch >= 0;
  const auto panel_bytes = [&] {
    return depth.value() * width * tile.lanes * byte_size(kernel.operand_type);
  };
  if (wide && vectors >= 2 && rows.is_static() && rows.value() >= 28 && depth.is_static() &&
      (tile.packed ? panel_bytes() > most_packed_bytes : depth.value() > 256 && !aliased)) {
    width = 2;
  }
  // Panels of equal width, so that the last one is not thin.
  const std::int64_t panels = (vectors + width - 1) / width;
  tile.vectors = static_cast<int>(std::min(width, (vectors + panels - 1) / panels));
  tile.rows = std::clamp(registers / tile.vectors - 1, 1, wide ? 16 : 8);
  // One height of tiles is one function less to compile. It costs reads of B, which are cheap from
  // L1, and where the tiles are few.
  if (rows.is_static() && depth.is_static() && !tile.packed && rows.value() >= 16 &&
      (depth.value() <= 256 || rows.value() <= 128))
    for (int fewer = tile.rows; fewer * tile.vectors >= (wide ? 16 : 8); --fewer)
      if (rows.value() % fewer == 0) {
        tile.rows = fewer;
        break;
      }
  // A batch that is known only at run time: few rows remain after tiles of four.
  if (!rows.is_static()) tile.rows = std::min(tile.rows, tile.vectors >= 3 ? 4 : 8);
  return tile;
}

} // namespace nngc::codegen
