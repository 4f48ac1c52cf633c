// The user's view of a graph: inputs, outputs, names.
#include "nngc/graph.h"

#include "ir/graph_data.h"

namespace nngc {

namespace {
void check_own(const std::string& what, Value value, const GraphData* graph, const Where& where) {
  if (!value) throw Error(Error::Kind::Graph, what + " is an empty Value", where);
  if (value.graph() != graph)
    throw Error(Error::Kind::Graph,
                what + " belongs to another graph, '" + value.graph()->name + "'", where);
}

/// The argument of a loop's lambda is nothing outside of it, and neither is what was made of it.
void check_no_parameter(const std::string& what, Value value, const Where& where) {
  const GraphData& g = *value.graph();
  if (!g.has_parameters) return;
  std::vector<bool> needed(value.id() + 1);
  needed[value.id()] = true;
  for (NodeId id = value.id() + 1; id-- > 0;) {
    if (!needed[id]) continue;
    if (g.node(id).op == Opcode::Input && g.attrs(id).get<std::string>("name").starts_with('%'))
      throw Error(Error::Kind::Graph,
                  what + " depends on an argument (" + g.type(id).str() +
                      ") of a function given to scan, while_loop or call; return it from there",
                  where);
    for (NodeId o : g.operands(id)) needed[o] = true;
  }
}
} // namespace

const TensorType& Value::type() const { return graph_->type(id_); }

std::string_view name(Role role) {
  switch (role) {
  case Role::Data: return "data";
  case Role::Param: return "param";
  case Role::State: return "state";
  case Role::Seed: return "seed";
  }
  return "?";
}

Graph::Graph(std::string name) : data_(std::make_unique<GraphData>()) {
  data_->name = std::move(name);
}
Graph::Graph(Graph&&) noexcept = default;
Graph& Graph::operator=(Graph&&) noexcept = default;
Graph::~Graph() = default;

Value Graph::input(std::string_view name, TensorType type, Role role, Where where) {
  if (!is_identifier(name))
    throw Error(Error::Kind::Graph,
                "input: '" + std::string(name) + "' is no identifier ([A-Za-z_][A-Za-z0-9_]*)",
                where);
  if (data_->input_by_name.contains(std::string(name)))
    throw Error(Error::Kind::Graph, "input: the name '" + std::string(name) + "' is taken", where);
  for (const Dim& d : type.shape)
    if (d.is_static() && d.value() < 0)
      throw Error(Error::Kind::Shape,
                  "input: '" + std::string(name) + "' has a negative extent: " + type.str(), where);
  Attrs attrs{{"name", std::string(name)}, {"role", std::string(nngc::name(role))}};
  const NodeId id =
      data_->intern(Opcode::Input, {}, data_->intern_type(type), data_->intern_attrs(attrs));
  data_->input_by_name.emplace(name, static_cast<std::uint32_t>(data_->inputs.size()));
  data_->inputs.push_back({std::string(name), id, role});
  return {data_.get(), id};
}

Value Graph::scalar(DType dtype, double value, Where where) {
  return splat(data_.get(), dtype, value, {}, where);
}

void Graph::output(std::string_view name, Value value, Where where) {
  if (!is_identifier(name))
    throw Error(Error::Kind::Graph,
                "output: '" + std::string(name) + "' is no identifier ([A-Za-z_][A-Za-z0-9_]*)",
                where);
  check_own("output: the value of '" + std::string(name) + "'", value, data_.get(), where);
  check_no_parameter("output: the value of '" + std::string(name) + "'", value, where);
  for (const Output& o : data_->outputs)
    if (o.name == name)
      throw Error(Error::Kind::Graph, "output: the name '" + std::string(name) + "' is taken",
                  where);
  data_->outputs.push_back({std::string(name), value, {}});
}

void Graph::update(Value input, Value result, Where where) {
  check_own("update: the input", input, data_.get(), where);
  if (data_->node(input.id()).op != Opcode::Input)
    throw Error(Error::Kind::Graph,
                "update: only an input can be updated, not the result of " +
                    std::string(data_->def(input.id()).mnemonic),
                where);
  const std::string name(input_name(input));
  check_own("update: the new value of '" + name + "'", result, data_.get(), where);
  check_no_parameter("update: the new value of '" + name + "'", result, where);
  if (input.type() != result.type())
    throw Error(Error::Kind::Type,
                "update: '" + name + "' is " + input.type().str() + ", its new value " +
                    result.type().str(),
                where);
  for (const Output& o : data_->outputs) {
    if (o.updates && o.updates.same(input))
      throw Error(Error::Kind::Graph, "update: '" + name + "' is updated twice", where);
    if (o.name == name)
      throw Error(Error::Kind::Graph, "update: an output is called '" + name + "' already", where);
  }
  data_->outputs.push_back({name, result, input});
}

void Graph::clear_outputs() { data_->outputs.clear(); }
const std::string& Graph::name() const { return data_->name; }
void Graph::rename(std::string name) { data_->name = std::move(name); }
const std::vector<Output>& Graph::outputs() const { return data_->outputs; }

std::vector<Value> Graph::inputs() const {
  std::vector<Value> result;
  result.reserve(data_->inputs.size());
  for (const InputInfo& i : data_->inputs) result.emplace_back(data_.get(), i.node);
  return result;
}

std::string_view Graph::input_name(Value input) const {
  for (const InputInfo& i : data_->inputs)
    if (i.node == input.id()) return i.name;
  return {};
}

Role Graph::input_role(Value input) const {
  for (const InputInfo& i : data_->inputs)
    if (i.node == input.id()) return i.role;
  return Role::Data;
}

Value Graph::find_input(std::string_view name) const {
  auto it = data_->input_by_name.find(std::string(name));
  return it == data_->input_by_name.end() ? Value{}
                                          : Value{data_.get(), data_->inputs[it->second].node};
}

std::size_t Graph::node_count() const { return data_->nodes.size(); }

std::size_t Graph::live_count() const {
  std::size_t n = 0;
  for (bool live : live_nodes(*data_)) n += live ? 1 : 0;
  return n;
}

Graph Graph::clone() const {
  Graph copy(data_->name);
  *copy.data_ = *data_;
  for (Output& o : copy.data_->outputs) {
    o.value = {copy.data_.get(), o.value.id()};
    if (o.updates) o.updates = {copy.data_.get(), o.updates.id()};
  }
  return copy;
}

SectionScope::SectionScope(GraphData* graph, Section section)
    : graph_(graph), before_(graph->section) {
  graph->section = section;
}
SectionScope::~SectionScope() { graph_->section = before_; }

std::vector<bool> live_nodes(const GraphData& graph) {
  std::vector<bool> live(graph.size());
  for (const Output& o : graph.outputs) live[o.value.id()] = true;
  for (NodeId id = graph.size(); id-- > 0;)
    if (live[id])
      for (NodeId operand : graph.operands(id)) live[operand] = true;
  return live;
}

} // namespace nngc
