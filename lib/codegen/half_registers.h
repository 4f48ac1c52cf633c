/// Processors whose 512-bit registers are moved in halves: what a nest moves through the caches is
/// moved faster by instructions for half registers, though they are twice as many.
#pragma once

#include "codegen/target_traits.h"
#include "loop/loop_ir.h"

namespace nngc::codegen {

/// Whether the kernel is better made of 256-bit instructions: an elementwise one of arrays that
/// together lie in no second cache, with so little to compute that it is bound by what it moves.
[[nodiscard]] bool moves_in_halves(const TargetTraits& traits, const loop::Kernel& kernel);
/// Has the function made of 256-bit instructions.
void make_of_halves(llvm::Function& function);

} // namespace nngc::codegen
