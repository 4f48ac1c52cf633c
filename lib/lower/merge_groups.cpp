// Joins groups over one space: values stay in registers instead of going through memory, and a
// stream that both read is read once. Afterwards, stores that nobody reads are dropped, and groups
// that store nothing.
#include <algorithm>

#include "lower/plan.h"

namespace nngc::lower_detail {

namespace {

constexpr std::size_t cost_limit = 400; ///< instructions in one body, about

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
    return group(id).alive && !group(id).stores_itself();
  }
  /// A running result goes along one axis; others join it where lanes then still lie side by side.
  [[nodiscard]] bool may_join_running(int running, int other) const {
    return group(other).kind == Group::Kind::Map && !group(running).reduced.back();
  }

  void refresh_all() {
    for (std::size_t i = 0; i < plan_.groups.size(); ++i)
      if (plan_.groups[i].alive) collect_loads(plan_, static_cast<int>(i), loads_[i]);
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
    if (group(a).kind == Group::Kind::Cumulate && !may_join_running(a, b)) return false;
    if (group(b).kind == Group::Kind::Cumulate && !may_join_running(b, a)) return false;
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
    if (gb.kind == Group::Kind::Reduce || gb.kind == Group::Kind::Cumulate)
      ga.kind = gb.kind, ga.reduced = gb.reduced;
    std::vector<NodeId> loads;
    if (!collect_loads(plan_, a, loads)) {
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
      if (!g.alive || g.stores_itself()) continue;
      for (NodeId r : g.roots)
        if (!read[r]) plan_.stored_by[r] = -1;
      std::erase_if(g.roots, [&](NodeId r) { return !read[r]; });
      if (g.roots.empty()) g.alive = false;
    }
  }

  Plan& plan_;
  std::vector<std::vector<NodeId>> loads_;
};

} // namespace

void merge_groups(Plan& plan) { Merger(plan).run(); }

} // namespace nngc::lower_detail
