/// How reductions start, step and end. Accumulators are kept per lane and part; the tree that joins
/// them is fixed by the extents.
#pragma once

#include "codegen/instr_emitter.h"

namespace nngc::codegen {

/// An accumulator: the value so far and, for ArgMax and ArgMin, its position. What is joined to one
/// of Linrec brings its factor in the position's place.
struct Accumulated {
  Value* value = nullptr;
  Value* position = nullptr;
};

/// How many values an accumulator is.
[[nodiscard]] std::size_t carried_width(loop::ReduceOp op);

class ReductionEmitter {
public:
  /// `dtype` is that of the values; sums of 16-bit floats are kept in f32 and rounded at the end.
  ReductionEmitter(IrContext& ir, loop::ReduceOp op, DType dtype);

  [[nodiscard]] bool has_position() const { return carried_width(op_) == 2; }
  [[nodiscard]] Accumulated identity(int lanes);
  /// The two joined; lanes outside the mask (null: none) keep `a`.
  [[nodiscard]] Accumulated join(const Accumulated& a, const Accumulated& b, Value* mask);
  /// Parts joined pairwise, then the lanes of what remains by halving, if `across_lanes`.
  [[nodiscard]] Value* finish(std::vector<Accumulated> parts, bool across_lanes);
  /// The parts of 1, 2, 4 or more rows joined across lanes, each to the same bits, as one vector
  /// with an element per row (one row: a scalar). They may have started from a first value instead
  /// of the identity.
  [[nodiscard]] Value* finish_rows(std::vector<std::vector<Accumulated>> rows);

private:
  [[nodiscard]] Accumulated in_pairs(std::vector<Accumulated> parts);
  [[nodiscard]] Accumulated half(const Accumulated& whole, bool upper);

  IrContext& ir_;
  InstrEmitter instrs_;
  loop::ReduceOp op_;
  DType dtype_, kept_;
};

} // namespace nngc::codegen
