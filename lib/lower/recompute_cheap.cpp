// Values that a kernel stores for others, and that these have in a few instructions from what else
// is in memory, are computed there again: what an epilogue leaves for the backward pass is mostly
// such. A trip to memory of a large array costs more than some arithmetic beside other loads.
#include <algorithm>

#include "lower/plan.h"

namespace nngc::lower_detail {

namespace {

/// Instructions that one load may be replaced by.
constexpr int most_instructions = 6;
/// Elements of an array that does not stay in the first cache.
constexpr std::int64_t large = 1 << 14;

bool is_large(const TensorType& type) {
  const Dim size = type.shape.size();
  return !size.is_static() || size.value() >= large;
}

class Recomputer {
public:
  explicit Recomputer(Plan& plan)
      : plan_(plan), g_(*plan.graph), kept_(g_.size()), overwritten_(g_.size()),
        loads_(plan.groups.size()), readers_(g_.size()) {
    for (const Output& o : g_.outputs) {
      kept_[o.value.id()] = true;
      // What is overwritten may not be read later than it was.
      if (o.updates) overwritten_[o.updates.id()] = true;
    }
    // Only where each element is taken for itself may it come from somewhere else.
    for (NodeId user = 0; user < g_.size(); ++user) {
      const Lowering how = plan.lowering(user);
      if (!plan.live[user] || how == Lowering::Elementwise || how == Lowering::Reduce) continue;
      for (NodeId o : g_.operands(user)) kept_[o] = true;
    }
    for (std::size_t k = 0; k < plan.groups.size(); ++k) look_at(k);
  }

  void run() {
    for (NodeId v = 0; v < g_.size(); ++v)
      if (plan_.stored_by[v] >= 0 && !kept_[v] && is_large(g_.type(v))) consider(v);
  }

private:
  /// Instructions for `v` from memory; more than the limit if it takes more, or cannot be had.
  [[nodiscard]] int instructions(NodeId v, int limit) const {
    if (plan_.lowering(v) != Lowering::Elementwise || g_.node(v).op == Opcode::Div ||
        (g_.def(v).traits & trait::Expensive) != 0)
      return limit + 1;
    int count = 1;
    for (NodeId o : g_.operands(v)) {
      if (count > limit) break;
      if (!is_there(o)) count += instructions(o, limit - count);
    }
    return count;
  }

  /// Whether `v` takes no instruction: a constant, or what is in memory, looked at through views,
  /// and stays as it is.
  [[nodiscard]] bool is_there(NodeId v) const {
    NodeId base = v;
    while (plan_.lowering(base) == Lowering::View) base = g_.operands(base)[0];
    if (plan_.lowering(base) == Lowering::Constant) return true;
    loop::Affine position;
    const Index any(static_cast<std::size_t>(g_.type(v).shape.rank()));
    return resolve(plan_, v, any, base, position) && !overwritten_[base];
  }

  void look_at(std::size_t group) {
    std::vector<NodeId> loads;
    if (plan_.groups[group].alive) collect_loads(plan_, static_cast<int>(group), loads);
    reads_now(group, std::move(loads));
  }

  void reads_now(std::size_t group, std::vector<NodeId> loads) {
    for (NodeId o : loads)
      if (!std::ranges::binary_search(loads_[group], o)) readers_[o].push_back(group);
    for (NodeId o : loads_[group])
      if (!std::ranges::binary_search(loads, o)) std::erase(readers_[o], group);
    loads_[group] = std::move(loads);
  }

  void consider(NodeId v) {
    const int home = plan_.stored_by[v];
    Group& group = plan_.groups[static_cast<std::size_t>(home)];
    if (instructions(v, most_instructions) > most_instructions) return;
    const std::vector<std::size_t> readers = readers_[v];
    plan_.stored_by[v] = -1;
    // What it takes, in arrays moved: without the store and its loads, but with what is read now.
    std::vector<std::vector<NodeId>> loads(readers.size());
    std::size_t added = 0;
    bool possible = true;
    for (std::size_t i = 0; i < readers.size() && possible; ++i) {
      const std::size_t k = readers[i];
      possible =
          !plan_.groups[k].stores_itself() && collect_loads(plan_, static_cast<int>(k), loads[i]);
      for (NodeId o : loads[i])
        added += is_large(g_.type(o)) && !std::ranges::binary_search(loads_[k], o) ? 1 : 0;
    }
    if (!possible || added > readers.size()) {
      plan_.stored_by[v] = home;
      return;
    }
    for (std::size_t i = 0; i < readers.size(); ++i) reads_now(readers[i], std::move(loads[i]));
    std::erase(group.roots, v);
    group.alive = !group.roots.empty();
    look_at(static_cast<std::size_t>(home)); // it may read less now
  }

  Plan& plan_;
  const GraphData& g_;
  std::vector<bool> kept_;                        ///< has to be in memory
  std::vector<bool> overwritten_;                 ///< inputs
  std::vector<std::vector<NodeId>> loads_;        ///< by group, sorted
  std::vector<std::vector<std::size_t>> readers_; ///< by value: the groups that load it
};

} // namespace

void recompute_cheap(Plan& plan) { Recomputer(plan).run(); }

} // namespace nngc::lower_detail
