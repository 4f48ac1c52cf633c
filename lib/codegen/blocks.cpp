#include "codegen/blocks.h"

#include "codegen/contraction_emitter.h"
#include "codegen/dependence.h"

namespace nngc::codegen {
namespace {

using loop::most_blocks;
/// About what one element of a sort costs, in scalar operations.
constexpr std::int64_t sort_weight = 64;
/// Chunks of the lane dim are whole multiples of the widest unrolled step.
constexpr std::int64_t lane_granule = 256;

int block_dim(const loop::Kernel& kernel) {
  if (kernel.serial) return -1;
  int best = -1;
  std::int64_t best_extent = 1;
  for (int d = 0; d < kernel.parallel; ++d) {
    const Dim& extent = kernel.dims[static_cast<std::size_t>(d)].extent;
    // An outer dim with enough indices is best; a symbolic one counts as such.
    if (!extent.is_static() || extent.value() >= most_blocks) return d;
    if (extent.value() > best_extent) {
      best = d;
      best_extent = extent.value();
    }
  }
  return best;
}

} // namespace

NestBlocks nest_blocks(Frame& frame, const loop::Kernel& kernel) {
  IrContext& ir = frame.ir();
  NestBlocks blocks;
  blocks.dim = block_dim(kernel);
  if (blocks.dim < 0) {
    blocks.count = ir.i64(1);
    return blocks;
  }
  Value* extent = frame.dim(kernel.dims[static_cast<std::size_t>(blocks.dim)].extent);
  const std::int64_t granule = blocks.dim == kernel.lane ? lane_granule : 1;
  frame.at_start([&] {
    Value* granules = ceil_divide(ir, extent, ir.i64(granule));
    Value* each = larger(ir, ceil_divide(ir, granules, ir.i64(most_blocks)), ir.i64(1));
    blocks.chunk = scaled(ir, each, ir.i64(granule));
    blocks.count = larger(ir, ceil_divide(ir, extent, blocks.chunk), ir.i64(1));
    return blocks.count;
  });
  return blocks;
}

Value* block_count(Frame& frame, const loop::Kernel& kernel) {
  if (kernel.kind == loop::KernelKind::Contraction) return contraction_blocks(frame, kernel);
  return nest_blocks(frame, kernel).count;
}

Value* work(Frame& frame, const loop::Kernel& kernel) {
  IrContext& ir = frame.ir();
  Value* outer = ir.i64(1);
  Value* inner = ir.i64(1);
  for (std::size_t d = 0; d < kernel.dims.size(); ++d) {
    Value*& product = static_cast<int>(d) < kernel.parallel ? outer : inner;
    product = scaled(ir, product, frame.dim(kernel.dims[d].extent));
  }
  Value* points = scaled(ir, outer, inner);
  if (kernel.kind == loop::KernelKind::Contraction) {
    std::int64_t epilogue = 0;
    for (const loop::Phase& phase : kernel.phases) epilogue += weight(phase.body);
    return ir.builder.CreateAdd(scaled(ir, points, ir.i64(2)), scaled(ir, outer, ir.i64(epilogue)));
  }
  if (kernel.kind == loop::KernelKind::Sort) return scaled(ir, points, ir.i64(sort_weight));
  std::int64_t deep = 0, flat = 0;
  for (const loop::Phase& phase : kernel.phases) (phase.loops ? deep : flat) += weight(phase.body);
  return ir.builder.CreateAdd(scaled(ir, points, ir.i64(deep)), scaled(ir, outer, ir.i64(flat)));
}

} // namespace nngc::codegen
