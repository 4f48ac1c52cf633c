/// Which loop dims each instruction of a kernel depends on, so that nothing is computed in a deeper
/// loop than it must.
#pragma once

#include <cstdint>
#include <vector>

#include "loop/loop_ir.h"

namespace nngc::codegen {

/// Bit d: the value changes with dim d, or must be made anew (effects, loads of what the kernel
/// stores).
using DimSet = std::uint64_t;

/// For each phase, for each instruction.
[[nodiscard]] std::vector<std::vector<DimSet>> dependences(const loop::Kernel& kernel);
/// The deepest dim of the set; -1 for none.
[[nodiscard]] int deepest(DimSet dims);
/// Roughly how many vector instructions one run of the body takes.
[[nodiscard]] std::int64_t weight(const std::vector<loop::Instr>& body);
/// The stride of `dim` in the affine; 0 where it does not occur.
[[nodiscard]] Dim stride_of(const loop::Affine& index, int dim);
[[nodiscard]] bool is_effect(loop::Op op);
[[nodiscard]] bool is_access(loop::Op op);
/// Running, Before.
[[nodiscard]] bool is_running(loop::Op op);

} // namespace nngc::codegen
