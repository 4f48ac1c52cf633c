#include "codegen/kernel_key.h"

#include <algorithm>

#include "codegen/frame.h"
#include "codegen/past_caches.h"

namespace nngc::codegen {
namespace {

class Key {
public:
  Key(const loop::Entry& entry, const loop::Kernel& kernel)
      : entry_(entry), buffers_(used_buffers(kernel)) {}

  void number(std::int64_t n) {
    text_ += std::to_string(n);
    text_ += ' ';
  }
  void dim(const Dim& dim) {
    // A symbol is where its value stands among the entry's.
    const auto found = std::ranges::find(entry_.symbols, dim.symbol_id());
    number(dim.is_static() ? -1 : found - entry_.symbols.begin());
    number(dim.scale());
    number(dim.offset());
  }
  void affine(const loop::Affine& index) {
    dim(index.base);
    number(static_cast<std::int64_t>(index.terms.size()));
    for (const loop::Affine::Term& term : index.terms) {
      number(term.dim);
      dim(term.stride);
    }
  }
  void buffer(int index) {
    number(index < 0 ? -1 : std::ranges::find(buffers_, index) - buffers_.begin());
    if (index >= 0) number(static_cast<int>(entry_.buffers[static_cast<std::size_t>(index)].dtype));
  }
  void instr(const loop::Instr& instr) {
    for (const int field : {static_cast<int>(instr.op), static_cast<int>(instr.type), instr.a,
                            instr.b, instr.c, instr.phase, instr.imm})
      number(field);
    number(static_cast<std::int64_t>(instr.bits));
    buffer(instr.buffer);
    affine(instr.index);
  }
  std::string take() { return std::move(text_); }

private:
  const loop::Entry& entry_;
  std::vector<int> buffers_;
  std::string text_;
};

} // namespace

std::string kernel_key(const loop::Entry& entry, const loop::Kernel& kernel) {
  Key key(entry, kernel);
  for (const int field : {static_cast<int>(kernel.kind), kernel.parallel, kernel.lane,
                          static_cast<int>(kernel.operand_type), static_cast<int>(kernel.acc_type),
                          static_cast<int>(kernel.serial), static_cast<int>(kernel.dims.size())})
    key.number(field);
  for (const loop::Loop& loop : kernel.dims) key.dim(loop.extent);
  for (const loop::MatrixOperand* operand : {&kernel.a, &kernel.b}) {
    key.buffer(operand->buffer);
    key.affine(operand->index);
  }
  key.buffer(kernel.scratch);
  for (const int buffer : stored_past_caches(entry, kernel)) key.buffer(buffer);
  key.dim(kernel.count);
  key.number(kernel.descending);
  key.number(kernel.scratch_row);
  key.number(kernel.rows);
  key.number(kernel.chains);
  for (const loop::Phase& phase : kernel.phases) {
    key.number(phase.loops);
    key.number(static_cast<std::int64_t>(phase.body.size()));
    for (const loop::Instr& instr : phase.body) key.instr(instr);
    key.number(static_cast<std::int64_t>(phase.reductions.size()));
    for (const loop::Reduction& reduction : phase.reductions)
      for (const int field : {static_cast<int>(reduction.op), reduction.value, reduction.index})
        key.number(field);
  }
  return key.take();
}

} // namespace nngc::codegen
