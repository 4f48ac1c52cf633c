// The arena: interning of types, attributes and nodes.
#include "ir/graph_data.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace nngc {

namespace {
constexpr NodeId free_slot = ~NodeId{0};
std::size_t mix(std::size_t h, std::size_t v) { return (h ^ v) * 0x9E3779B97F4A7C15U + (h >> 31); }

std::size_t type_hash(const TensorType& t) {
  std::size_t h = static_cast<std::size_t>(t.dtype) + 17;
  for (const Dim& d : t.shape)
    h = mix(mix(mix(h, d.symbol_id()), static_cast<std::size_t>(d.scale())),
            static_cast<std::size_t>(d.offset()));
  return h;
}

/// The index of `item` in `pool`, appended if it is new.
template <class T>
std::uint32_t intern_in(std::deque<T>& pool,
                        std::unordered_multimap<std::size_t, std::uint32_t>& ids, const T& item,
                        std::size_t hash) {
  const auto [first, last] = ids.equal_range(hash);
  for (auto it = first; it != last; ++it)
    if (pool[it->second] == item) return it->second;
  pool.push_back(item);
  const auto id = static_cast<std::uint32_t>(pool.size() - 1);
  ids.emplace(hash, id);
  return id;
}
} // namespace

std::uint32_t GraphData::intern_type(const TensorType& type) {
  return intern_in(types, type_ids_, type, type_hash(type));
}

GraphData::RecentSplat& GraphData::recent_splat(DType dtype, double value, const Shape& shape) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  std::size_t h = mix(static_cast<std::size_t>(dtype) + 1, bits);
  for (const Dim& d : shape) h = mix(h, static_cast<std::size_t>(d.offset() + d.scale()));
  RecentSplat& recent = recent_splats_[(h >> 32) % recent_splats_.size()];
  const bool same = recent.node != no_origin && recent.dtype == dtype && recent.epoch == epoch &&
                    recent.bits == bits && type(recent.node).shape == shape;
  if (!same) recent = {dtype, epoch, bits, no_origin};
  return recent;
}

std::uint32_t GraphData::intern_attrs(const Attrs& attrs) {
  // The empty list is by far the most frequent one.
  if (!attrs.list().empty()) return intern_in(attr_pool, attr_ids_, attrs, attrs.hash());
  if (no_attrs_ == ~std::uint32_t{0})
    no_attrs_ = intern_in(attr_pool, attr_ids_, attrs, attrs.hash());
  return no_attrs_;
}

std::size_t GraphData::hash(Opcode op, std::span<const NodeId> operands, std::uint32_t type,
                            std::uint32_t attrs) const {
  std::size_t h = mix(mix(static_cast<std::size_t>(op) + 1, type), attrs);
  h = mix(h, epoch);
  for (NodeId o : operands) h = mix(h, o);
  return h ^ (h >> 32);
}

template <class Fits>
GraphData::Slot& GraphData::slot_of(std::uint32_t hash, std::span<const NodeId> operands,
                                    const Fits& fits) {
  const auto taken = [&](const Slot& slot) {
    return slot.id != free_slot && !(slot.hash == hash && fits(slot.id));
  };
  if (!operands.empty()) {
    const auto first = near_.begin() + slots_per_node * *std::ranges::max_element(operands);
    const auto found = std::find_if_not(first, first + near_slots, taken);
    if (found != first + near_slots) return *found;
  }
  const std::size_t last = far_.size() - 1;
  std::size_t at = hash & last;
  while (taken(far_[at])) at = (at + 1) & last;
  return far_[at];
}

void GraphData::grow_far() {
  const std::vector<Slot> old =
      std::exchange(far_, std::vector<Slot>(std::max<std::size_t>(64, far_.size() * 2)));
  for (const Slot& slot : old)
    if (slot.id != free_slot) slot_of(slot.hash, {}, [](NodeId) { return false; }) = slot;
}

void GraphData::expect(std::size_t more) {
  const auto make_room = [](auto& list, std::size_t size) {
    if (size > list.capacity()) list.reserve(std::max(size, 2 * list.capacity()));
  };
  make_room(nodes, nodes.size() + more);
  make_room(operand_pool, operand_pool.size() + 2 * more);
  make_room(near_, near_.size() + slots_per_node * more + near_slots);
}

NodeId GraphData::intern(Opcode op, std::span<const NodeId> operands, std::uint32_t type,
                         std::uint32_t attrs) {
  if ((far_count_ + 1) * 2 > far_.size()) grow_far();
  const auto key = static_cast<std::uint32_t>(hash(op, operands, type, attrs));
  // Inputs are never merged: two of equal type are two buffers. Their name attribute tells them
  // apart.
  Slot& slot = slot_of(key, operands, [&](NodeId id) {
    const Node& n = nodes[id];
    return n.op == op && n.type == type && n.attrs == attrs && n.epoch == epoch &&
           std::ranges::equal(this->operands(id), operands);
  });
  if (slot.id != free_slot) return slot.id;
  const NodeId id = size();
  const Slot* const first = far_.data();
  if (std::less_equal<>{}(first, &slot) && std::less<>{}(&slot, first + far_.size())) ++far_count_;
  slot = {id, key};
  near_.resize(slots_per_node * (id + std::size_t{1}) + near_slots);
  nodes.push_back({op, section, epoch, static_cast<std::uint32_t>(operands.size()),
                   static_cast<std::uint32_t>(operand_pool.size()), type, attrs,
                   origin == no_origin ? id : origin});
  // `operands` may point into the pool, which moves as it grows.
  const bool own = std::less_equal<>{}(operand_pool.data(), operands.data()) &&
                   std::less<>{}(operands.data(), operand_pool.data() + operand_pool.size());
  const std::vector<NodeId> copy(own ? operands.begin() : operands.end(), operands.end());
  if (own) operands = copy;
  operand_pool.insert(operand_pool.end(), operands.begin(), operands.end());
  return id;
}

} // namespace nngc
