#include "codegen/kernel_shares.h"

#include <algorithm>
#include <numeric>

#include "codegen/instr_emitter.h"
#include "codegen/kernel_key.h"

namespace nngc::codegen {
namespace {

// About how long a function takes to compile, in instructions of the loop program. A contraction is
// unrolled into tiles, with a tile for every remainder.
std::int64_t work_of(const loop::Kernel& kernel) {
  std::int64_t work = kernel.kind == loop::KernelKind::Nest ? 10 : 200;
  for (const loop::Phase& phase : kernel.phases)
    for (const loop::Instr& instr : phase.body) work += is_function(instr.op) ? 10 : 1;
  return work;
}

// A module takes a millisecond before its first function.
constexpr std::int64_t least_work = 200;

} // namespace

KernelShares::KernelShares(const loop::Program& program, int most_parts) {
  std::unordered_map<std::string, std::size_t> known;
  for (const loop::Entry& entry : program.entries) collect(entry, known);

  std::vector<std::int64_t> work;
  for (const Function& f : functions_) work.push_back(work_of(*f.kernel));
  // The entries are in part 0.
  const auto calls = static_cast<std::int64_t>(function_of_.size());
  const std::int64_t all = std::accumulate(work.begin(), work.end(), calls);
  parts_ = static_cast<int>(std::clamp<std::int64_t>(all / least_work, 1, std::max(1, most_parts)));
  std::vector<std::int64_t> load(static_cast<std::size_t>(parts_));
  load[0] = calls;
  std::vector<std::size_t> order(functions_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return work[i]; });
  for (const std::size_t i : order) {
    const auto least = std::ranges::min_element(load);
    *least += work[i];
    functions_[i].part = static_cast<int>(least - load.begin());
  }
}

void KernelShares::collect(const loop::Entry& entry,
                           std::unordered_map<std::string, std::size_t>& known) {
  for (const loop::Entry& body : entry.bodies) collect(body, known);
  for (const loop::Kernel& kernel : entry.kernels) {
    if (kernel.kind == loop::KernelKind::Control) continue;
    const auto [at, added] = known.emplace(kernel_key(entry, kernel), functions_.size());
    if (added) functions_.push_back({&entry, &kernel, 0});
    function_of_.emplace(&kernel, at->second);
  }
}

} // namespace nngc::codegen
