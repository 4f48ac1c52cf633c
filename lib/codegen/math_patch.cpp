/// Arguments for which a function's usual code is wrong, and that are rare: a branch, and a
/// function of its own behind it.
#include <llvm/IR/MDBuilder.h>

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

llvm::Value* patched(const MathKernel& k, Value* x, Value* special, Value* usual,
                     const std::string& name, const Writer& write) {
  auto& b = k.builder;
  llvm::BasicBlock* before = b.GetInsertBlock();
  llvm::Function* caller = before->getParent();
  auto* rare = llvm::BasicBlock::Create(b.getContext(), "rare", caller);
  auto* after = llvm::BasicBlock::Create(b.getContext(), "usual", caller);
  b.CreateCondBr(k.lanes != 0 ? b.CreateOrReduce(special) : special, rare, after,
                 llvm::MDBuilder(b.getContext()).createBranchWeights(1, 10000));
  b.SetInsertPoint(rare);
  // The other lanes keep their bits: they may not depend on their neighbours.
  Value* replaced = k.select(special, called(k, x, name, write), usual);
  b.CreateBr(after);
  b.SetInsertPoint(after);
  llvm::PHINode* joined = b.CreatePHI(k.type, 2);
  joined->addIncoming(usual, before);
  joined->addIncoming(replaced, rare);
  return joined;
}

} // namespace nngc::codegen
