#include "codegen/fetch_ahead.h"

#include <algorithm>

#include "codegen/dependence.h"
#include "codegen/past_caches.h"

namespace nngc::codegen {
namespace {

using loop::Op;

/// Farther than a row of 4096 numbers and nearer than the second cache is large; between 16 and
/// 128 KiB the distance made no difference.
constexpr std::int64_t distance = 32 << 10, line = 64;

} // namespace

std::vector<int> read_from_memory(const loop::Entry& entry, const loop::Kernel& kernel) {
  std::vector<int> found;
  if (kernel.kind != loop::KernelKind::Nest || kernel.lane < kernel.parallel ||
      std::ranges::count_if(kernel.phases, &loop::Phase::loops) < 2)
    return found;
  for (const loop::Phase& phase : kernel.phases)
    for (const loop::Instr& instr : phase.body) {
      if (instr.op != Op::Load || std::ranges::find(found, instr.buffer) != found.end()) continue;
      const loop::Buffer& b = entry.buffers[static_cast<std::size_t>(instr.buffer)];
      if (b.size.is_static() && b.size.value() >= beyond_caches / byte_size(b.dtype) &&
          stride_of(instr.index, kernel.lane) == Dim(1))
        found.push_back(instr.buffer);
    }
  return found;
}

void fetch_ahead(IrContext& ir, DType dtype, Value* address, int lanes) {
  auto& b = ir.builder;
  // Shorter registers share a line, and ask for it twice.
  for (std::int64_t at = 0; at < lanes * byte_size(dtype); at += line) {
    Value* where = b.CreateGEP(b.getInt8Ty(), address, ir.i64(distance + at));
    constexpr int read = 0, second_cache = 2, data = 1;
    b.CreateIntrinsic(llvm::Intrinsic::prefetch, {where->getType()},
                      {where, b.getInt32(read), b.getInt32(second_cache), b.getInt32(data)});
  }
}

} // namespace nngc::codegen
