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

// The largest of the integers that stand at the same place of each part, where `measure` is longer
// than 512 bits: one test for all registers, since tests have to share a port with multiply-adds.
Value* largest_by_part(const MathKernel& k, Value* measure) {
  if (k.is_f64) return measure; // whose maxima cost more than the test
  auto& b = k.builder;
  for (unsigned half = k.lanes / 2; half >= 16 && half % 2 == 0; half /= 2) {
    llvm::SmallVector<int> low(half), high(half);
    std::iota(low.begin(), low.end(), 0);
    std::iota(high.begin(), high.end(), static_cast<int>(half));
    measure = b.CreateBinaryIntrinsic(llvm::Intrinsic::umax, b.CreateShuffleVector(measure, low),
                                      b.CreateShuffleVector(measure, high));
  }
  return measure;
}

} // namespace

llvm::Value* patched(const MathKernel& k, Value* x, Rare when, Value* usual,
                     const std::string& name, const Writer& write) {
  auto& b = k.builder;
  const auto above = [&](Value* measure) {
    return b.CreateICmpUGT(measure, llvm::ConstantInt::get(measure->getType(), when.limit));
  };
  llvm::BasicBlock* before = b.GetInsertBlock();
  llvm::Function* caller = before->getParent();
  auto* rare = llvm::BasicBlock::Create(b.getContext(), "rare", caller);
  auto* after = llvm::BasicBlock::Create(b.getContext(), "usual", caller);
  Value* any = k.lanes == 0 ? above(when.measure)
                            : b.CreateOrReduce(above(largest_by_part(k, when.measure)));
  b.CreateCondBr(any, rare, after, llvm::MDBuilder(b.getContext()).createBranchWeights(1, 10000));
  b.SetInsertPoint(rare);
  // The other lanes keep their bits: they may not depend on their neighbours.
  Value* replaced = k.select(above(when.measure), called(k, x, name, write), usual);
  b.CreateBr(after);
  b.SetInsertPoint(after);
  llvm::PHINode* joined = b.CreatePHI(k.type, 2);
  joined->addIncoming(usual, before);
  joined->addIncoming(replaced, rare);
  return joined;
}

} // namespace nngc::codegen
