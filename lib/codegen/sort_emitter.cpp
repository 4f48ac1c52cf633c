#include "codegen/sort_emitter.h"

#include <array>
#include <utility>

#include "codegen/access.h"
#include "codegen/blocks.h"
#include "codegen/dependence.h"

namespace nngc::codegen {

namespace {

using loop::sort_step;

/// Compared and swapped in this order, eight elements are sorted.
constexpr std::array<std::pair<std::size_t, std::size_t>, 19> network = {{{0, 1},
                                                                          {2, 3},
                                                                          {4, 5},
                                                                          {6, 7},
                                                                          {0, 2},
                                                                          {1, 3},
                                                                          {4, 6},
                                                                          {5, 7},
                                                                          {1, 2},
                                                                          {5, 6},
                                                                          {0, 4},
                                                                          {3, 7},
                                                                          {1, 5},
                                                                          {2, 6},
                                                                          {1, 4},
                                                                          {3, 6},
                                                                          {2, 4},
                                                                          {3, 5},
                                                                          {3, 4}}};

class SortEmitter {
public:
  SortEmitter(Frame& frame, const loop::Kernel& kernel)
      : ir_(frame.ir()), frame_(frame), kernel_(kernel), blocks_(nest_blocks(frame, kernel)),
        along_(kernel.parallel), key_bits_(byte_size(kernel.operand_type) == 8 ? 64 : 32),
        key_(ir_.builder.getIntNTy(static_cast<unsigned>(key_bits_))),
        element_(ir_.builder.getIntNTy(static_cast<unsigned>(2 * key_bits_))) {}

  void emit(Value* begin, Value* end) {
    auto& b = ir_.builder;
    if (blocks_.dim >= 0) {
      low_ = scaled(ir_, begin, blocks_.chunk);
      high_ = smaller(ir_, scaled(ir_, end, blocks_.chunk), extent(blocks_.dim));
    }
    count_ = extent(along_);
    padded_ = b.CreateAnd(b.CreateAdd(count_, ir_.i64(sort_step - 1)), ir_.i64(-sort_step));
    // Calls that run at once have different first blocks.
    Value* words = frame_.dim(loop::sort_words(kernel_));
    front_ = element(ir_, DType::U64, frame_.buffer(kernel_.scratch), scaled(ir_, begin, words));
    back_ = element(ir_, DType::U64, front_, b.CreateLShr(words, ir_.i64(1)));
    rows(0, frame_.base(kernel_.a.buffer, kernel_.a.index.base),
         frame_.base(kernel_.b.buffer, kernel_.b.index.base));
  }

private:
  Value* extent(int dim) { return frame_.dim(kernel_.dims[static_cast<std::size_t>(dim)].extent); }
  Value* moved(const loop::MatrixOperand& operand, Value* address, int dim, Value* index) {
    return element(ir_, frame_.buffer_type(operand.buffer), address,
                   scaled(ir_, index, frame_.dim(stride_of(operand.index, dim))));
  }

  void rows(int dim, Value* from, Value* to) {
    if (dim == along_) {
      row(from, to);
      return;
    }
    emit_loop(ir_, dim == blocks_.dim ? low_ : ir_.i64(0), dim == blocks_.dim ? high_ : extent(dim),
              1, [&](Value* index) {
                rows(dim + 1, moved(kernel_.a, from, dim, index), moved(kernel_.b, to, dim, index));
              });
  }

  void row(Value* from, Value* to) {
    auto& b = ir_.builder;
    emit_loop(ir_, ir_.i64(0), count_, 1, [&](Value* i) {
      Place place;
      place.dtype = kernel_.operand_type;
      place.address = moved(kernel_.a, from, along_, i);
      store(front_, i, numbered(key(load_place(ir_, place)), i));
    });
    // Up to a whole step, what comes after everything.
    emit_loop(ir_, count_, padded_, 1,
              [&](Value* i) { store(front_, i, llvm::Constant::getAllOnesValue(element_)); });
    emit_loop(ir_, ir_.i64(0), padded_, sort_step, [&](Value* i) { sort_eight(i); });
    // Runs of 8, 16, ... elements become runs of twice as many.
    Value* last =
        b.CreateLShr(larger(ir_, b.CreateSub(count_, ir_.i64(1)), ir_.i64(0)), ir_.i64(3));
    Value* levels =
        b.CreateSub(ir_.i64(64), b.CreateIntrinsic(llvm::Intrinsic::ctlz, {ir_.i64_type()},
                                                   {last, b.getFalse()}));
    const Values sorted = emit_loop(
        ir_, ir_.i64(0), levels, 1, {front_, back_}, [&](Value* level, const Values& state) {
          merge_runs(state[0], state[1], b.CreateShl(ir_.i64(sort_step), level));
          return Values{state[1], state[0]};
        });
    emit_loop(ir_, ir_.i64(0), frame_.dim(kernel_.count), 1, [&](Value* i) {
      Value* position = b.CreateTrunc(load(sorted[0], i), b.getInt32Ty());
      b.CreateAlignedStore(position, moved(kernel_.b, to, along_, i), llvm::Align(4));
    });
  }

