// Loops over the same rows, and branches on the same predicate, become one. Reverse mode asks for
// that: it runs a loop again with what its backward part needs as further results, and only one of
// the two should be left.
#include <algorithm>
#include <array>
#include <map>

#include "ir/rewriter.h"
#include "ops/regions.h"
#include "ops/trace.h"
#include "optimize/bodies.h"
#include "optimize/pass.h"

namespace nngc {

namespace {

using Values = std::vector<Value>;

constexpr std::array body_keys = {"body", "on_true", "on_false"};

/// Several ops of one kind, on the same operands, that will be one.
struct Merged {
  std::vector<NodeId> members;
  std::map<std::string_view, Graph> bodies;            ///< by attribute
  std::map<std::string_view, Values> outputs;          ///< of the bodies, as they grow
  std::map<NodeId, std::vector<std::size_t>> index_of; ///< result of a member -> result
};

/// Whether two ops run the same number of times over the same values: all but what they compute.
bool alike(const GraphData& g, NodeId a, NodeId b) {
  const auto x = g.operands(a), y = g.operands(b);
  if (g.node(a).op != g.node(b).op || g.node(a).epoch != g.node(b).epoch ||
      !std::equal(x.begin(), x.end(), y.begin(), y.end()))
    return false;
  Attrs p = g.attrs(a), q = g.attrs(b);
  for (const char* key : body_keys)
    if (p.has(key)) p.set(key, false), q.set(key, false);
  return p == q;
}

/// Takes the member's bodies in; false, and nothing changed, if its carries are others.
bool take(Merged& merged, const GraphData& g, NodeId member) {
  const Attrs& attrs = g.attrs(member);
  std::map<std::string_view, Values> values;
  for (const char* key : body_keys) {
    if (!attrs.has(key)) continue;
    const Graph& body = region(attrs, key);
    if (!merged.bodies.contains(key)) {
      // The first: a graph with the inputs alone, which all others fill.
      Graph& fresh = merged.bodies.emplace(key, Graph(std::string(key))).first->second;
      for (Value v : body.inputs()) fresh.input(body.input_name(v), v.type());
    }
    Graph& into = merged.bodies.at(key);
    Values known(body.data()->size()), roots;
    const Values inputs = body.inputs(), own = into.inputs();
    for (std::size_t i = 0; i < inputs.size(); ++i) known[inputs[i].id()] = own[i];
    for (const Output& o : body.outputs()) roots.push_back(o.value);
    values[key] = copy_into(into.data(), *body.data(), roots, std::move(known));
  }
  const bool loop = attrs.has("carries");
  const std::size_t carries =
      loop ? static_cast<std::size_t>(attrs.get<std::int64_t>("carries")) : 0;
  const std::size_t results = values.begin()->second.size();
  const auto same = [&](std::size_t mine, std::size_t theirs) {
    for (const auto& [key, list] : values)
      if (!list[mine].same(merged.outputs[key][theirs])) return false;
    return true;
  };
  std::vector<std::size_t> index;
  const bool first = merged.members.empty();
  for (std::size_t i = 0; i < carries && !first; ++i)
    if (!same(i, i)) return false;
  for (std::size_t i = 0; i < results; ++i) {
    const std::size_t have = first ? 0 : merged.outputs.begin()->second.size();
    std::size_t at = i < carries ? i : carries;
    if (i >= carries)
      while (at < have && !same(i, at)) ++at;
    if (first) at = i;
    if (first || at == have)
      for (auto& [key, list] : values) merged.outputs[key].push_back(list[i]);
    index.push_back(at);
  }
  merged.members.push_back(member);
  merged.index_of[member] = std::move(index);
  return true;
}

} // namespace

Graph merge_regions(const Graph& graph, PassContext& context) {
  static constexpr Rule rule{"merge-regions", RuleClass::Exact, Opcode::Count_,
                             "two loops over the same rows -> one", nullptr};
  const GraphData& g = *graph.data();
  if (!has_regions(g)) return graph.clone();
  const std::vector<bool> live = live_nodes(g);
  std::vector<Merged> all;
  std::map<NodeId, std::size_t> group_of;
  for (NodeId id = 0; id < g.size(); ++id) {
    if (!live[id] || (g.def(id).traits & trait::Region) == 0 || g.node(id).op == Opcode::Call)
      continue;
    std::size_t at = 0;
    for (; at < all.size(); ++at)
      if (alike(g, all[at].members.front(), id) && context.may_fire(rule) && take(all[at], g, id)) {
        context.fired(rule.name, rule.rule_class);
        break;
      }
    if (at == all.size()) static_cast<void>(take(all.emplace_back(), g, id));
    group_of[id] = at;
  }
  Rewriter rewriter(graph);
  std::vector<Value> made(all.size());
  return rewriter.run([&](NodeId id, std::span<const Value> operands) -> Value {
    const bool result = g.node(id).op == Opcode::Result;
    const NodeId owner = result ? g.operands(id)[0] : id;
    const auto group = group_of.find(owner);
    if (group == group_of.end()) return {};
    Merged& merged = all[group->second];
    if (merged.members.size() == 1) return {};
    Value& node = made[group->second];
    if (!node) {
      Attrs attrs = g.attrs(id);
      for (auto& [key, body] : merged.bodies) {
        std::size_t number = 0;
        for (Value v : merged.outputs[key]) body.output("y" + std::to_string(number++), v);
        attrs.set(key, Region(std::make_shared<Graph>(std::move(body))));
      }
      node = append(rewriter.to(), g.node(id).op, operands, std::move(attrs));
    }
    const auto& index = merged.index_of.at(owner);
    const std::size_t wanted =
        result ? static_cast<std::size_t>(g.attrs(id).get<std::int64_t>("index")) : 0;
    // The last result of a while is the number of steps, behind its ys.
    if (wanted == index.size()) return result_of(node, merged.outputs.begin()->second.size());
    return result_of(node, index[wanted]);
  });
}

} // namespace nngc
