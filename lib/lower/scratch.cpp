// Where contractions may copy columns of B together before they read them.
#include <algorithm>

#include "lower/plan.h"

namespace nngc::lower_detail {

namespace {

std::int64_t stride_in(const loop::Affine& index, int dim) {
  for (const loop::Affine::Term& term : index.terms)
    if (term.dim == dim) return term.stride.is_static() ? term.stride.value() : -1;
  return 0;
}

} // namespace

// Rows of B that lie a multiple of 2 KB apart share cache sets, and each has a page of its own: a
// copy pays where the rows are many and so are the tiles that read it. Blocks must be panels of
// columns, or each would make the whole copy again.
std::int64_t scratch_elements(const loop::Kernel& kernel) {
  constexpr std::int64_t fewest_rows = 32, fewest_columns = 256, fewest_depth = 512,
                         most_depth = 8192, set_bytes = 2048;
  if (kernel.kind != loop::KernelKind::Contraction || kernel.parallel != 2 ||
      kernel.dims.size() != 3)
    return 0;
  const Dim &m = kernel.dims[0].extent, &n = kernel.dims[1].extent, &k = kernel.dims[2].extent;
  if (!m.is_static() || !n.is_static() || !k.is_static()) return 0;
  if (m.value() < fewest_rows || n.value() < fewest_columns || k.value() < fewest_depth ||
      k.value() > most_depth)
    return 0;
  const std::int64_t row_bytes = stride_in(kernel.b.index, 2) * byte_size(kernel.operand_type);
  if (row_bytes <= 0 || row_bytes % set_bytes != 0 || stride_in(kernel.b.index, 1) != 1) return 0;
  return k.value() * std::min<std::int64_t>(n.value() + 64, 64 * loop::most_blocks);
}

} // namespace nngc::lower_detail
