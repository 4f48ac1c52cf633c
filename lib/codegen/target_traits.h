/// What the emitters need to know about the machine they emit for.
#pragma once

#include <string>

#include "codegen/llvm_headers.h"

namespace nngc::codegen {

struct TargetTraits {
  bool has_fma = false;
  bool has_sse41 = false;
  bool has_avx2 = false;
  bool has_avx512f = false;
  bool has_f16c = false;
  std::string cpu;       ///< LLVM's name, written into every function
  std::string features;  ///< its feature list, likewise

  /// Marks a function as made for this machine.
  void apply(llvm::Function& function) const {
    if (!cpu.empty())
      function.addFnAttr("target-cpu", cpu);
    if (!features.empty())
      function.addFnAttr("target-features", features);
  }

  /// Reads them off a target machine. Elsewhere than on x86 only fma (AArch64) is claimed.
  static TargetTraits of(const llvm::TargetMachine& machine) {
    TargetTraits traits;
    traits.cpu = machine.getTargetCPU().str();
    traits.features = machine.getTargetFeatureString().str();
    const llvm::Triple& triple = machine.getTargetTriple();
    traits.has_fma = triple.isAArch64();
    if (triple.isX86()) {
      const llvm::MCSubtargetInfo& info = *machine.getMCSubtargetInfo();
      traits.has_fma = info.checkFeatures("+fma");
      traits.has_sse41 = info.checkFeatures("+sse4.1");
      traits.has_avx2 = info.checkFeatures("+avx2");
      traits.has_avx512f = info.checkFeatures("+avx512f");
      traits.has_f16c = info.checkFeatures("+f16c");
    }
    return traits;
  }
};

}  // namespace nngc::codegen
