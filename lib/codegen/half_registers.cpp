#include "codegen/half_registers.h"

#include "codegen/dependence.h"
#include "codegen/instr_emitter.h"

namespace nngc::codegen {
namespace {

using loop::Op;

/// On Zen 4 a sum of products of arrays in L3 moves 0.83 of what a copy does with 512 bits, and as
/// much with 256; from memory 4 to 6 % more. From L1, where computing takes the time, it is a
/// quarter slower, and from L2 the same.
constexpr std::int64_t second_cache = std::int64_t{1} << 20;
/// What a kernel may weigh for each array, the move itself included, and still be done before the
/// array is moved from L3.
constexpr std::int64_t free_per_array = 5;

} // namespace

bool moves_in_halves(const TargetTraits& traits, const loop::Kernel& kernel) {
  if (!traits.has_halves || kernel.kind != loop::KernelKind::Nest || kernel.lane < 0 ||
      static_cast<int>(kernel.dims.size()) != kernel.parallel)
    return false;
  std::int64_t bytes = 0, arrays = 0, work = 0;
  for (const loop::Phase& phase : kernel.phases) {
    work += weight(phase.body);
    for (const loop::Instr& instr : phase.body) {
      if (is_function(instr.op) || instr.op == Op::LoadAt || instr.op > Op::Store) return false;
      if (instr.buffer < 0) continue;
      std::int64_t elements = 1;
      for (const auto& term : instr.index.terms) {
        const Dim& extent = kernel.dims[static_cast<std::size_t>(term.dim)].extent;
        if (!extent.is_static()) return false;
        elements *= extent.value();
      }
      // What is as small as a row stays in the first cache.
      if (instr.index.terms.size() == kernel.dims.size()) ++arrays;
      bytes += elements * byte_size(instr.type);
    }
  }
  return bytes > second_cache && work <= free_per_array * arrays;
}

void make_of_halves(llvm::Function& function) {
  function.addFnAttr("prefer-vector-width", "256");
  function.addFnAttr("min-legal-vector-width", "256");
}

} // namespace nngc::codegen
