/// Which machine code is for: LLVM's target machine, and what the emitters need to know of it.
#pragma once

#include <memory>
#include <string>

#include "codegen/codegen.h"
#include "codegen/llvm_headers.h"
#include "codegen/target_traits.h"

namespace nngc::codegen {

struct Target {
  std::unique_ptr<llvm::TargetMachine> machine;
  TargetTraits traits;
};

/// Throws Error{Argument} for a triple, a cpu or a feature that this LLVM does not know.
[[nodiscard]] Target make_target(const Options& options);

/// Features that code for `target` may use and this machine does not have, such as `amx-tile`:
/// running it here could end in an illegal instruction. Empty: it runs.
[[nodiscard]] std::string features_this_machine_lacks(const Target& target);

} // namespace nngc::codegen
