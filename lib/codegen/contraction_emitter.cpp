#include "codegen/contraction_emitter.h"

#include "codegen/blocks.h"
#include "codegen/dependence.h"
#include "codegen/memory.h"
#include "codegen/microkernel.h"

namespace nngc::codegen {
namespace {

struct RowSplit {
  std::int64_t tall = 0, tall_count = 0, low = 0, low_count = 0;
};

/// Rows in tiles of two heights that differ by at most one.
RowSplit balanced(std::int64_t rows, int most) {
  RowSplit split;
  const std::int64_t tiles = (rows + most - 1) / most;
  if (tiles == 0) return split;
  split.low = rows / tiles;
  split.tall = split.low + 1;
  split.tall_count = rows - split.low * tiles;
  split.low_count = tiles - split.tall_count;
  return split;
}

Value* tile_rows(Frame& frame, const Dim& rows, const Tile& tile) {
  IrContext& ir = frame.ir();
  if (rows.is_static()) {
    const RowSplit split = balanced(rows.value(), tile.rows);
    return ir.i64(split.tall_count + split.low_count);
  }
  Value* all = frame.dim(rows);
  return frame.at_start([&]() -> Value* {
    Value* whole = ir.builder.CreateUDiv(all, ir.i64(tile.rows));
    Value* rest = ir.builder.CreateURem(all, ir.i64(tile.rows));
    return ir.builder.CreateAdd(whole, rest);
  });
}

const Dim& extent_of(const loop::Kernel& kernel, int dim) {
  return kernel.dims[static_cast<std::size_t>(dim)].extent;
}

} // namespace

ContractionEmitter::Panels ContractionEmitter::panels(Frame& frame, const loop::Kernel& kernel,
                                                      const Tile& tile) {
  IrContext& ir = frame.ir();
  const int m = kernel.parallel - 2;
  const int n = kernel.parallel - 1;
  const Dim& columns = extent_of(kernel, n);
  const std::int64_t sliver = static_cast<std::int64_t>(tile.lanes) * tile.vectors;
  Panels panels;
  // Columns if there are enough: a core then keeps its columns of B, and of the next layer's B.
  panels.by_columns =
      !columns.is_static() || columns.value() >= 4 * sliver ||
      (extent_of(kernel, m).is_static() && extent_of(kernel, m).value() <= 2 * tile.rows);
  Value* extent = frame.dim(columns);
  Value* tiles = panels.by_columns
                     ? frame.at_start([&] { return ceil_divide(ir, extent, ir.i64(sliver)); })
                     : tile_rows(frame, extent_of(kernel, m), tile);
  frame.at_start([&] {
    panels.width = larger(ir, ceil_divide(ir, tiles, ir.i64(loop::most_blocks)), ir.i64(1));
    panels.count = larger(ir, ceil_divide(ir, tiles, panels.width), ir.i64(1));
    return panels.count;
  });
  return panels;
}

Value* contraction_blocks(Frame& frame, const loop::Kernel& kernel) {
  IrContext& ir = frame.ir();
  if (kernel.serial) return ir.i64(1);
  Value* count = ContractionEmitter::panels(frame, kernel, choose_tile(ir.traits, kernel)).count;
  for (int d = 0; d < kernel.parallel - 2; ++d) {
    Value* extent = frame.dim(extent_of(kernel, d));
    count = frame.at_start([&] { return scaled(ir, count, extent); });
  }
  return count;
}

ContractionEmitter::ContractionEmitter(Frame& frame, const loop::Kernel& kernel, Value* context)
    : frame_(frame), kernel_(kernel), ir_(frame.ir()), context_(context),
      tile_(choose_tile(ir_.traits, kernel)), m_(kernel.parallel - 2), n_(kernel.parallel - 1) {
  plan_rows();
  packed_ = llvm::ConstantPointerNull::get(ir_.pointer_type());
}

void ContractionEmitter::plan_rows() {
  auto& b = ir_.builder;
  const Dim& rows = extent_of(kernel_, m_);
  if (rows.is_static()) {
    const RowSplit split = balanced(rows.value(), tile_.rows);
    if (split.tall_count > 0)
      segments_.push_back(
          {static_cast<int>(split.tall), ir_.i64(0), ir_.i64(split.tall_count), ir_.i64(0)});
    if (split.low_count > 0)
      segments_.push_back({static_cast<int>(split.low), ir_.i64(split.tall_count),
                           ir_.i64(split.low_count), ir_.i64(split.tall * split.tall_count)});
    return;
  }
  // Whole tiles, then single rows.
  Value* all = frame_.dim(rows);
  frame_.at_start([&] {
    Value* whole = b.CreateUDiv(all, ir_.i64(tile_.rows));
    Value* covered = b.CreateMul(whole, ir_.i64(tile_.rows));
    segments_.push_back({tile_.rows, ir_.i64(0), whole, ir_.i64(0)});
    if (tile_.rows > 1) segments_.push_back({1, whole, b.CreateSub(all, covered), covered});
    return whole;
  });
}

void ContractionEmitter::emit(Value* begin, Value* end) {
  auto& b = ir_.builder;
  const Dim& columns = extent_of(kernel_, n_);
  const std::int64_t sliver = static_cast<std::int64_t>(tile_.lanes) * tile_.vectors;
  Value* extent = frame_.dim(columns);
  Value* slivers = frame_.at_start([&] { return ceil_divide(ir_, extent, ir_.i64(sliver)); });
  Value* row_tiles = tile_rows(frame_, extent_of(kernel_, m_), tile_);
  const Panels panels = ContractionEmitter::panels(frame_, kernel_, tile_);
  // A serial kernel is one block of everything; and where there is but one, it is the one asked
  // for.
  Value* all_blocks = panels.count;
  for (int d = 0; d < m_; ++d)
    all_blocks = scaled(ir_, all_blocks, frame_.dim(extent_of(kernel_, d)));
  const auto* known = constant_of(all_blocks);
  if (kernel_.serial || (known && known->isOne())) {
    begin = ir_.i64(0);
    end = all_blocks;
  }
  // A call's blocks follow each other and share one place; calls may run side by side.
  if (tile_.packed)
    packed_ = element(ir_, kernel_.operand_type, frame_.buffer(kernel_.scratch),
                      b.CreateMul(begin, ir_.i64(kernel_.dims.back().extent.value() * sliver)));
  emit_loop(ir_, begin, end, 1, [&](Value* block) {
    // Panels vary fastest, then the batch dims from the last to the first.
    Value* rest = block;
    const auto next = [&](Value* count) {
      if (const auto* known = constant_of(count); known && known->isOne())
        return static_cast<Value*>(ir_.i64(0));
      Value* outer = b.CreateUDiv(rest, count);
      Value* inner = b.CreateSub(rest, b.CreateMul(outer, count));
      rest = outer;
      return inner;
    };
    Value* panel = m_ == 0 ? rest : next(panels.count);
    Values batch(static_cast<std::size_t>(m_));
    for (int d = m_ - 1; d >= 0; --d)
      batch[static_cast<std::size_t>(d)] = d == 0 ? rest : next(frame_.dim(extent_of(kernel_, d)));
    Value* low = scaled(ir_, panel, panels.width);
    Value* all = panels.by_columns ? slivers : row_tiles;
    const Range part{low, smaller(ir_, b.CreateAdd(low, panels.width), all)};
    if (panels.by_columns)
      emit_panel(batch, {ir_.i64(0), row_tiles}, part);
    else
      emit_panel(batch, part, {ir_.i64(0), slivers});
  });
}

void ContractionEmitter::emit_panel(const Values& batch, const Range& tiles, const Range& slivers) {
  auto& b = ir_.builder;
  const Dim& columns = extent_of(kernel_, n_);
  const std::int64_t width = static_cast<std::int64_t>(tile_.lanes) * tile_.vectors;
  Value* extent = frame_.dim(columns);
  Value* whole = frame_.at_start([&] { return b.CreateUDiv(extent, ir_.i64(width)); });
  emit_loop(ir_, slivers.low, smaller(ir_, slivers.high, whole), 1, [&](Value* sliver) {
    emit_sliver(batch, tiles, scaled(ir_, sliver, ir_.i64(width)), tile_.vectors, 0, nullptr);
  });
  if (columns.is_static() && columns.value() % width == 0) return;
  Value* last = b.CreateAnd(b.CreateICmpSGT(slivers.high, whole),
                            b.CreateICmpSLT(b.CreateMul(whole, ir_.i64(width)), extent));
  emit_if(ir_, last, [&] {
    Value* column = scaled(ir_, whole, ir_.i64(width));
    if (columns.is_static()) {
      const auto rest = static_cast<int>(columns.value() % width);
      emit_sliver(batch, tiles, column, (rest + tile_.lanes - 1) / tile_.lanes, rest % tile_.lanes,
                  nullptr);
    } else {
      emit_sliver(batch, tiles, column, tile_.vectors, 0, b.CreateSub(extent, column));
    }
  });
}

void ContractionEmitter::emit_sliver(const Values& batch, const Range& tiles, Value* column,
                                     int vectors, int tail, Value* left) {
  auto& b = ir_.builder;
  const auto call = [&](llvm::Function* function, Value* row, Value* index) {
    const Ahead ahead = tile_.packed ? next_sliver(column, index) : Ahead{packed_, ir_.i64(0)};
    Values arguments{context_, packed_, ahead.address,           ahead.step,
                     row,      column,  left ? left : ir_.i64(0)};
    arguments.insert(arguments.end(), batch.begin(), batch.end());
    b.CreateCall(function, arguments);
  };
  for (const RowSegment& segment : segments_) {
    Value* low = larger(ir_, tiles.low, segment.first);
    if (tile_.packed && &segment == &segments_.front()) {
      // The first tile of a sliver copies what it reads for those after it.
      call(microkernel(segment.rows, vectors, tail, left != nullptr, true), segment.start,
           segment.first);
      low = b.CreateAdd(low, ir_.i64(1));
    }
    Value* high = smaller(ir_, tiles.high, b.CreateAdd(segment.first, segment.count));
    if (one_tile()) { // a call would cost as much as the tile
      Tile tile = tile_;
      tile.vectors = vectors;
      tile.rows = segment.rows;
      emit_tile(frame_, kernel_, tile, tail,
                {segment.start, column, left, packed_, nullptr, nullptr, batch});
      continue;
    }
    llvm::Function* function = microkernel(segment.rows, vectors, tail, left != nullptr, false);
    emit_loop(ir_, low, high, 1, [&](Value* index) {
      Value* row = b.CreateAdd(
          segment.start, scaled(ir_, b.CreateSub(index, segment.first), ir_.i64(segment.rows)));
      call(function, row, index);
    });
  }
}

// Columns of B come from L3 or beyond, faster than it can give them if the sliver's first tile had
// to wait for all: so the tiles of the sliver before ask for them, each for one vector of every
// second row.
ContractionEmitter::Ahead ContractionEmitter::next_sliver(Value* column, Value* index) {
  auto& b = ir_.builder;
  const loop::Affine& place = kernel_.b.index;
  const std::int64_t size = byte_size(kernel_.operand_type);
  Value* depth = frame_.dim(stride_of(place, kernel_.parallel));
  Value* row = b.CreateAnd(index, ir_.i64(1));
  Value* vector = b.CreateLShr(index, ir_.i64(1));
  Value* next =
      b.CreateAdd(column, ir_.i64(static_cast<std::int64_t>(tile_.lanes) * tile_.vectors));
  next = b.CreateAdd(next, b.CreateMul(vector, ir_.i64(tile_.lanes)));
  next = b.CreateAdd(next, b.CreateMul(row, depth));
  Value* address =
      element(ir_, kernel_.operand_type, frame_.base(kernel_.b.buffer, place.base), next);
  Value* wanted = b.CreateICmpSLT(index, ir_.i64(2 * tile_.vectors));
  return {b.CreateSelect(wanted, address, packed_),
          b.CreateSelect(wanted, b.CreateMul(depth, ir_.i64(size)), ir_.i64(0))};
}

bool ContractionEmitter::one_tile() const {
  const Dim &rows = extent_of(kernel_, m_), &columns = extent_of(kernel_, n_);
  return m_ == 0 && rows.is_static() && rows.value() <= tile_.rows && columns.is_static() &&
         columns.value() <= static_cast<std::int64_t>(tile_.lanes) * tile_.vectors;
}

llvm::Function* ContractionEmitter::microkernel(int rows, int vectors, int tail, bool dynamic,
                                                bool packs) {
  llvm::Function*& known = microkernels_[{rows, vectors, tail, dynamic, packs}];
  if (!known) {
    Tile tile = tile_;
    tile.rows = rows;
    tile.vectors = vectors;
    tile.packs = packs;
    known = emit_microkernel(ir_, frame_.entry(), kernel_, tile, tail, dynamic);
  }
  return known;
}

} // namespace nngc::codegen
