// Fusion groups. One pass in id order:
//
// 1. Reductions and dots are anchors: each begins a group, or joins the group its operand is
// pending in.
// 2. Elementwise ops and views are inlined. While an anchor's result is still in registers, values
// computed from it
//    are pending: their `home` is that group, and their `frame` says how their axes lie in its
//    space.
// 3. A value gets a buffer, stored by its home (or by a Map group of its own), as late as possible:
// when something
//    outside needs it in memory, when two homes meet, or when the home would have to wait for its
//    own result.
#include <algorithm>
#include <numeric>

#include "lower/plan.h"

namespace nngc::lower_detail {

namespace {

/// Instructions computed again rather than loaded, and depth of recursion.
constexpr int inline_limit = 96;

class Grouping {
public:
  explicit Grouping(const GraphData& g) : g_(g) {
    plan_.graph = &g;
    plan_.live = live_nodes(g);
    const std::size_t n = g.size();
    plan_.users.assign(n, 0);
    plan_.home.assign(n, -1);
    plan_.frame.resize(n);
    plan_.stored_by.assign(n, -1);
    plan_.cost.assign(n, 0);
    plan_.heavy.assign(n, false);
    plan_.needs.resize(n);
    for (NodeId id = 0; id < n; ++id)
      if (plan_.live[id])
        for (NodeId o : g.operands(id)) ++plan_.users[o];
    for (const Output& o : g.outputs) ++plan_.users[o.value.id()];
  }

  Plan run() {
    for (NodeId id = 0; id < g_.size(); ++id)
      if (plan_.live[id]) visit(id);
    for (const Output& o : g_.outputs)
      if (plan_.lowering(o.value.id()) != Lowering::Input) store(o.value.id());
    return std::move(plan_);
  }

private:
  int new_group(Group group) {
    plan_.groups.push_back(std::move(group));
    plan_.closure.emplace_back();
    return static_cast<int>(plan_.groups.size()) - 1;
  }

  static void join(std::vector<int>& into, const std::vector<int>& more) {
    std::vector<int> all;
    std::set_union(into.begin(), into.end(), more.begin(), more.end(), std::back_inserter(all));
    into = std::move(all);
  }

  /// Gives v a buffer. A pending value is stored by its home, another by a Map group of its own.
  void store(NodeId v) {
    if (plan_.in_memory(v)) return;
    int k = plan_.home[v];
    if (k < 0) {
      Group map;
      map.space = g_.type(v).shape;
      map.reduced.assign(static_cast<std::size_t>(map.space.rank()), false);
      plan_.frame[v].resize(static_cast<std::size_t>(map.space.rank()));
      std::iota(plan_.frame[v].begin(), plan_.frame[v].end(), 0);
      k = new_group(std::move(map));
    }
    add_needs(plan_, k, plan_.needs[v]);
    plan_.groups[static_cast<std::size_t>(k)].roots.push_back(v);
    plan_.stored_by[v] = k;
    in_memory_now(v, k);
  }

  void in_memory_now(NodeId v, int group) {
    plan_.home[v] = -1;
    plan_.needs[v] = {group};
    plan_.cost[v] = 1;
    plan_.heavy[v] = false;
  }

  /// The nearest value below v (v included) that is not a free view.
  void store_base(NodeId v) {
    for (;;) {
      if (plan_.in_memory(v)) return;
      if (plan_.lowering(v) == Lowering::View) {
        v = g_.operands(v)[0];
        continue;
      }
      if (plan_.lowering(v) == Lowering::Reshape) {
        const NodeId operand = g_.operands(v)[0];
        Index mapped, index(static_cast<std::size_t>(g_.type(v).shape.rank()));
        if (plan_.in_memory(operand)) return;
        if (squeeze_index(g_.type(v).shape, g_.type(operand).shape, index, mapped)) {
          v = operand;
          continue;
        }
      }
      return store(v);
    }
  }

  void take_needs(NodeId v, NodeId operand) {
    join(plan_.needs[v], plan_.needs[operand]);
    plan_.cost[v] += plan_.cost[operand];
    if (plan_.heavy[operand]) plan_.heavy[v] = true;
  }

