// LLVM's ThreadSanitizer pass over our own modules.
#include "test/races/instrumented.h"

#include <cstring>
#include <stdexcept>
#include <string>

#include <llvm/Passes/PassBuilder.h>
#include <llvm/Transforms/Instrumentation/ThreadSanitizer.h>
#include <llvm/Transforms/Scalar/ScalarizeMaskedMemIntrin.h>
#include <llvm/Transforms/Scalar/Scalarizer.h>

#include "codegen/llvm_headers.h"
#include "codegen/module_emitter.h"
#include "lower/lower.h"
#include "nngc/passes.h"
#include "test/conformance/cases.h"

namespace nngc::test {

namespace {

/// Makes the module's accesses scalar (the pass knows no others than 1 to 16 bytes, and no masked
/// ones), then instruments them. How many there are.
int instrument(llvm::Module& module, llvm::TargetMachine& machine) {
  for (llvm::Function& f : module)
    if (!f.isDeclaration()) f.addFnAttr(llvm::Attribute::SanitizeThread);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::ScalarizerPassOptions all;
  all.ScalarizeLoadStore = true;
  llvm::FunctionPassManager scalar;
  scalar.addPass(llvm::ScalarizeMaskedMemIntrinPass());
  scalar.addPass(llvm::ScalarizerPass(all));
  llvm::ModulePassManager passes;
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(scalar)));
  passes.addPass(llvm::ModuleThreadSanitizerPass());
  passes.addPass(llvm::createModuleToFunctionPassAdaptor(llvm::ThreadSanitizerPass()));
  passes.run(module, modules);
  // The library of GCC 12 has no such names; it watches the C functions themselves.
  for (const std::string name : {"memcpy", "memmove", "memset"}) {
    llvm::Function* const watched = module.getFunction("__tsan_" + name);
    if (watched == nullptr) continue;
    if (llvm::Function* const known = module.getFunction(name)) {
      watched->replaceAllUsesWith(known);
      watched->eraseFromParent();
    } else {
      watched->setName(name);
    }
  }
  int reported = 0;
  for (const llvm::Function& f : module)
    for (const llvm::BasicBlock& block : f)
      for (const llvm::Instruction& i : block) {
        const bool is_access = llvm::isa<llvm::LoadInst>(i) || llvm::isa<llvm::StoreInst>(i);
        const llvm::Type* type =
            llvm::isa<llvm::StoreInst>(i) ? i.getOperand(0)->getType() : i.getType();
        if (is_access && type->isVectorTy()) throw std::logic_error("a vector is still accessed");
        const auto* call = llvm::dyn_cast<llvm::CallInst>(&i);
        const llvm::Function* callee = call != nullptr ? call->getCalledFunction() : nullptr;
        if (callee == nullptr) continue;
        const llvm::StringRef name = callee->getName();
        if (name.starts_with("llvm.masked.")) throw std::logic_error("a masked access is left");
        reported += name.starts_with("__tsan_read") || name.starts_with("__tsan_write") ||
                    name.starts_with("__tsan_unaligned");
      }
  return reported;
}

} // namespace

Instrumented::Instrumented(const Workload& workload)
    : n_(workload.n), entry_(lower(optimize(workload.make()), "call").entry) {
  // A target without masked accesses, gathers and scatters, which the pass does not see.
  const codegen::Options options{.cpu = "x86-64"};
  const codegen::Target target = codegen::make_target(options);
  llvm::LLVMContext context;
  const loop::Program program{"races", {entry_}};
  const auto module = codegen::emit_module(context, program, target, options);
  accesses_ = instrument(*module, *target.machine);
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (target.machine->addPassesToEmitFile(passes, stream, nullptr,
                                          llvm::CodeGenFileType::ObjectFile))
    throw std::runtime_error("no object files on this target");
  passes.run(*module);
  module_ = codegen::JitModule::load({std::string(bytes.data(), bytes.size())});
  std::mt19937 random(31);
  for (const loop::Argument& a : entry_.arguments) {
    const bool is_row = a.type.dtype == DType::I32;
    inputs_.push_back(a.kind == loop::BufferKind::Output
                          ? Tensor(a.type.dtype, {0})
                          : random_tensor(a.type.dtype, concrete(a.type.shape, n_), is_row ? 0 : -1,
                                          is_row ? 9 : 1, random));
  }
}

std::string Instrumented::operator()(const nngc_parallel* parallel) const {
  std::vector<Tensor> own;
  own.reserve(inputs_.size());
  std::vector<void*> pointers;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const loop::Argument& a = entry_.arguments[i];
    if (a.kind == loop::BufferKind::Input) { // only read: one for all callers
      pointers.push_back(const_cast<void*>(inputs_[i].raw()));
      continue;
    }
    Tensor& t = own.emplace_back(a.type.dtype, concrete(a.type.shape, n_));
    if (a.kind == loop::BufferKind::InOut) std::memcpy(t.raw(), inputs_[i].raw(), t.bytes());
    pointers.push_back(t.raw());
  }
  Tensor workspace(DType::U8, {entry_.workspace.at(n_)});
  const std::vector<std::int64_t> dims(entry_.symbols.size() + 1, n_);
  if (module_->entry(entry_.name)(pointers.data(), dims.data(), workspace.raw(), parallel) != 0)
    return "a status";
  std::string bytes;
  for (const Tensor& t : own) bytes.append(static_cast<const char*>(t.raw()), t.bytes());
  return bytes;
}

} // namespace nngc::test
