#include "codegen/microkernel.h"

#include <algorithm>
#include <numeric>

#include "codegen/dependence.h"
#include "codegen/epilogue.h"
#include "codegen/flat_rows.h"
#include "codegen/frame.h"
#include "codegen/instr_emitter.h"
#include "codegen/memory.h"

namespace nngc::codegen {
namespace {

/// K steps of one iteration: two are enough to feed the multipliers, and each more costs compile
/// time.
constexpr std::int64_t unroll = 2;
/// How many rows of B are asked for ahead of a tile that copies them: they lie on pages of their
/// own, where no hardware prefetcher follows.
constexpr std::int64_t rows_ahead = 16;
/// A product of so few multiply-adds is written out: its loop would cost as much as its work.
constexpr std::int64_t most_written_out = 96;

class Microkernel {
public:
  Microkernel(IrContext& ir, Frame& frame, const loop::Kernel& kernel, const Tile& tile)
      : ir_(ir), frame_(frame), kernel_(kernel), tile_(tile), instrs_(ir), m_(kernel.parallel - 2),
        n_(kernel.parallel - 1), k_(static_cast<int>(kernel.dims.size()) - 1) {}

  /// The sums, row after row.
  Values run(const TileStart& start, const Values& masks) {
    const auto& [row, column, left, packed, ahead, ahead_step, batch] = start;
    masks_ = masks;
    ahead_ = ahead;
    ahead_step_ = ahead_step;
    a_ = operand(kernel_.a, batch, row, column);
    b_ = operand(kernel_.b, batch, row, column);
    a_row_ = frame_.dim(stride_of(kernel_.a.index, m_));
    a_depth_ = frame_.dim(stride_of(kernel_.a.index, k_));
    b_column_ = frame_.dim(stride_of(kernel_.b.index, n_));
    b_depth_ = frame_.dim(stride_of(kernel_.b.index, k_));
    packed_ = packed;
    if (tile_.packed && !tile_.packs) {
      // Whole vectors, one row after the other; where B has no columns the copy has zeros.
      b_ = packed;
      b_depth_ = ir_.i64(width());
      b_column_ = ir_.i64(1);
      std::fill(masks_.begin(), masks_.end(), nullptr);
    }
    Type* type = with_lanes(register_type(ir_, kernel_.acc_type), tile_.lanes);
    Values sums(static_cast<std::size_t>(kernel_.chains * tile_.rows * tile_.vectors),
                llvm::Constant::getNullValue(type));
    return outer_loop(kernel_.parallel, std::move(sums));
  }

private:
  /// From k dim `dim` on; the loop of the last one has the sums in registers, and those around it
  /// hand them on.
  Values outer_loop(int dim, Values sums) {
    if (dim == k_) return inner_loop(std::move(sums));
    Value *const a = a_, *const b = b_;
    const auto moved = [&](Value* from, const loop::MatrixOperand& operand, Value* k) {
      Value* stride = frame_.dim(stride_of(operand.index, dim));
      return element(ir_, kernel_.operand_type, from, scaled(ir_, k, stride));
    };
    Value* extent = frame_.dim(kernel_.dims[static_cast<std::size_t>(dim)].extent);
    sums =
        emit_loop(ir_, ir_.i64(0), extent, 1, std::move(sums), [&](Value* k, const Values& state) {
          a_ = moved(a, kernel_.a, k);
          b_ = moved(b, kernel_.b, k);
          return outer_loop(dim + 1, state);
        });
    a_ = a, b_ = b;
    return sums;
  }

  Values inner_loop(Values sums) {
    Value* depth = frame_.dim(kernel_.dims[static_cast<std::size_t>(k_)].extent);
    const std::int64_t steps = steps_at_once();
    Value* whole = ir_.builder.CreateSub(depth, ir_.builder.CreateURem(depth, ir_.i64(steps)));
    if (has_flat_rows(ir_.traits, kernel_, tile_.lanes))
      return joined(whole, flat_sums(frame_, kernel_, tile_, a_, b_, whole));
    sums = emit_loop(ir_, ir_.i64(0), whole, steps, std::move(sums),
                     [&](Value* k, const Values& state) {
                       Values next = state;
                       start_step(k);
                       if (tile_.packed) prefetch_ahead(k);
                       for (std::int64_t u = 0; u < steps; ++u) step(u, next);
                       return next;
                     });
    if (kernel_.chains > 1) return joined(whole, std::move(sums));
    return emit_loop(ir_, whole, depth, 1, std::move(sums), [&](Value* k, const Values& state) {
      Values next = state;
      start_step(k);
      step(0, next);
      return next;
    });
  }

