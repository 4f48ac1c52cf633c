// The arena: interning of types, attributes and nodes.
#include "ir/graph_data.h"

#include <algorithm>

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

std::uint32_t GraphData::intern_attrs(const Attrs& attrs) {
  return intern_in(attr_pool, attr_ids_, attrs, attrs.hash());
}

std::size_t GraphData::hash(Opcode op, std::span<const NodeId> operands, std::uint32_t type,
                            std::uint32_t attrs) const {
  std::size_t h = mix(mix(static_cast<std::size_t>(op) + 1, type), attrs);
  h = mix(h, epoch);
  for (NodeId o : operands) h = mix(h, o);
  return h ^ (h >> 32);
}

void GraphData::grow() {
  slots_.assign(std::max<std::size_t>(64, slots_.size() * 2), free_slot);
  for (NodeId id = 0; id < size(); ++id) {
    const Node& n = nodes[id];
    const std::uint8_t saved = std::exchange(epoch, n.epoch);
    std::size_t at = hash(n.op, this->operands(id), n.type, n.attrs) & (slots_.size() - 1);
    epoch = saved;
    while (slots_[at] != free_slot) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = id;
  }
}

NodeId GraphData::intern(Opcode op, std::span<const NodeId> operands, std::uint32_t type,
                         std::uint32_t attrs) {
  if ((nodes.size() + 1) * 2 > slots_.size()) grow();
  std::size_t at = hash(op, operands, type, attrs) & (slots_.size() - 1);
  // Inputs are never merged: two of equal type are two buffers. Their name attribute tells them
  // apart.
  for (; slots_[at] != free_slot; at = (at + 1) & (slots_.size() - 1)) {
    const NodeId id = slots_[at];
    const Node& n = nodes[id];
    const auto have = this->operands(id);
    if (n.op == op && n.type == type && n.attrs == attrs && n.epoch == epoch &&
        std::equal(have.begin(), have.end(), operands.begin(), operands.end()))
      return id;
  }
  const NodeId id = size();
  slots_[at] = id;
  const std::vector<NodeId> copy(operands.begin(),
                                 operands.end()); // `operands` may point into the pool
  nodes.push_back({op, section, epoch, static_cast<std::uint32_t>(copy.size()),
                   static_cast<std::uint32_t>(operand_pool.size()), type, attrs,
                   origin == no_origin ? id : origin});
  operand_pool.insert(operand_pool.end(), copy.begin(), copy.end());
  return id;
}

} // namespace nngc
