/// A loop program as an LLVM module.
#pragma once

#include <memory>

#include "codegen/target.h"

namespace nngc::codegen {

/// The module is verified. Its context must outlive it.
[[nodiscard]] std::unique_ptr<llvm::Module> emit_module(llvm::LLVMContext& context,
                                                        const loop::Program& program,
                                                        const Target& target,
                                                        const Options& options);

} // namespace nngc::codegen