  /// How many k one round of the loop takes: a multiple of the chains.
  [[nodiscard]] std::int64_t steps_at_once() const {
    const Dim& depth = kernel_.dims[static_cast<std::size_t>(k_)].extent;
    const std::int64_t sums = static_cast<std::int64_t>(tile_.rows) * tile_.vectors;
    const std::int64_t least =
        std::max<std::int64_t>(sums < 4 ? 2 * unroll : unroll, kernel_.chains);
    // A short one is run through again and again by the loops around it.
    const bool again = k_ > kernel_.parallel && depth.is_static() && depth.value() <= 8;
    if (!depth.is_static() || depth.value() * sums > (again ? 256 : most_written_out)) return least;
    if (again) return depth.value();
    return std::max(least, depth.value() / least * least);
  }

  /// The products after the last whole round, each to its chain; then the chains in pairs.
  Values joined(Value* whole, Values sums) {
    const std::int64_t depth = kernel_.dims[static_cast<std::size_t>(k_)].extent.value();
    start_step(whole);
    for (std::int64_t u = 0; u < depth % steps_at_once(); ++u) step(u, sums);
    while (sums.size() > static_cast<std::size_t>(tile_.rows * tile_.vectors)) {
      // Chain c is a run of sums; 2c and 2c + 1 become the new c.
      const std::size_t each = static_cast<std::size_t>(tile_.rows * tile_.vectors);
      Values half;
      for (std::size_t chain = 0; chain < sums.size() / each; chain += 2)
        for (std::size_t i = 0; i < each; ++i) {
          Value *a = sums[chain * each + i], *b = sums[(chain + 1) * each + i];
          half.push_back(is_float(kernel_.acc_type) ? ir_.builder.CreateFAdd(a, b)
                                                    : ir_.builder.CreateAdd(a, b));
        }
      sums = std::move(half);
    }
    return sums;
  }

  [[nodiscard]] std::int64_t width() const {
    return static_cast<std::int64_t>(tile_.lanes) * tile_.vectors;
  }

  void prefetch_ahead(Value* k) {
    Value* bytes = ir_.builder.CreateMul(k, ahead_step_);
    prefetch(ir_.builder.CreateGEP(ir_.builder.getInt8Ty(), ahead_, bytes), 2);
  }

  void prefetch(Value* address, unsigned locality) {
    auto& b = ir_.builder;
    // (address, for reading, of most locality, data): beyond the last row it does nothing.
    b.CreateIntrinsic(llvm::Intrinsic::prefetch, {ir_.pointer_type()},
                      {address, b.getInt32(0), b.getInt32(locality), b.getInt32(1)});
  }

  Value* operand(const loop::MatrixOperand& operand, const Values& batch, Value* row,
                 Value* column) {
    const DType dtype = frame_.buffer_type(operand.buffer);
    Value* address = frame_.base(operand.buffer, operand.index.base);
    const auto move = [&](int dim, Value* index) {
      address = element(ir_, dtype, address,
                        scaled(ir_, index, frame_.dim(stride_of(operand.index, dim))));
    };
    for (int d = 0; d < m_; ++d) move(d, batch[static_cast<std::size_t>(d)]);
    move(m_, row);
    move(n_, column);
    return address;
  }

  void start_step(Value* k) {
    a_step_ = element(ir_, kernel_.operand_type, a_, scaled(ir_, k, a_depth_));
    b_step_ = element(ir_, kernel_.operand_type, b_, scaled(ir_, k, b_depth_));
    if (tile_.packs)
      packed_step_ = element(ir_, kernel_.operand_type, packed_, scaled(ir_, k, ir_.i64(width())));
  }

  Value* at(Value* address, Value* stride, std::int64_t index, Value* stride2,
            std::int64_t index2) {
    Value* offset = ir_.builder.CreateAdd(scaled(ir_, stride, ir_.i64(index)),
                                          scaled(ir_, stride2, ir_.i64(index2)));
    return element(ir_, kernel_.operand_type, address, offset);
  }

  Value* widened(Value* value) {
    if (kernel_.operand_type == kernel_.acc_type) return value;
    loop::Instr convert;
    convert.op = loop::Op::Convert;
    convert.type = kernel_.acc_type;
    return instrs_.emit(convert, kernel_.operand_type, value, nullptr, nullptr);
  }

  void step(std::int64_t u, Values& sums) {
    Values columns;
    for (int j = 0; j < tile_.vectors; ++j) {
      Value* address =
          at(b_step_, b_depth_, u, b_column_, static_cast<std::int64_t>(j) * tile_.lanes);
      Value* mask = masks_[static_cast<std::size_t>(j)];
      Value* values =
          tile_.lanes == 1
              ? load_offsets(ir_, kernel_.operand_type, address, ir_.i64(0), mask)
              : load_lanes(ir_, kernel_.operand_type, address, b_column_, tile_.lanes, mask);
      if (tile_.packs) {
        prefetch(
            element(ir_, kernel_.operand_type, address, scaled(ir_, b_depth_, ir_.i64(rows_ahead))),
            3);
        const std::int64_t place = u * width() + static_cast<std::int64_t>(j) * tile_.lanes;
        store_lanes(ir_, kernel_.operand_type,
                    element(ir_, kernel_.operand_type, packed_step_, ir_.i64(place)), ir_.i64(1),
                    values, nullptr);
      }
      columns.push_back(widened(values));
    }
    for (int i = 0; i < tile_.rows; ++i) {
      Value* address = at(a_step_, a_row_, i, a_depth_, u);
      Value* one = load_offsets(ir_, kernel_.operand_type, address, ir_.i64(0), nullptr);
      Value* a = splat(ir_, widened(one), tile_.lanes);
      for (int j = 0; j < tile_.vectors; ++j) {
        const std::int64_t chain = u % kernel_.chains;
        Value*& sum = sums[static_cast<std::size_t>((chain * tile_.rows + i) * tile_.vectors + j)];
        Value* b = columns[static_cast<std::size_t>(j)];
        sum = multiply_add(ir_, kernel_.acc_type, a, b, sum);
      }
    }
  }

