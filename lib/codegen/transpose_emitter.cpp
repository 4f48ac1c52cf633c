#include "codegen/transpose_emitter.h"

#include "codegen/blocks.h"
#include "codegen/dependence.h"
#include "codegen/transpose_square.h"

namespace nngc::codegen {
namespace {

constexpr int side = square_side;

/// The parallel dim other than the lanes along which loaded elements lie side by side; -1: none.
int run_dim(const loop::Kernel& kernel) {
  for (int d = 0; d < kernel.lane; ++d)
    if (stride_of(kernel.phases[0].body[0].index, d) == Dim(1)) return d;
  return -1;
}

class TransposeEmitter {
public:
  TransposeEmitter(Frame& frame, const loop::Kernel& kernel)
      : ir_(frame.ir()), frame_(frame), kernel_(kernel), load_(kernel.phases[0].body[0]),
        store_(kernel.phases[0].body[1]), blocks_(nest_blocks(frame, kernel)), lane_(kernel.lane),
        run_(run_dim(kernel)),
        // Elements are moved as integers: no conversion can change a NaN's bits.
        element_(ir_.builder.getIntNTy(static_cast<unsigned>(8 * byte_size(load_.type)))) {}

  void emit(Value* begin, Value* end) {
    if (blocks_.dim >= 0) {
      low_ = scaled(ir_, begin, blocks_.chunk);
      high_ = smaller(ir_, scaled(ir_, end, blocks_.chunk), extent(blocks_.dim));
    }
    outer(0, frame_.base(load_.buffer, load_.index.base),
          frame_.base(store_.buffer, store_.index.base));
  }

private:
  Value* extent(int dim) { return frame_.dim(kernel_.dims[static_cast<std::size_t>(dim)].extent); }
  Value* low(int dim) { return dim == blocks_.dim ? low_ : ir_.i64(0); }
  Value* high(int dim) { return dim == blocks_.dim ? high_ : extent(dim); }

  Value* moved(const loop::Instr& instr, Value* address, int dim, Value* index) {
    return element(ir_, instr.type, address,
                   scaled(ir_, index, frame_.dim(stride_of(instr.index, dim))));
  }

  /// Loops over the dims of neither side of the squares.
  void outer(int dim, Value* from, Value* to) {
    if (dim == run_) {
      outer(dim + 1, from, to);
    } else if (dim == lane_) {
      squares(from, to);
    } else {
      emit_loop(ir_, low(dim), high(dim), 1, [&](Value* index) {
        outer(dim + 1, moved(load_, from, dim, index), moved(store_, to, dim, index));
      });
    }
  }

  void squares(Value* from, Value* to) {
    auto& b = ir_.builder;
    emit_loop(ir_, low(run_), high(run_), side, [&](Value* run) {
      emit_loop(ir_, low(lane_), high(lane_), side, [&](Value* lane) {
        Value* source = moved(load_, moved(load_, from, run_, run), lane_, lane);
        Value* target = moved(store_, moved(store_, to, run_, run), lane_, lane);
        Value* runs = smaller(ir_, b.CreateSub(high(run_), run), ir_.i64(side));
        Value* lanes = smaller(ir_, b.CreateSub(high(lane_), lane), ir_.i64(side));
        Value* whole =
            b.CreateAnd(b.CreateICmpEQ(runs, ir_.i64(side)), b.CreateICmpEQ(lanes, ir_.i64(side)));
        const Values place{source, frame_.dim(stride_of(load_.index, lane_)), target,
                           frame_.dim(stride_of(store_.index, run_))};
        emit_if(ir_, whole, [&] { b.CreateCall(whole_square(ir_, element_), place); });
        emit_if(ir_, b.CreateNot(whole), [&] {
          if (!has_masked_rows()) return corner(source, target, runs, lanes);
          Values part = place;
          part.insert(part.end(), {runs, lanes});
          b.CreateCall(part_of_square(ir_, element_), part);
        });
      });
    });
  }

  /// Without instructions for them, LLVM writes each masked row as 16 branches: 512 a square.
  [[nodiscard]] bool has_masked_rows() const {
    return ir_.traits.has_avx512f || (ir_.traits.has_avx2 && byte_size(load_.type) >= 4);
  }

  /// Part of a square, element by element.
  void corner(Value* source, Value* target, Value* runs, Value* lanes) {
    auto& b = ir_.builder;
    const llvm::Align align(static_cast<std::uint64_t>(byte_size(load_.type)));
    emit_loop(ir_, ir_.i64(0), runs, 1, [&](Value* run) {
      emit_loop(ir_, ir_.i64(0), lanes, 1, [&](Value* lane) {
        Value* from = moved(load_, moved(load_, source, run_, run), lane_, lane);
        Value* to = moved(store_, moved(store_, target, run_, run), lane_, lane);
        b.CreateAlignedStore(b.CreateAlignedLoad(element_, from, align), to, align);
      });
    });
  }

  IrContext& ir_;
  Frame& frame_;
  const loop::Kernel& kernel_;
  const loop::Instr &load_, &store_;
  NestBlocks blocks_;
  int lane_, run_;
  Type* element_;
  Value *low_ = nullptr, *high_ = nullptr;
};

} // namespace

bool is_transpose(const loop::Kernel& kernel) {
  if (kernel.kind != loop::KernelKind::Nest || kernel.phases.size() != 1 || kernel.lane < 1 ||
      kernel.lane != kernel.parallel - 1 ||
      kernel.dims.size() != static_cast<std::size_t>(kernel.parallel))
    return false;
  const auto& body = kernel.phases[0].body;
  return !kernel.phases[0].loops && body.size() == 2 && body[0].op == loop::Op::Load &&
         body[1].op == loop::Op::Store && body[1].a == 0 && body[0].buffer != body[1].buffer &&
         stride_of(body[1].index, kernel.lane) == Dim(1) && run_dim(kernel) >= 0;
}

void emit_transpose(Frame& frame, const loop::Kernel& kernel, Value* begin, Value* end) {
  TransposeEmitter(frame, kernel).emit(begin, end);
}

} // namespace nngc::codegen
