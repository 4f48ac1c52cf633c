// One arena: buffers whose lives do not meet share memory.
//
// Sizes are a + b*n in at most one symbol, so slots are compared by both parts: a buffer may take a
// free slot, which grows to hold it in both parts. Greedy in order of first use; best fit, to grow
// slots as little as possible.
#include <algorithm>

#include "lower/plan.h"

namespace nngc::lower_detail {

namespace {

/// Bytes rounded up to whole cache lines for every value of the symbol.
Dim aligned_bytes(const loop::Buffer& b) {
  const Dim bytes = b.size * Dim(byte_size(b.dtype));
  auto up = [](std::int64_t n) { return (n + 63) / 64 * 64; };
  return make_dim(bytes.symbol_id(), up(bytes.scale()), up(bytes.offset()));
}

struct Slot {
  Dim size;
  int busy_until = -1;
};

} // namespace

Dim plan_memory(std::vector<loop::Buffer>& buffers, const std::vector<int>& first,
                const std::vector<int>& last) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < buffers.size(); ++i)
    if (buffers[i].kind == loop::BufferKind::Arena) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return first[a] != first[b] ? first[a] < first[b] : a < b;
  });
  std::vector<Slot> slots;
  std::vector<std::size_t> slot_of(buffers.size());
  for (std::size_t i : order) {
    const Dim need = aligned_bytes(buffers[i]);
    std::size_t best = slots.size();
    std::int64_t best_waste = 0;
    for (std::size_t s = 0; s < slots.size(); ++s) {
      const Slot& slot = slots[s];
      if (slot.busy_until >= first[i]) continue;
      if (slot.size.symbol_id() != 0 && need.symbol_id() != 0 &&
          slot.size.symbol_id() != need.symbol_id())
        continue;
      const std::int64_t waste = std::abs(slot.size.scale() - need.scale()) * 64 +
                                 std::abs(slot.size.offset() - need.offset());
      if (best == slots.size() || waste < best_waste) best = s, best_waste = waste;
    }
    if (best == slots.size()) slots.emplace_back();
    Slot& slot = slots[best];
    const std::uint32_t symbol = std::max(slot.size.symbol_id(), need.symbol_id());
    slot.size = make_dim(symbol, std::max(slot.size.scale(), need.scale()),
                         std::max(slot.size.offset(), need.offset()));
    slot.busy_until = last[i];
    slot_of[i] = best;
  }
  Dim total = 0;
  std::vector<Dim> offset;
  for (const Slot& slot : slots) {
    offset.push_back(total);
    total = total + slot.size;
  }
  for (std::size_t i : order) buffers[i].offset = offset[slot_of[i]];
  return total;
}

} // namespace nngc::lower_detail