  IrContext& ir_;
  Frame& frame_;
  const loop::Kernel& kernel_;
  const Tile& tile_;
  InstrEmitter instrs_;
  int m_, n_, k_;
  Values masks_;
  Value *a_ = nullptr, *b_ = nullptr, *a_step_ = nullptr, *b_step_ = nullptr;
  Value *packed_ = nullptr, *packed_step_ = nullptr, *ahead_ = nullptr, *ahead_step_ = nullptr;
  Value *a_row_ = nullptr, *a_depth_ = nullptr, *b_column_ = nullptr, *b_depth_ = nullptr;
};

/// The sums of a tile that reads B in half vectors, as whole ones.
Values sums_of_halves(Frame& frame, const loop::Kernel& kernel, const Tile& tile, int tail,
                      const TileStart& start) {
  IrContext& ir = frame.ir();
  Tile half = tile;
  half.lanes = tile.lanes / 2;
  half.vectors = 2 * tile.vectors - (tail > 0 && tail <= half.lanes ? 1 : 0);
  Values masks(static_cast<std::size_t>(half.vectors), nullptr);
  if (tail % half.lanes > 0) masks.back() = first_lanes(ir, ir.i64(tail % half.lanes), half.lanes);
  Values sums = Microkernel(ir, frame, kernel, half).run(start, masks);
  if (sums.size() % 2 != 0) sums.push_back(llvm::Constant::getNullValue(sums.front()->getType()));
  llvm::SmallVector<int, 16> lanes(static_cast<std::size_t>(tile.lanes));
  std::iota(lanes.begin(), lanes.end(), 0);
  Values whole;
  for (std::size_t i = 0; i < sums.size(); i += 2)
    whole.push_back(ir.builder.CreateShuffleVector(sums[i], sums[i + 1], lanes));
  return whole;
}

} // namespace

void emit_tile(Frame& frame, const loop::Kernel& kernel, const Tile& tile, int tail,
               const TileStart& start) {
  IrContext& ir = frame.ir();
  Values masks(static_cast<std::size_t>(tile.vectors), nullptr);
  for (int j = 0; j < tile.vectors && start.left; ++j) {
    Value* left =
        ir.builder.CreateSub(start.left, ir.i64(static_cast<std::int64_t>(j) * tile.lanes));
    left = larger(ir, left, ir.i64(0));
    masks[static_cast<std::size_t>(j)] = tile.lanes == 1 ? ir.builder.CreateICmpSGT(left, ir.i64(0))
                                                         : first_lanes(ir, left, tile.lanes);
  }
  if (tail > 0) masks.back() = first_lanes(ir, ir.i64(tail), tile.lanes);
  const Values sums = tile.halves ? sums_of_halves(frame, kernel, tile, tail, start)
                                  : Microkernel(ir, frame, kernel, tile).run(start, masks);
  emit_epilogue(frame, kernel, tile, {start.row, start.column, start.batch, masks}, sums);
}

llvm::Function* emit_microkernel(IrContext& ir, const loop::Entry& entry,
                                 const loop::Kernel& kernel, const Tile& tile, int tail,
                                 bool dynamic) {
  llvm::IRBuilderBase::InsertPointGuard guard(ir.builder);
  const auto batch_dims = static_cast<std::size_t>(kernel.parallel - 2);
  std::vector<Type*> parameters{ir.pointer_type(), ir.pointer_type(), ir.pointer_type()};
  parameters.insert(parameters.end(), 4 + batch_dims, ir.i64_type());
  llvm::Function* function =
      ir.create_function(kernel.name + ".tile", ir.builder.getVoidTy(), parameters, true);
  function->addFnAttr(llvm::Attribute::NoInline);
  Frame frame(ir, *function, entry, kernel, function->getArg(0));
  TileStart start;
  start.packed = function->getArg(1);
  start.ahead = function->getArg(2);
  start.ahead_step = function->getArg(3);
  start.row = function->getArg(4);
  start.column = function->getArg(5);
  start.left = dynamic ? function->getArg(6) : nullptr;
  for (unsigned d = 0; d < batch_dims; ++d) start.batch.push_back(function->getArg(7 + d));
  emit_tile(frame, kernel, tile, tail, start);
  ir.builder.CreateRetVoid();
  return function;
}

} // namespace nngc::codegen
