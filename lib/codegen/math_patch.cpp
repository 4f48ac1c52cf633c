/// Arguments for which a function's usual code is wrong, and that are rare: a branch, and a
/// function of its own behind it.
#include <llvm/IR/MDBuilder.h>

#include <numeric>

#include "codegen/math_families.h"

namespace nngc::codegen {

using llvm::Value;

llvm::Value* called(const MathKernel& k, Value* x, const std::string& name, const Writer& write) {
  std::string key = name + (k.is_f64 ? ".f64" : ".f32");
  if (k.lanes != 0) key += "x" + std::to_string(k.lanes);
  llvm::Function* function = helper_function(k, key, k.type, k.type);
  if (function->empty()) {
    auto* start = llvm::BasicBlock::Create(function->getContext(), "", function);
    llvm::IRBuilder<> inside(start);
    const MathKernel kernel(inside, k.target, k.fused, k.type);
    inside.CreateRet(write(kernel, function->getArg(0)));
  }
  return k.builder.CreateCall(function, {x});
}

namespace {

// One integer for those that stand at the same place of each part, where they are longer than 512
// bits, which is above the limit if any of them is: one test for all registers, since tests have to
// share a port with multiply-adds.
Value* joined_parts(const MathKernel& k, const Rare& when, Value* measure) {
  // Above 0 is what has any bit; else it is the largest that counts, and in f64 a maximum costs
  // more than the test.
  const bool any_bit = when.limit == 0;
  if (k.is_f64 && !any_bit) return measure;
  auto& b = k.builder;
  const unsigned least = k.pick(16U, 8U);
  for (unsigned half = k.lanes / 2; half >= least && half % 2 == 0; half /= 2) {
    llvm::SmallVector<int> low(half), high(half);
    std::iota(low.begin(), low.end(), 0);
    std::iota(high.begin(), high.end(), static_cast<int>(half));
    Value* one = b.CreateShuffleVector(measure, low);
    Value* other = b.CreateShuffleVector(measure, high);
    measure = any_bit ? b.CreateOr(one, other)
                      : b.CreateBinaryIntrinsic(llvm::Intrinsic::umax, one, other);
  }
  return measure;
}

} // namespace

llvm::Value* patched(const MathKernel& k, Value* x, const Rare& when, Value* usual,
                     const std::string& name, const Writer& write) {
  auto& b = k.builder;
  const auto above = [&](Value* measure) {
    const std::uint64_t all = k.pick<std::uint64_t>(0xffffffff, ~std::uint64_t{0});
    const auto constant = [&](std::uint64_t value) {
      return llvm::ConstantInt::get(measure->getType(), value & all);
    };
    return b.CreateICmpUGT(b.CreateAnd(measure, constant(when.bits)), constant(when.limit));
  };
  llvm::BasicBlock* before = b.GetInsertBlock();
  llvm::Function* caller = before->getParent();
  auto* rare = llvm::BasicBlock::Create(b.getContext(), "rare", caller);
  auto* after = llvm::BasicBlock::Create(b.getContext(), "usual", caller);
  Value* measure = when.measure(x);
  Value* any =
      k.lanes == 0 ? above(measure) : b.CreateOrReduce(above(joined_parts(k, when, measure)));
  b.CreateCondBr(any, rare, after, llvm::MDBuilder(b.getContext()).createBranchWeights(1, 10000));
  b.SetInsertPoint(rare);
  // Of constants it is not written again: LLVM 19 does not come to an end with what it then sees.
  if (!llvm::isa<llvm::Constant>(x)) measure = when.measure(x);
  // The other lanes keep their bits: they may not depend on their neighbours.
  Value* replaced = k.select(above(measure), called(k, x, name, write), usual);
  b.CreateBr(after);
  b.SetInsertPoint(after);
  llvm::PHINode* joined = b.CreatePHI(k.type, 2);
  joined->addIncoming(usual, before);
  joined->addIncoming(replaced, rare);
  return joined;
}

} // namespace nngc::codegen
