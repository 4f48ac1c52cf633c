/// LLVM's headers for target machines, passes and the JIT, and the differences between the versions
/// we build with: no other file asks for a version. Slow to compile: emitters include llvm_ir.h
/// alone.
#pragma once

#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SmallVectorMemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Target/TargetOptions.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

#include "codegen/llvm_ir.h"

namespace nngc::codegen {

inline void set_module_triple(llvm::Module& module, const llvm::TargetMachine& machine) {
#if LLVM_VERSION_MAJOR >= 21
  module.setTargetTriple(machine.getTargetTriple());
#else
  module.setTargetTriple(machine.getTargetTriple().str());
#endif
}

inline const llvm::Target* lookup_target(const std::string& triple, std::string& message) {
#if LLVM_VERSION_MAJOR >= 22
  return llvm::TargetRegistry::lookupTarget(llvm::Triple(triple), message);
#else
  return llvm::TargetRegistry::lookupTarget(triple, message);
#endif
}

inline std::unique_ptr<llvm::TargetMachine>
create_machine(const llvm::Target& target, const std::string& triple, const std::string& cpu,
               const std::string& features, const llvm::TargetOptions& options,
               llvm::CodeGenOptLevel level) {
  return std::unique_ptr<llvm::TargetMachine>(target.createTargetMachine(
#if LLVM_VERSION_MAJOR >= 21
      llvm::Triple(triple),
#else
      triple,
#endif
      cpu, features, options, llvm::Reloc::PIC_, llvm::CodeModel::Small, level));
}

} // namespace nngc::codegen