  /// After stores, needs and home of v from its operands as they now are.
  void inherit(NodeId v) {
    plan_.needs[v].clear();
    plan_.cost[v] = 1;
    plan_.heavy[v] = (g_.def(v).traits & trait::Expensive) != 0 || g_.node(v).op == Opcode::Div;
    for (NodeId o : g_.operands(v)) take_needs(v, o);
  }

  void visit(NodeId v) {
    switch (plan_.lowering(v)) {
    case Lowering::Input:
    case Lowering::Constant:
    case Lowering::Iota: return;
    case Lowering::Elementwise:
    case Lowering::RngBits: return visit_elementwise(v);
    case Lowering::View:
    case Lowering::Reshape: return visit_view(v);
    case Lowering::Pad:
    case Lowering::Concat:
    case Lowering::Gather:
    case Lowering::DynamicSlice:
    case Lowering::DynamicUpdateSlice: return visit_moving(v);
    case Lowering::Reduce:
    case Lowering::ArgReduce: return visit_reduce(v);
    case Lowering::Dot: return visit_dot(v);
    case Lowering::Scatter: return visit_scatter(v);
    case Lowering::Cumulate: return visit_cumulate(v);
    case Lowering::Sort: return visit_sort(v);
    case Lowering::Region: return visit_region(v);
    case Lowering::Result: return visit_result(v);
    case Lowering::ReduceWindow:
    case Lowering::ArgWindow:
    case Lowering::Conv: return; // legalize left none
    }
  }

  /// Whether values that are pending in the group are computed one by one, for few terms each: the
  /// lanes lie along a short axis that is summed away.
  [[nodiscard]] bool is_scalar_work(int home, const Frame& frame) const {
    constexpr std::int64_t few = 8;
    const Group& group = plan_.groups[static_cast<std::size_t>(home)];
    if (group.kind != Group::Kind::Reduce || group.reduced.empty() || !group.reduced.back())
      return false;
    std::int64_t terms = 1, points = 1;
    for (std::size_t d = 0; d < group.reduced.size(); ++d) {
      const Dim extent = group.space[static_cast<int>(d)];
      if (!extent.is_static()) return false;
      (group.reduced[d] ? terms : points) *= extent.value();
      const bool pending =
          std::find(frame.begin(), frame.end(), static_cast<int>(d)) != frame.end();
      if (group.reduced[d] && pending) return false;
    }
    return terms <= few && points >= few;
  }

  void visit_elementwise(NodeId v) {
    if (plan_.lowering(v) == Lowering::RngBits)
      for (NodeId o : g_.operands(v)) store_base(o);
    // A function is worth a trip to memory if it then runs in lanes.
    if ((g_.def(v).traits & trait::Expensive) != 0)
      for (NodeId o : g_.operands(v))
        if (plan_.home[o] >= 0 && is_scalar_work(plan_.home[o], plan_.frame[o])) store(o);
    // One home at most: the youngest group's; others' values go to memory first, and so do values
    // of another frame.
    int home = -1;
    for (NodeId o : g_.operands(v)) home = std::max(home, plan_.home[o]);
    const Frame* frame = nullptr;
    for (NodeId o : g_.operands(v)) {
      if (plan_.home[o] < 0) continue;
      if (plan_.home[o] != home || (frame != nullptr && *frame != plan_.frame[o]))
        store(o);
      else
        frame = &plan_.frame[o];
    }
    inherit(v);
    if (frame == nullptr) home = -1;
    // The home may not wait for itself, as it would if another operand came from a group that waits
    // for it.
    if (home >= 0 && !may_need(plan_, home, plan_.needs[v])) {
      for (NodeId o : g_.operands(v))
        if (plan_.home[o] == home) store(o);
      inherit(v);
      home = -1;
    }
    if (home >= 0) {
      for (NodeId o : g_.operands(v))
        if (plan_.home[o] == home) plan_.frame[v] = plan_.frame[o];
      plan_.home[v] = home;
      // At once and not when it is stored: until then another group could come to wait for this
      // one.
      add_needs(plan_, home, plan_.needs[v]);
      if (plan_.cost[v] > inline_limit) store(v);
      return;
    }
    if (plan_.cost[v] > inline_limit || (plan_.users[v] > 1 && plan_.heavy[v])) store(v);
  }

