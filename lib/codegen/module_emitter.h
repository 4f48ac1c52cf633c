/// A loop program as an LLVM module.
#pragma once

#include <memory>

#include "codegen/kernel_shares.h"
#include "codegen/target.h"

namespace nngc::codegen {

/// That part of the program: the kernels which are its share, and with part 0 the entries and the
/// table. The module is verified. Its context must outlive it.
[[nodiscard]] std::unique_ptr<llvm::Module>
emit_module(llvm::LLVMContext& context, const loop::Program& program, const Target& target,
            const Options& options, const KernelShares& shares, int part);

/// All of the program.
[[nodiscard]] std::unique_ptr<llvm::Module> emit_module(llvm::LLVMContext& context,
                                                        const loop::Program& program,
                                                        const Target& target,
                                                        const Options& options);

} // namespace nngc::codegen
