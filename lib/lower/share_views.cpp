// What is another value's memory read in order, as after a reshape, is not copied: of a result both
// lie in the result's buffer; and loops and branches, which take whole buffers, take the other's.
#include <algorithm>
#include <unordered_set>

#include "lower/plan.h"

namespace nngc::lower_detail {

namespace {

/// The value whose elements, in the order of its memory, are those of v, which nothing stores; v
/// itself if there is none.
NodeId same_elements(const Plan& plan, NodeId v) {
  const Shape& shape = plan.graph->type(v).shape;
  Index index;
  for (int axis = 0; axis < shape.rank(); ++axis)
    index.push_back(shape[axis] == Dim(1) ? loop::Affine{} : dim_index(axis));
  NodeId base = v;
  loop::Affine position;
  const bool found = resolve(plan, v, index, base, position);
  const bool whole = found && plan.graph->type(base).shape.size() == shape.size();
  return whole && position == linear(shape, index) ? base : v;
}

/// Which values nothing but loops, branches and calls of bodies uses.
std::vector<bool> used_whole(const Plan& plan) {
  const GraphData& g = *plan.graph;
  std::vector<bool> whole(g.size(), true);
  for (NodeId user = 0; user < g.size(); ++user)
    if (plan.live[user] && plan.lowering(user) != Lowering::Region)
      for (NodeId o : g.operands(user)) whole[o] = false;
  for (const Output& o : g.outputs) whole[o.value.id()] = false;
  return whole;
}

/// Operands of regions that lie in another value's memory.
void share_operands(Plan& plan) {
  const std::vector<bool> whole = used_whole(plan);
  for (Group& group : plan.groups) {
    if (!group.alive || group.kind != Group::Kind::Map || group.roots.size() != 1) continue;
    const NodeId v = group.roots.front();
    if (!whole[v]) continue;
    const int stored_by = plan.stored_by[v];
    plan.stored_by[v] = -1; // so that it is looked through
    const NodeId base = same_elements(plan, v);
    if (base == v) {
      plan.stored_by[v] = stored_by;
      continue;
    }
    plan.lies_in[v] = base;
    group.alive = false;
  }
}

} // namespace

void share_views(Plan& plan) {
  const GraphData& g = *plan.graph;
  plan.shares.assign(g.size(), std::nullopt);
  plan.lies_in.assign(g.size(), std::nullopt);
  share_operands(plan);
  std::unordered_set<NodeId> results, updates, shared;
  for (const Output& o : g.outputs) (o.updates ? updates : results).insert(o.value.id());
  for (Group& group : plan.groups) {
    if (!group.alive || group.kind != Group::Kind::Map || group.roots.size() != 1) continue;
    const NodeId v = group.roots.front();
    if (!results.contains(v) || updates.contains(v)) continue;
    const int stored_by = plan.stored_by[v];
    plan.stored_by[v] = -1; // so that it is looked through
    const NodeId base = same_elements(plan, v);
    if (base == v || plan.stored_by[base] < 0 || results.contains(base) || updates.contains(base) ||
        !shared.insert(base).second) {
      plan.stored_by[v] = stored_by;
      continue;
    }
    plan.stored_by[v] = plan.stored_by[base];
    plan.shares[v] = base;
    group.alive = false;
  }
}

} // namespace nngc::lower_detail
