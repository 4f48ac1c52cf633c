/// What the emitters need to know about the machine they emit for.
#pragma once

#include <string>

#include "codegen/llvm_ir.h"

namespace llvm {
class TargetMachine;
}

namespace nngc::codegen {

struct TargetTraits {
  bool is_x86 = false;
  bool has_fma = false;
  bool has_sse41 = false;
  bool has_avx2 = false;
  bool has_avx512f = false;
  bool has_f16c = false;
  bool has_halves = false; ///< 512 bits are moved and computed as two halves
  std::string cpu;         ///< LLVM's name, written into every function
  std::string features;    ///< its feature list, likewise

  /// Marks a function as made for this machine.
  void apply(llvm::Function& function) const {
    if (!cpu.empty()) function.addFnAttr("target-cpu", cpu);
    if (!features.empty()) function.addFnAttr("target-features", features);
  }

  /// Of the vector registers that kernels use.
  [[nodiscard]] int vector_bits() const { return has_avx512f ? 512 : has_avx2 ? 256 : 128; }

  /// Reads them off a target machine. Elsewhere than on x86 only fma (AArch64) is claimed.
  static TargetTraits of(const llvm::TargetMachine& machine);
};

} // namespace nngc::codegen
