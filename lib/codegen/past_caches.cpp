#include "codegen/past_caches.h"

#include <algorithm>

#include "codegen/dependence.h"

#include <llvm/IR/IntrinsicsX86.h>

namespace nngc::codegen {
namespace {

using loop::Op;

constexpr std::int64_t line = 64;

bool whole_lines(const Dim& elements, DType dtype) {
  return elements.is_static() && elements.value() * byte_size(dtype) % line == 0;
}

bool fits(const loop::Kernel& kernel, const loop::Instr& store) {
  if (store.op != Op::Store || !(stride_of(store.index, kernel.lane) == Dim(1))) return false;
  const auto aligned = [&](const loop::Affine::Term& term) {
    return term.dim == kernel.lane || whole_lines(term.stride, store.type);
  };
  return whole_lines(store.index.base, store.type) &&
         std::ranges::all_of(store.index.terms, aligned);
}

} // namespace

std::vector<int> stored_past_caches(const loop::Entry& entry, const loop::Kernel& kernel) {
  std::vector<int> found;
  if (kernel.kind != loop::KernelKind::Nest || kernel.lane < 0) return found;
  for (const int buffer : used_buffers(kernel)) {
    const loop::Buffer& b = entry.buffers[static_cast<std::size_t>(buffer)];
    if (byte_size(b.dtype) < 4 || !b.size.is_static() ||
        b.size.value() < beyond_caches / byte_size(b.dtype))
      continue;
    bool all = true;
    for (const loop::Phase& phase : kernel.phases)
      for (const loop::Instr& instr : phase.body)
        all = all && (instr.buffer != buffer || fits(kernel, instr));
    if (all) found.push_back(buffer);
  }
  return found;
}

Value* all_aligned(Frame& frame, const std::vector<int>& buffers) {
  auto& b = frame.ir().builder;
  Value* bits = frame.ir().i64(0);
  for (const int buffer : buffers)
    bits = b.CreateOr(bits, b.CreatePtrToInt(frame.buffer(buffer), frame.ir().i64_type()));
  return b.CreateICmpEQ(b.CreateAnd(bits, frame.ir().i64(line - 1)), frame.ir().i64(0));
}

void emit_fence(IrContext& ir) {
  // A release fence is no instruction on x86, whose other stores need none.
  if (ir.traits.is_x86)
    ir.builder.CreateIntrinsic(llvm::Intrinsic::x86_sse_sfence, {}, {});
  else
    ir.builder.CreateFence(llvm::AtomicOrdering::Release);
}

} // namespace nngc::codegen
