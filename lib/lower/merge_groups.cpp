// Joins groups over one space: values stay in registers instead of going through memory, and a
// stream that both read is read once. Afterwards, stores that nobody reads are dropped, and groups
// that store nothing.
#include <algorithm>
#include <functional>
#include <unordered_set>

#include "lower/plan.h"

namespace nngc::lower_detail {

namespace {

constexpr std::size_t cost_limit = 400; ///< instructions in one body, about

/// The index of each own stored value at the point that computes it.
Index own_index(const Plan& plan, NodeId v) {
  Index index;
  for (int d : plan.frame[v]) index.push_back(d < 0 ? loop::Affine{} : dim_index(d));
  return index;
}

struct IndexHash {
  std::size_t operator()(const std::pair<NodeId, Index>& key) const {
    std::size_t h = key.first;
    for (const auto& a : key.second) {
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

/// Adds to `loads` what computing `v` at `start` inside `group` reads. False if one of the group's
/// own stored values is needed at another element than the one being computed, or the guarded value
/// elsewhere.
bool walk(const Plan& plan, int group, NodeId v, Index start, std::vector<NodeId>& loads,
          const Guard* guard = nullptr) {
  const GraphData& g = *plan.graph;
  std::unordered_set<std::pair<NodeId, Index>, IndexHash> seen;
  std::vector<std::pair<NodeId, Index>> stack{{v, std::move(start)}};
  bool first = true;
  while (!stack.empty()) {
    auto [n, index] = std::move(stack.back());
    stack.pop_back();
    const bool is_first = std::exchange(first, false);
    if (!seen.emplace(n, index).second) continue;
    if (plan.in_memory(n)) {
      if (plan.stored_by[n] != group) {
        if (guard != nullptr && n == guard->value && index != guard->index) return false;
        loads.push_back(n);
        continue;
      }
      if (!is_first && index != own_index(plan, n)) return false;
    }
    const auto operands = g.operands(n);
    switch (plan.lowering(n)) {
    case Lowering::View: stack.emplace_back(operands[0], view_index(g, n, index)); break;
    case Lowering::Reshape: {
      Index mapped;
      if (squeeze_index(g.type(n).shape, g.type(operands[0]).shape, index, mapped)) {
        stack.emplace_back(operands[0], std::move(mapped));
      } else if (plan.in_memory(operands[0])) {
        if (plan.stored_by[operands[0]] == group) return false;
        if (guard != nullptr && operands[0] == guard->value) return false;
        loads.push_back(operands[0]);
      }
      break;
    }
    case Lowering::Elementwise:
      for (NodeId o : operands) stack.emplace_back(o, index);
      break;
    case Lowering::Reduce:
    case Lowering::ArgReduce:
    case Lowering::Dot: break; // in a register
    case Lowering::Pad:
    case Lowering::Concat:
    case Lowering::Gather:
    case Lowering::RngBits: {
      for (NodeId o : operands) {
        NodeId base = o;
        loop::Affine position;
        const Index any(static_cast<std::size_t>(g.type(o).shape.rank()));
        if (resolve(plan, o, any, base, position)) {
          if (plan.stored_by[base] == group || (guard != nullptr && base == guard->value))
            return false;
          loads.push_back(base);
        } else {
          stack.emplace_back(o, any);
        }
      }
      if (plan.lowering(n) == Lowering::Gather) {
        const auto axis = g.attrs(n).get<std::int64_t>("axis");
        const int rank = g.type(operands[1]).shape.rank();
        stack.emplace_back(operands[1], Index(index.begin() + axis, index.begin() + axis + rank));
      }
      break;
    }
    default: break;
    }
  }
  return true;
}

Index full_index(const Group& group) {
  Index index;
  for (int d = 0; d < group.space.rank(); ++d) index.push_back(dim_index(d));
  return index;
}

/// Everything a group reads. False: it needs an own stored value elsewhere.
bool group_loads(const Plan& plan, int id, std::vector<NodeId>& loads) {
  const Group& group = plan.groups[static_cast<std::size_t>(id)];
  const GraphData& g = *plan.graph;
  loads.clear();
  for (NodeId a : group.anchors) {
    if (group.kind == Group::Kind::Reduce) {
      if (!walk(plan, id, g.operands(a)[0], full_index(group), loads)) return false;
    } else {
      for (NodeId o : g.operands(a)) {
        NodeId base = o;
        loop::Affine position;
        const Index any(static_cast<std::size_t>(g.type(o).shape.rank()));
        if (resolve(plan, o, any, base, position)) {
          if (plan.stored_by[base] == id) return false;
          loads.push_back(base);
        } else if (!walk(plan, id, o, any, loads)) {
          return false;
        }
      }
    }
  }
  for (NodeId r : group.roots)
    if (group.kind != Group::Kind::Scatter && !walk(plan, id, r, own_index(plan, r), loads))
      return false;
  std::sort(loads.begin(), loads.end());
  loads.erase(std::unique(loads.begin(), loads.end()), loads.end());
  return true;
}

class Merger {
public:
  explicit Merger(Plan& plan) : plan_(plan) {
    loads_.resize(plan.groups.size());
    refresh_all();
    close();
  }

  void run() {
    const int n = static_cast<int>(plan_.groups.size());
    for (int round = 0; round < 3; ++round) {
      bool changed = false;
      for (int later = 1; later < n; ++later) {
        if (!mergeable(later)) continue;
        for (int earlier = later - 1; earlier >= 0 && earlier >= later - 64; --earlier)
          if (try_merge(earlier, later)) {
            changed = true;
            break;
          }
      }
      if (!changed) break;
    }
    drop_unread();
  }

private:
  [[nodiscard]] const Group& group(int id) const {
    return plan_.groups[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] bool mergeable(int id) const {
    return group(id).alive && group(id).kind != Group::Kind::Scatter;
  }

  void refresh_all() {
    for (std::size_t i = 0; i < plan_.groups.size(); ++i)
      if (plan_.groups[i].alive) group_loads(plan_, static_cast<int>(i), loads_[i]);
  }

  /// Who waits for whom, from what the groups read. Grouping knows it only in part: a value that
  /// was inlined into one group may have been stored by another one since, and then is read.
  void close() {
    const std::size_t n = plan_.groups.size();
    std::vector<std::vector<int>> users(n);
    std::vector<std::size_t> waits(n);
    std::vector<int> ready;
    for (std::size_t i = 0; i < n; ++i) {
      const std::vector<int> needs = direct(static_cast<int>(i));
      for (const int d : needs) users[static_cast<std::size_t>(d)].push_back(static_cast<int>(i));
      waits[i] = needs.size();
      if (needs.empty()) ready.push_back(static_cast<int>(i));
      plan_.closure[i].clear();
    }
    while (!ready.empty()) {
      const int d = ready.back();
      ready.pop_back();
      const auto& from = plan_.closure[static_cast<std::size_t>(d)];
      for (const int user : users[static_cast<std::size_t>(d)]) {
        auto& to = plan_.closure[static_cast<std::size_t>(user)];
        to.resize(std::max({to.size(), from.size(), static_cast<std::size_t>(d) / 64 + 1}));
        for (std::size_t w = 0; w < from.size(); ++w) to[w] |= from[w];
        to[static_cast<std::size_t>(d) / 64] |= std::uint64_t{1} << (d % 64);
        if (--waits[static_cast<std::size_t>(user)] == 0) ready.push_back(user);
      }
    }
  }

  [[nodiscard]] std::vector<int> direct(int id) const {
    std::vector<int> needs;
    for (NodeId v : loads_[static_cast<std::size_t>(id)])
      if (plan_.stored_by[v] >= 0 && plan_.stored_by[v] != id) needs.push_back(plan_.stored_by[v]);
    return needs;
  }

  /// Whether `a` waits for `b` through a third group.
  [[nodiscard]] bool indirect(int a, int b) const {
    const std::vector<int> needs = direct(a);
    return std::any_of(needs.begin(), needs.end(),
                       [&](int d) { return d != b && plan_.depends(d, b); });
  }

  [[nodiscard]] bool share(int a, int b) const {
    const auto &x = loads_[static_cast<std::size_t>(a)], &y = loads_[static_cast<std::size_t>(b)];
    std::vector<NodeId> common;
    std::set_intersection(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(common));
    return !common.empty() || group(a).space.rank() == 0;
  }

  bool try_merge(int a, int b) {
    if (!mergeable(a) || !(group(a).space == group(b).space)) return false;
    const bool dot_a = group(a).kind == Group::Kind::Dot, dot_b = group(b).kind == Group::Kind::Dot;
    if (dot_b || (dot_a && group(b).kind != Group::Kind::Map)) return false;
    if (group(a).kind == Group::Kind::Reduce && group(b).kind == Group::Kind::Reduce &&
        group(a).reduced != group(b).reduced)
      return false;
    const bool ab = plan_.depends(b, a), ba = plan_.depends(a, b);
    if (!ab && !ba && !share(a, b)) return false;
    if ((ab && indirect(b, a)) || (ba && indirect(a, b))) return false;
    if (size(a) + size(b) > cost_limit) return false;
    return join(a, b);
  }

  [[nodiscard]] std::size_t size(int id) const {
    std::size_t n = group(id).anchors.size();
    for (NodeId r : group(id).roots)
      n += static_cast<std::size_t>(plan_.graph->operands(r).size()) + 4;
    return n + loads_[static_cast<std::size_t>(id)].size();
  }

  /// b becomes part of a; undone if a would then need one of its own values elsewhere.
  bool join(int a, int b) {
    Group &ga = plan_.groups[static_cast<std::size_t>(a)],
          &gb = plan_.groups[static_cast<std::size_t>(b)];
    const Group before = ga;
    for (NodeId r : gb.roots) plan_.stored_by[r] = a;
    ga.roots.insert(ga.roots.end(), gb.roots.begin(), gb.roots.end());
    ga.anchors.insert(ga.anchors.end(), gb.anchors.begin(), gb.anchors.end());
    std::sort(ga.roots.begin(), ga.roots.end());
    std::sort(ga.anchors.begin(), ga.anchors.end());
    if (gb.kind == Group::Kind::Reduce) ga.kind = gb.kind, ga.reduced = gb.reduced;
    std::vector<NodeId> loads;
    if (!group_loads(plan_, a, loads)) {
      for (NodeId r : gb.roots) plan_.stored_by[r] = b;
      ga = before;
      return false;
    }
    loads_[static_cast<std::size_t>(a)] = std::move(loads);
    gb.alive = false;
    unite(a, b);
    return true;
  }

  /// Whoever waited for one of the two now waits for both and for all they wait for.
  void unite(int a, int b) {
    auto& ca = plan_.closure[static_cast<std::size_t>(a)];
    const auto& cb = plan_.closure[static_cast<std::size_t>(b)];
    ca.resize(std::max({ca.size(), cb.size(), static_cast<std::size_t>(std::max(a, b)) / 64 + 1}));
    for (std::size_t w = 0; w < cb.size(); ++w) ca[w] |= cb[w];
    for (int self : {a, b})
      ca[static_cast<std::size_t>(self) / 64] &= ~(std::uint64_t{1} << (self % 64));
    for (std::size_t k = 0; k < plan_.groups.size(); ++k) {
      const int id = static_cast<int>(k);
      if (id == a || (!plan_.depends(id, a) && !plan_.depends(id, b))) continue;
      auto& bits = plan_.closure[k];
      bits.resize(std::max(bits.size(), ca.size()));
      for (std::size_t w = 0; w < ca.size(); ++w) bits[w] |= ca[w];
      bits[static_cast<std::size_t>(a) / 64] |= std::uint64_t{1} << (a % 64);
    }
  }

  void drop_unread() {
    refresh_all();
    std::vector<bool> read(plan_.graph->size());
    for (const Output& o : plan_.graph->outputs) read[o.value.id()] = true;
    for (std::size_t i = 0; i < plan_.groups.size(); ++i)
      if (plan_.groups[i].alive)
        for (NodeId v : loads_[i]) read[v] = true;
    for (std::size_t i = plan_.groups.size(); i-- > 0;) {
      Group& g = plan_.groups[i];
      if (!g.alive || g.kind == Group::Kind::Scatter) continue;
      std::erase_if(g.roots, [&](NodeId r) { return !read[r]; });
      if (g.roots.empty()) g.alive = false;
    }
  }

  Plan& plan_;
  std::vector<std::vector<NodeId>> loads_;
};

} // namespace

bool collect_loads(const Plan& plan, int group, std::vector<NodeId>& loads) {
  return group_loads(plan, group, loads);
}

bool may_overwrite(const Plan& plan, int group, NodeId input, NodeId root) {
  const Group& k = plan.groups[static_cast<std::size_t>(group)];
  const GraphData& g = *plan.graph;
  std::vector<NodeId> loads;
  for (NodeId a : k.anchors) {
    if (k.kind == Group::Kind::Reduce) {
      walk(plan, group, g.operands(a)[0], full_index(k), loads);
      continue;
    }
    const auto operands = g.operands(a);
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (k.kind == Group::Kind::Scatter && i == 0 && operands[0] == input)
        continue; // added to where it lies
      NodeId base = operands[i];
      loop::Affine position;
      const Index any(static_cast<std::size_t>(g.type(operands[i]).shape.rank()));
      if (resolve(plan, operands[i], any, base, position))
        loads.push_back(base);
      else
        walk(plan, group, operands[i], any, loads);
    }
  }
  if (std::find(loads.begin(), loads.end(), input) != loads.end()) return false;
  const Guard guard{input, own_index(plan, root)};
  for (NodeId r : k.roots)
    if (k.kind != Group::Kind::Scatter && !walk(plan, group, r, own_index(plan, r), loads, &guard))
      return false;
  return true;
}

void merge_groups(Plan& plan) { Merger(plan).run(); }

} // namespace nngc::lower_detail