  void visit_view(NodeId v) {
    const NodeId o = g_.operands(v)[0];
    const int home = plan_.home[o];
    if (home >= 0) {
      Frame frame;
      if (frame_through(plan_, v, home, frame)) {
        inherit(v);
        plan_.home[v] = home;
        plan_.frame[v] = std::move(frame);
        return;
      }
      store(o);
    }
    if (plan_.lowering(v) == Lowering::Reshape) {
      Index mapped, index(static_cast<std::size_t>(g_.type(v).shape.rank()));
      double element = 0;
      if (!squeeze_index(g_.type(v).shape, g_.type(o).shape, index, mapped) &&
          !is_splat({const_cast<GraphData*>(&g_), o}, element))
        store(o);
    } else if (g_.node(v).op == Opcode::BroadcastInDim && plan_.heavy[o]) {
      store(o); // a function call per element of the small value, not of the big one
    } else if (g_.node(v).op == Opcode::Windows &&
               (windows_overlap(g_, v) ? plan_.cost[o] > 1 && !small_windows_of_border(plan_, v)
                                       : plan_.heavy[o])) {
      store_base(o); // each element once, not in every window that it lies in
    }
    inherit(v);
    if (plan_.cost[v] > inline_limit) store(v);
  }

  void visit_moving(NodeId v) {
    const auto operands = g_.operands(v);
    for (std::size_t i = 0; i < operands.size(); ++i) {
      const bool by_value = taken_by_value(plan_.lowering(v), i);
      if (plan_.home[operands[i]] >= 0)
        store(operands[i]);
      else if (!by_value && pads_between(g_, v))
        store(operands[i]); // its elements are not at affine positions
      else if (!by_value)
        store_base(operands[i]);
    }
    inherit(v);
    plan_.cost[v] += 4 * static_cast<int>(operands.size());
    if (plan_.cost[v] > inline_limit) store(v);
  }

  void visit_reduce(NodeId v) {
    const NodeId o = g_.operands(v)[0];
    const Shape& space = g_.type(o).shape;
    std::vector<bool> reduced(static_cast<std::size_t>(space.rank()));
    const Attrs& attrs = g_.attrs(v);
    const bool arg = plan_.lowering(v) == Lowering::ArgReduce;
    if (arg)
      reduced[static_cast<std::size_t>(attrs.get<std::int64_t>("axis"))] = true;
    else
      for (std::int64_t a : attrs.get<Axes>("axes")) reduced[static_cast<std::size_t>(a)] = true;

    int home = plan_.home[o];
    if (home >= 0) {
      const Group& group = plan_.groups[static_cast<std::size_t>(home)];
      Frame full(static_cast<std::size_t>(space.rank()));
      std::iota(full.begin(), full.end(), 0);
      if (group.kind != Group::Kind::Reduce || !(group.space == space) ||
          group.reduced != reduced || plan_.frame[o] != full ||
          !may_need(plan_, home, plan_.needs[o])) {
        store(o);
        home = -1;
      }
    }
    if (home < 0) {
      Group group;
      group.kind = Group::Kind::Reduce;
      group.space = space;
      group.reduced = reduced;
      home = new_group(std::move(group));
    }
    add_needs(plan_, home, plan_.needs[o]);
    plan_.groups[static_cast<std::size_t>(home)].anchors.push_back(v);
    plan_.home[v] = home;
    Frame frame;
    const bool keep = !arg && attrs.get_or<bool>("keepdims", false);
    for (int d = 0; d < space.rank(); ++d) {
      if (!reduced[static_cast<std::size_t>(d)])
        frame.push_back(d);
      else if (keep)
        frame.push_back(-1);
    }
    plan_.frame[v] = std::move(frame);
    plan_.cost[v] = 1;
  }

