// Rebuilds a graph node by node through the front door, so every shape is checked again with the
// numbers in place.
#include "nngc/specialize.h"

#include <set>

#include "ir/graph_data.h"

namespace nngc {
namespace {

class Substitution;
Graph substituted(const Graph& graph, const Substitution& bind, Where where);

class Substitution {
public:
  Substitution(const DimValues& dims, Where where) : where_(where) {
    for (const auto& [name, value] : dims) values_.emplace(Dim::symbol(name).symbol_id(), value);
  }
  [[nodiscard]] Dim operator()(const Dim& d) const {
    const auto it = d.is_static() ? values_.end() : values_.find(d.symbol_id());
    return it == values_.end() ? d : Dim(d.at(it->second));
  }
  [[nodiscard]] TensorType operator()(const TensorType& type) const {
    TensorType result{type.dtype, {}};
    for (const Dim& d : type.shape) result.shape.push_back((*this)(d));
    return result;
  }
  [[nodiscard]] Attrs operator()(const Attrs& attrs) const {
    Attrs result = attrs;
    for (const Attr& a : attrs.list())
      if (const auto* dims = std::get_if<std::vector<Dim>>(&a.value)) {
        std::vector<Dim> bound;
        for (const Dim& d : *dims) bound.push_back((*this)(d));
        result.set(a.key, std::move(bound));
      } else if (const auto* body = std::get_if<Region>(&a.value)) {
        result.set(a.key, Region(std::make_shared<Graph>(substituted(**body, *this, where_))));
      }
    return result;
  }

private:
  std::map<std::uint32_t, std::int64_t> values_;
  Where where_;
};

void check(const GraphData& from, const DimValues& dims, Where where) {
  std::set<std::string> known;
  for (const InputInfo& input : from.inputs)
    for (const Dim& d : from.type(input.node).shape)
      if (!d.is_static()) known.insert(d.symbol_name());
  for (const auto& [name, value] : dims) {
    if (!known.contains(name)) {
      std::string list;
      for (const std::string& k : known) list += (list.empty() ? "" : ", ") + k;
      throw Error(Error::Kind::Graph,
                  "specialize: no input has a dim '" + name + "'; " +
                      (list.empty() ? "there are no symbolic dims" : "symbolic dims: " + list),
                  where);
    }
    if (value < 0)
      throw Error(Error::Kind::Shape,
                  "specialize: dim '" + name + "' is negative: " + std::to_string(value), where);
  }
}

Graph substituted(const Graph& graph, const Substitution& bind, Where where) {
  const GraphData& from = *graph.data();
  const std::vector<bool> live = live_nodes(from);

  Graph result(graph.name());
  GraphData* to = result.data();
  std::vector<Value> mapped(from.size());
  for (const InputInfo& input : from.inputs)
    mapped[input.node] = result.input(input.name, bind(from.type(input.node)), input.role, where);
  std::vector<Value> operands;
  for (NodeId id = 0; id < from.size(); ++id) {
    if (!live[id] || mapped[id]) continue;
    operands.clear();
    for (const NodeId operand : from.operands(id)) operands.push_back(mapped[operand]);
    const Node& node = from.node(id);
    to->section = node.section;
    to->epoch = node.epoch;
    to->origin =
        node.origin != id && mapped[node.origin] ? mapped[node.origin].id() : GraphData::no_origin;
    mapped[id] = append(to, node.op, operands, bind(from.attrs(id)), where);
  }
  to->section = Section::Forward;
  to->epoch = 0;
  to->origin = GraphData::no_origin;
  for (const Output& o : from.outputs) {
    if (o.updates)
      result.update(mapped[o.updates.id()], mapped[o.value.id()], where);
    else
      result.output(o.name, mapped[o.value.id()], where);
  }
  return result;
}

} // namespace

Graph specialize(const Graph& graph, const DimValues& dims, Where where) {
  check(*graph.data(), dims, where);
  return substituted(graph, Substitution(dims, where), where);
}

} // namespace nngc
