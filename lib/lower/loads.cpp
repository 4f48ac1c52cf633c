// What a group reads to compute what it stores.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "lower/plan.h"

namespace nngc::lower_detail {

namespace {

/// The index of each own stored value at the point that computes it.
Index own_index(const Plan& plan, NodeId v) {
  Index index;
  for (int d : plan.frame[v]) index.push_back(d < 0 ? loop::Affine{} : dim_index(d));
  return index;
}

struct IndexHash {
  std::size_t operator()(const Index& index) const {
    std::size_t h = index.size();
    for (const auto& a : index) {
      h = h * 31 + static_cast<std::size_t>(a.base.offset());
      for (const auto& t : a.terms)
        h = (h * 31 + static_cast<std::size_t>(t.dim)) * 31 +
            static_cast<std::size_t>(t.stride.offset());
    }
    return h;
  }
};

/// A value that may be read at one index only.
struct Guard {
  NodeId value;
  Index index;
};

/// Down from values to what a group reads to compute them. Few indices occur and most values keep
/// that of their user, so an index is a number here.
class Walk {
public:
  Walk(const Plan& plan, int group, std::vector<NodeId>& loads, const Guard* guard = nullptr)
      : plan_(plan), g_(*plan.graph), group_(group), loads_(loads), guard_(guard) {}

  /// Adds to the loads what computing `v` at `start` reads. False if one of the group's own stored
  /// values is needed at another element than the one being computed, or the guarded value
  /// elsewhere.
  bool from(NodeId v, Index start) {
    push(v, number(std::move(start)));
    return run();
  }
  /// The same for a value whose elements are read in an order of their own.
  bool anywhere(NodeId v) { return push_anywhere(v) && run(); }

private:
  bool run() {
    while (!stack_.empty()) {
      const auto [n, at] = stack_.back();
      stack_.pop_back();
      if (plan_.in_memory(n)) {
        if (plan_.stored_by[n] != group_) {
          if (guard_ != nullptr && n == guard_->value && indices_[at] != guard_->index)
            return false;
          loads_.push_back(n);
          continue;
        }
        if (!is_own_place(n, indices_[at])) return false;
      }
      if (!step(n, at)) return false;
    }
    return true;
  }
  /// Whether the element of `n` at `index` is the one being computed. Along an axis of extent 1 it
  /// is, whatever the index is called there.
  bool is_own_place(NodeId n, const Index& index) const {
    const Index own = own_index(plan_, n);
    const Shape& shape = g_.type(n).shape;
    for (std::size_t i = 0; i < own.size(); ++i)
      if (own[i] != index[i] && !(shape[static_cast<int>(i)] == Dim(1))) return false;
    return true;
  }
  std::size_t number(Index index) {
    const auto [it, added] = numbers_.try_emplace(index, indices_.size());
    if (added) indices_.push_back(std::move(index));
    return it->second;
  }
  void push(NodeId n, std::size_t at) {
    if (seen_.insert(std::uint64_t{n} << 32 | at).second) stack_.emplace_back(n, at);
  }

  bool step(NodeId n, std::size_t at) {
    const auto operands = g_.operands(n);
    switch (plan_.lowering(n)) {
    case Lowering::View: push(operands[0], number(view_index(g_, n, indices_[at]))); return true;
    case Lowering::Reshape: {
      Index mapped;
      if (squeeze_index(g_.type(n).shape, g_.type(operands[0]).shape, indices_[at], mapped)) {
        push(operands[0], number(std::move(mapped)));
        return true;
      }
      return !plan_.in_memory(operands[0]) || read_anywhere(operands[0]);
    }
    case Lowering::Elementwise:
      for (NodeId o : operands) push(o, at);
      return true;
    case Lowering::Pad:
    case Lowering::Concat:
    case Lowering::Gather:
    case Lowering::DynamicSlice:
    case Lowering::DynamicUpdateSlice:
    case Lowering::RngBits: return step_moving(n, at);
    default: return true; // a reduction, a dot: in a register
    }
  }