  void visit_dot(NodeId v) {
    const auto operands = g_.operands(v);
    for (NodeId o : operands) store_base(o);
    // B wants its columns side by side; a transposed one is copied once.
    const NodeId b = operands[1];
    const int rank = g_.type(b).shape.rank();
    Index index;
    for (int i = 0; i < rank; ++i) index.push_back(dim_index(i));
    NodeId base = 0;
    loop::Affine position;
    if (!resolve(plan_, b, index, base, position)) {
      store(b);
    } else if (!(g_.type(b).shape[rank - 1] == Dim(1))) {
      const bool unit =
          std::any_of(position.terms.begin(), position.terms.end(),
                      [&](const auto& t) { return t.dim == rank - 1 && t.stride == Dim(1); });
      if (!unit) {
        plan_.needs[b] = plan_.needs[base];
        store(b);
      }
    }
    if (!resolves(plan_, operands[0])) store(operands[0]);
    Group group;
    group.kind = Group::Kind::Dot;
    group.space = g_.type(v).shape;
    group.reduced.assign(static_cast<std::size_t>(group.space.rank()), false);
    group.anchors.push_back(v);
    const int k = new_group(std::move(group));
    for (NodeId o : operands) add_needs(plan_, k, needs_of_memory(plan_, o));
    plan_.home[v] = k;
    plan_.frame[v].resize(static_cast<std::size_t>(g_.type(v).shape.rank()));
    std::iota(plan_.frame[v].begin(), plan_.frame[v].end(), 0);
    plan_.cost[v] = 1;
  }

  void visit_scatter(NodeId v) {
    const auto operands = g_.operands(v);
    for (NodeId o : operands)
      if (plan_.home[o] >= 0) store(o);
    stored_anchor(v, Group::Kind::Scatter, g_.type(operands[2]).shape);
  }

  void visit_cumulate(NodeId v) {
    for (NodeId o : g_.operands(v))
      if (plan_.home[o] >= 0) store(o);
    Group& group = stored_anchor(v, Group::Kind::Cumulate, g_.type(v).shape);
    group.reduced[static_cast<std::size_t>(g_.attrs(v).get<std::int64_t>("axis"))] = true;
  }

  void visit_sort(NodeId v) {
    const NodeId o = g_.operands(v)[0];
    store_base(o);
    if (!resolves(plan_, o)) store(o);
    Group& group = stored_anchor(v, Group::Kind::Sort, g_.type(o).shape);
    group.reduced[static_cast<std::size_t>(g_.attrs(v).get<std::int64_t>("axis"))] = true;
  }

  /// A group of v alone, which stores it.
  Group& stored_anchor(NodeId v, Group::Kind kind, const Shape& space) {
    Group group;
    group.kind = kind;
    group.space = space;
    group.reduced.assign(static_cast<std::size_t>(space.rank()), false);
    group.anchors.push_back(v);
    group.roots.push_back(v);
    const int k = new_group(std::move(group));
    for (NodeId o : g_.operands(v)) add_needs(plan_, k, needs_of_memory(plan_, o));
    plan_.frame[v].resize(static_cast<std::size_t>(g_.type(v).shape.rank()));
    std::iota(plan_.frame[v].begin(), plan_.frame[v].end(), 0);
    plan_.stored_by[v] = k;
    in_memory_now(v, k);
    return plan_.groups.back();
  }

  /// Bodies are called with whole buffers: every operand has one, as it lies in the graph.
  void visit_region(NodeId v) {
    for (NodeId o : g_.operands(v)) store(o);
    stored_anchor(v, Group::Kind::Region, g_.type(v).shape);
  }

  void visit_result(NodeId v) {
    const int k = plan_.stored_by[g_.operands(v)[0]];
    plan_.groups[static_cast<std::size_t>(k)].roots.push_back(v);
    plan_.stored_by[v] = k;
    in_memory_now(v, k);
  }

  const GraphData& g_;
  Plan plan_;
};

} // namespace

Plan make_plan(const GraphData& graph) { return Grouping(graph).run(); }

} // namespace nngc::lower_detail