  /// An unsigned integer that grows as the elements are to come. NaN is the greatest.
  Value* key(Value* x) {
    auto& b = ir_.builder;
    const DType dtype = kernel_.operand_type;
    const auto ordered = [&](Value* bits) { return kernel_.descending ? b.CreateNot(bits) : bits; };
    llvm::Constant* sign =
        llvm::ConstantInt::get(key_, llvm::APInt::getSignMask(static_cast<unsigned>(key_bits_)));
    if (!is_float(dtype)) {
      if (!is_signed_int(dtype)) return ordered(b.CreateZExtOrTrunc(x, key_));
      return ordered(b.CreateXor(b.CreateSExtOrTrunc(x, key_), sign));
    }
    llvm::Constant* zero = llvm::Constant::getNullValue(x->getType());
    Value* bits = b.CreateBitCast(b.CreateSelect(b.CreateFCmpOEQ(x, zero), zero, x), key_);
    Value* negative = b.CreateAShr(bits, static_cast<std::uint64_t>(key_bits_ - 1));
    Value* rising = b.CreateXor(bits, b.CreateOr(negative, sign));
    return b.CreateSelect(b.CreateFCmpUNO(x, x), llvm::Constant::getAllOnesValue(key_),
                          ordered(rising));
  }

  Value* numbered(Value* key, Value* position) {
    auto& b = ir_.builder;
    Value* above = b.CreateShl(b.CreateZExt(key, element_), static_cast<std::uint64_t>(key_bits_));
    return b.CreateOr(above, b.CreateZExtOrTrunc(position, element_));
  }

  Value* address(Value* base, Value* i) { return ir_.builder.CreateGEP(element_, base, i); }
  Value* load(Value* base, Value* i) {
    return ir_.builder.CreateAlignedLoad(element_, address(base, i), llvm::Align(8));
  }
  void store(Value* base, Value* i, Value* x) {
    ir_.builder.CreateAlignedStore(x, address(base, i), llvm::Align(8));
  }

  void sort_eight(Value* first) {
    auto& b = ir_.builder;
    Values x;
    for (std::int64_t i = 0; i < sort_step; ++i)
      x.push_back(load(front_, b.CreateAdd(first, ir_.i64(i))));
    for (const auto& [i, j] : network) {
      Value* in_order = b.CreateICmpULT(x[i], x[j]);
      Value* low = b.CreateSelect(in_order, x[i], x[j]);
      x[j] = b.CreateSelect(in_order, x[j], x[i]);
      x[i] = low;
    }
    for (std::int64_t i = 0; i < sort_step; ++i)
      store(front_, b.CreateAdd(first, ir_.i64(i)), x[static_cast<std::size_t>(i)]);
  }

  /// Neighbouring runs of `width` elements, the last one perhaps shorter, into the other memory.
  void merge_runs(Value* from, Value* to, Value* width) {
    auto& b = ir_.builder;
    Value* both = b.CreateShl(width, ir_.i64(1));
    Value* pairs = b.CreateUDiv(b.CreateAdd(padded_, b.CreateSub(both, ir_.i64(1))), both);
    emit_loop(ir_, ir_.i64(0), pairs, 1, [&](Value* pair) {
      Value* low = b.CreateMul(pair, both);
      Value* middle = smaller(ir_, b.CreateAdd(low, width), padded_);
      Value* high = smaller(ir_, b.CreateAdd(low, both), padded_);
      merge(from, to, low, middle, high);
    });
  }

  // From both ends at once: each end waits for its own comparisons only. The left run is no shorter
  // than the right one, so neither end comes to its other side; the right run may be used up.
  void merge(Value* from, Value* to, Value* low, Value* middle, Value* high) {
    auto& b = ir_.builder;
    Value* half = b.CreateLShr(b.CreateSub(high, low), ir_.i64(1));
    const auto one_if = [&](Value* condition) { return b.CreateZExt(condition, ir_.i64_type()); };
    Value* one = ir_.i64(1);
    Value* top = b.CreateSub(high, one);
    emit_loop(ir_, ir_.i64(0), half, 1, {low, middle, b.CreateSub(middle, one), top},
              [&](Value* k, const Values& at) {
                Value *left = load(from, at[0]), *right = load(from, at[1]);
                Value* take_left =
                    b.CreateOr(b.CreateICmpSGE(at[1], high), b.CreateICmpULE(left, right));
                store(to, b.CreateAdd(low, k), b.CreateSelect(take_left, left, right));
                Value *left_end = load(from, at[2]), *right_end = load(from, at[3]);
                Value* take_right = b.CreateAnd(b.CreateICmpSGE(at[3], middle),
                                                b.CreateICmpUGE(right_end, left_end));
                store(to, b.CreateSub(top, k), b.CreateSelect(take_right, right_end, left_end));
                return Values{b.CreateAdd(at[0], one_if(take_left)),
                              b.CreateAdd(at[1], one_if(b.CreateNot(take_left))),
                              b.CreateSub(at[2], one_if(b.CreateNot(take_right))),
                              b.CreateSub(at[3], one_if(take_right))};
              });
  }

  IrContext& ir_;
  Frame& frame_;
  const loop::Kernel& kernel_;
  NestBlocks blocks_;
  int along_, key_bits_;
  Type *key_, *element_;
  Value *low_ = nullptr, *high_ = nullptr; ///< of the blocks' dim
  Value *count_ = nullptr, *padded_ = nullptr, *front_ = nullptr, *back_ = nullptr;
};

} // namespace

void emit_sort(Frame& frame, const loop::Kernel& kernel, Value* begin, Value* end) {
  SortEmitter(frame, kernel).emit(begin, end);
}

} // namespace nngc::codegen