  bool step_moving(NodeId n, std::size_t at) {
    const auto operands = g_.operands(n);
    const bool keeps_place = plan_.lowering(n) == Lowering::DynamicUpdateSlice;
    if (keeps_place) push(operands[0], at);
    for (std::size_t i = keeps_place ? 1 : 0; i < operands.size(); ++i)
      if (!push_anywhere(operands[i])) return false;
    if (plan_.lowering(n) == Lowering::Gather)
      push(operands[1], number(row_indices(g_, n, indices_[at]).indices));
    return true;
  }

  bool push_anywhere(NodeId o) {
    NodeId base = o;
    loop::Affine position;
    Index any(static_cast<std::size_t>(g_.type(o).shape.rank()));
    if (resolve(plan_, o, any, base, position)) return read_anywhere(base);
    push(o, number(std::move(any)));
    return true;
  }
  bool read_anywhere(NodeId base) {
    if (plan_.stored_by[base] == group_ || (guard_ != nullptr && base == guard_->value))
      return false;
    loads_.push_back(base);
    return true;
  }

  const Plan& plan_;
  const GraphData& g_;
  int group_;
  std::vector<NodeId>& loads_;
  const Guard* guard_;
  std::vector<Index> indices_;
  std::unordered_map<Index, std::size_t, IndexHash> numbers_;
  std::unordered_set<std::uint64_t> seen_;
  std::vector<std::pair<NodeId, std::size_t>> stack_;
};

/// Whether anchors take their operands' elements one by one at the point that runs.
bool walks_space(const Group& group) {
  return group.kind == Group::Kind::Reduce || group.kind == Group::Kind::Cumulate;
}

Index full_index(const Group& group) {
  Index index;
  for (int d = 0; d < group.space.rank(); ++d) index.push_back(dim_index(d));
  return index;
}

} // namespace

bool collect_loads(const Plan& plan, int id, std::vector<NodeId>& loads) {
  const Group& group = plan.groups[static_cast<std::size_t>(id)];
  const GraphData& g = *plan.graph;
  loads.clear();
  Walk walk(plan, id, loads);
  for (NodeId a : group.anchors) {
    for (NodeId o : g.operands(a))
      if (!(walks_space(group) ? walk.from(o, full_index(group)) : walk.anywhere(o))) return false;
  }
  for (NodeId r : group.roots)
    if (!group.stores_itself() && !walk.from(r, own_index(plan, r))) return false;
  std::sort(loads.begin(), loads.end());
  loads.erase(std::unique(loads.begin(), loads.end()), loads.end());
  return true;
}

bool may_overwrite(const Plan& plan, int id, NodeId input, NodeId root) {
  const Group& group = plan.groups[static_cast<std::size_t>(id)];
  const GraphData& g = *plan.graph;
  // Anchors are computed before anything is stored, but at all points; roots at one point each.
  std::vector<NodeId> loads;
  Walk anchors(plan, id, loads);
  for (NodeId a : group.anchors) {
    if (walks_space(group)) {
      for (NodeId o : g.operands(a)) anchors.from(o, full_index(group));
      continue;
    }
    const auto operands = g.operands(a);
    for (std::size_t i = 0; i < operands.size(); ++i)
      // What a scatter adds to may lie where the sum will.
      if (group.kind != Group::Kind::Scatter || i != 0 || operands[0] != input)
        anchors.anywhere(operands[i]);
  }
  if (std::find(loads.begin(), loads.end(), input) != loads.end()) return false;
  const Guard guard{input, own_index(plan, root)};
  Walk roots(plan, id, loads, &guard);
  for (NodeId r : group.roots)
    if (!group.stores_itself() && !roots.from(r, own_index(plan, r))) return false;
  return true;
}

} // namespace nngc::lower_detail
