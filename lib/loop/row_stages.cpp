#include "loop/row_stages.h"

#include <algorithm>

namespace nngc::loop {

bool has_stages(const Kernel& kernel) {
  if (kernel.kind != KernelKind::Nest || kernel.serial || kernel.parallel == 0 ||
      static_cast<int>(kernel.dims.size()) != kernel.parallel + 1 || kernel.lane != kernel.parallel)
    return false;
  if (std::ranges::count_if(kernel.phases, &Phase::loops) < 2) return false;
  std::size_t stored = kernel.phases.size();
  for (std::size_t p = 0; p < kernel.phases.size(); ++p) {
    const Phase& phase = kernel.phases[p];
    // Before the first point and behind the last one a phase gets sums of nothing: no address may
    // be made of them.
    if (std::ranges::any_of(phase.reductions, [](const Reduction& r) { return r.index >= 0; }))
      return false;
    for (const Instr& instr : phase.body) {
      if (instr.op == Op::LoadAt || instr.op > Op::Store) return false;
      // A phase later, a piece of scratch memory is still that point's; two phases later, not.
      if (instr.buffer < 0 || instr.buffer != kernel.scratch) continue;
      if (instr.op == Op::Store) stored = std::min(stored, p);
      if (p > stored + 1) return false;
    }
  }
  return true;
}

} // namespace nngc::loop
