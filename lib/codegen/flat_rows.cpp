#include "codegen/flat_rows.h"

#include "codegen/dependence.h"
#include "codegen/instr_emitter.h"
#include "codegen/memory.h"

namespace nngc::codegen {

bool has_flat_rows(const TargetTraits& traits, const loop::Kernel& kernel, int lanes) {
  const std::size_t rank = kernel.dims.size();
  const int k = static_cast<int>(rank) - 1;
  if (k != kernel.parallel) return false;
  const Dim& rows = kernel.dims[rank - 3].extent;
  const Dim& columns = kernel.dims[rank - 2].extent;
  if (!rows.is_static() || rows.value() != 1 || !columns.is_static() || kernel.scratch >= 0 ||
      kernel.operand_type != kernel.acc_type || columns.value() >= lanes)
    return false;
  const std::int64_t stretch = kernel.chains * columns.value();
  const std::int64_t most = traits.vector_bits() >= 512 ? 24 : 12; // registers for sums
  return kernel.chains > 1 && stretch % lanes == 0 && stretch / lanes <= most &&
         stride_of(kernel.a.index, k) == Dim(1) && stride_of(kernel.b.index, k - 1) == Dim(1) &&
         stride_of(kernel.b.index, k) == columns;
}

Values flat_sums(Frame& frame, const loop::Kernel& kernel, const Tile& tile, Value* a, Value* b,
                 Value* whole) {
  IrContext& ir = frame.ir();
  auto& builder = ir.builder;
  const auto columns = static_cast<int>(kernel.dims[kernel.dims.size() - 2].extent.value());
  const int lanes = tile.lanes, chains = kernel.chains;
  const int vectors = chains * columns / lanes;
  Type* type = with_lanes(register_type(ir, kernel.acc_type), lanes);
  Values sums(static_cast<std::size_t>(vectors), llvm::Constant::getNullValue(type));
  sums =
      emit_loop(ir, ir.i64(0), whole, chains, std::move(sums), [&](Value* k, const Values& state) {
        Value* rows = load_lanes(ir, kernel.operand_type, element(ir, kernel.operand_type, a, k),
                                 ir.i64(1), chains, nullptr);
        Value* from = element(ir, kernel.operand_type, b, scaled(ir, k, ir.i64(columns)));
        Values next;
        for (int v = 0; v < vectors; ++v) {
          llvm::SmallVector<int, 16> row_of_lane;
          for (int lane = 0; lane < lanes; ++lane)
            row_of_lane.push_back((v * lanes + lane) / columns);
          Value* x = builder.CreateShuffleVector(rows, row_of_lane);
          Value* y = load_lanes(
              ir, kernel.operand_type,
              element(ir, kernel.operand_type, from, ir.i64(static_cast<std::int64_t>(v) * lanes)),
              ir.i64(1), lanes, nullptr);
          next.push_back(
              multiply_add(ir, kernel.acc_type, x, y, state[static_cast<std::size_t>(v)]));
        }
        return next;
      });
  // Chain c has the elements from c * columns on, in one vector or two.
  Values result;
  for (int chain = 0; chain < chains; ++chain) {
    const int first = chain * columns / lanes;
    const int last = std::min(first + 1, vectors - 1);
    llvm::SmallVector<int, 16> from;
    for (int lane = 0; lane < lanes; ++lane)
      from.push_back(lane < columns ? chain * columns + lane - first * lanes : -1);
    result.push_back(builder.CreateShuffleVector(sums[static_cast<std::size_t>(first)],
                                                 sums[static_cast<std::size_t>(last)], from));
  }
  return result;
}

} // namespace nngc::codegen
