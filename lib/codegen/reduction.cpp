#include "codegen/reduction.h"

#include <limits>
#include <numeric>

#include "codegen/memory.h"

namespace nngc::codegen {

using loop::Op;
using loop::ReduceOp;

namespace {

bool greatest(ReduceOp op) { return op == ReduceOp::Max || op == ReduceOp::ArgMax; }

} // namespace

std::size_t carried_width(ReduceOp op) {
  return op == ReduceOp::ArgMax || op == ReduceOp::ArgMin ? 2 : 1;
}

ReductionEmitter::ReductionEmitter(IrContext& ir, ReduceOp op, DType dtype)
    : ir_(ir), instrs_(ir), op_(op), dtype_(dtype),
      kept_(dtype == DType::BF16 || dtype == DType::F16 ? DType::F32 : dtype) {}

Accumulated ReductionEmitter::identity(int lanes) {
  Type* type = with_lanes(register_type(ir_, kept_), lanes);
  Value* value = nullptr;
  switch (op_) {
  case ReduceOp::Add:
  case ReduceOp::Or: value = llvm::Constant::getNullValue(type); break;
  case ReduceOp::Linrec: // what is added to -0 stays as it is, 0s included
    value = is_float(kept_) ? llvm::ConstantFP::getNegativeZero(type)
                            : llvm::Constant::getNullValue(type);
    break;
  case ReduceOp::And: value = llvm::Constant::getAllOnesValue(type); break;
  case ReduceOp::Mul:
    value = is_float(kept_) ? llvm::ConstantFP::get(type, 1.0) : llvm::ConstantInt::get(type, 1);
    break;
  default: {
    const bool lowest = greatest(op_);
    if (is_float(kept_)) {
      value = llvm::ConstantFP::getInfinity(type, lowest);
      break;
    }
    const unsigned bits = type->getScalarSizeInBits();
    const llvm::APInt limit =
        is_signed_int(kept_)
            ? (lowest ? llvm::APInt::getSignedMinValue(bits) : llvm::APInt::getSignedMaxValue(bits))
            : (lowest ? llvm::APInt::getMinValue(bits) : llvm::APInt::getMaxValue(bits));
    value = llvm::ConstantInt::get(type, limit);
  }
  }
  Value* position = nullptr;
  if (has_position())
    position = llvm::ConstantInt::get(
        with_lanes(ir_.i64_type(), lanes),
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  return {value, position};
}

Accumulated ReductionEmitter::join(const Accumulated& a, const Accumulated& b, Value* mask) {
  auto& builder = ir_.builder;
  Accumulated joined;
  if (has_position()) {
    // b wins if it is beyond a, or equal (or both NaN) and earlier.
    Value* beyond = nullptr;
    Value* equal = nullptr;
    if (is_float(kept_)) {
      Value* a_nan = builder.CreateFCmpUNO(a.value, a.value);
      Value* b_nan = builder.CreateFCmpUNO(b.value, b.value);
      Value* further = greatest(op_) ? builder.CreateFCmpOGT(b.value, a.value)
                                     : builder.CreateFCmpOLT(b.value, a.value);
      beyond = builder.CreateOr(further, builder.CreateAnd(b_nan, builder.CreateNot(a_nan)));
      equal = builder.CreateOr(builder.CreateFCmpOEQ(a.value, b.value),
                               builder.CreateAnd(a_nan, b_nan));
    } else {
      beyond = is_signed_int(kept_) ? (greatest(op_) ? builder.CreateICmpSGT(b.value, a.value)
                                                     : builder.CreateICmpSLT(b.value, a.value))
                                    : (greatest(op_) ? builder.CreateICmpUGT(b.value, a.value)
                                                     : builder.CreateICmpULT(b.value, a.value));
      equal = builder.CreateICmpEQ(a.value, b.value);
    }
    Value* earlier = builder.CreateICmpSLT(b.position, a.position);
    Value* wins = builder.CreateOr(beyond, builder.CreateAnd(equal, earlier));
    if (mask) wins = builder.CreateAnd(wins, mask);
    return {builder.CreateSelect(wins, b.value, a.value),
            builder.CreateSelect(wins, b.position, a.position)};
  }
  if (op_ == ReduceOp::Linrec) {
    Value* product = instrs_.binary(Op::Mul, kept_, b.position, a.value);
    joined.value = instrs_.binary(Op::Add, kept_, product, b.value);
    return joined;
  }
  static constexpr Op ops[] = {Op::Add, Op::Mul, Op::Max, Op::Min, Op::And, Op::Or};
  joined.value = instrs_.binary(ops[static_cast<int>(op_)], kept_, a.value, b.value);
  if (mask) joined.value = builder.CreateSelect(mask, joined.value, a.value);
  return joined;
}

Accumulated ReductionEmitter::half(const Accumulated& whole, bool upper) {
  auto& builder = ir_.builder;
  const int lanes = lanes_of(whole.value) / 2;
  const auto part = [&](Value* value) -> Value* {
    if (!value) return nullptr;
    if (lanes == 1) return builder.CreateExtractElement(value, static_cast<std::uint64_t>(upper));
    std::vector<int> chosen(static_cast<std::size_t>(lanes));
    std::iota(chosen.begin(), chosen.end(), upper ? lanes : 0);
    return builder.CreateShuffleVector(value, chosen);
  };
  return {part(whole.value), part(whole.position)};
}

Accumulated ReductionEmitter::in_pairs(std::vector<Accumulated> parts) {
  while (parts.size() > 1) {
    std::vector<Accumulated> joined;
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2)
      joined.push_back(join(parts[i], parts[i + 1], nullptr));
    if (parts.size() % 2) joined.push_back(parts.back());
    parts = std::move(joined);
  }
  return parts.front();
}

Value* ReductionEmitter::finish(std::vector<Accumulated> parts, bool across_lanes) {
  Accumulated whole = in_pairs(std::move(parts));
  while (across_lanes && lanes_of(whole.value) > 1)
    whole = join(half(whole, false), half(whole, true), nullptr);
  return has_position() ? whole.position : rounded(ir_, dtype_, whole.value);
}

Value* ReductionEmitter::finish_rows(std::vector<std::vector<Accumulated>> rows) {
  auto& builder = ir_.builder;
  const auto joined = [&](Value* low, Value* high) {
    return join({low, nullptr}, {high, nullptr}, nullptr).value;
  };
  Values sums;
  for (std::vector<Accumulated>& parts : rows) sums.push_back(in_pairs(std::move(parts)).value);
  const int lanes = lanes_of(sums.front());
  // Each vector is `lanes / each` groups, a row's lanes each; halves of two vectors make one.
  int each = lanes;
  for (; sums.size() > 1; each /= 2) {
    std::vector<int> low, high;
    for (int lane = 0; lane < 2 * lanes; ++lane)
      (lane % each < each / 2 ? low : high).push_back(lane);
    Values next;
    for (std::size_t i = 0; i < sums.size(); i += 2)
      next.push_back(joined(builder.CreateShuffleVector(sums[i], sums[i + 1], low),
                            builder.CreateShuffleVector(sums[i], sums[i + 1], high)));
    sums = std::move(next);
  }
  Value* whole = sums.front();
  if (rows.size() == 1) {
    while (lanes_of(whole) > 1)
      whole = joined(half({whole}, false).value, half({whole}, true).value);
  } else {
    // What is right stands in the first lane of each group; the others cost nothing.
    for (; each > 1; each /= 2) {
      std::vector<int> other;
      for (int lane = 0; lane < lanes; ++lane) other.push_back(lane ^ (each / 2));
      whole = joined(whole, builder.CreateShuffleVector(whole, other));
    }
    std::vector<int> firsts;
    for (int row = 0; row < static_cast<int>(rows.size()); ++row)
      firsts.push_back(row * lanes / static_cast<int>(rows.size()));
    whole = builder.CreateShuffleVector(whole, firsts);
  }
  // A sum of nothing but -0 is 0, since it starts from 0.
  if (op_ == ReduceOp::Add && is_float(kept_))
    whole = builder.CreateFAdd(whole, identity(lanes_of(whole)).value);
  return rounded(ir_, dtype_, whole);
}

} // namespace nngc::codegen
