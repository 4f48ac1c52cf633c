// Every invariant of a graph checked again, from nothing but its data: what a pass broke is found
// here, all of it at once.
#include <unordered_set>

#include "ir/graph_data.h"
#include "nngc/text.h"

namespace nngc {

namespace {

class Verifier {
public:
  explicit Verifier(const GraphData& graph) : graph_(graph) {}

  std::vector<std::string> run() {
    for (NodeId id = 0; id < graph_.size(); ++id) node(id);
    inputs();
    outputs();
    if (found_.empty()) parameters();
    return std::move(found_);
  }

private:
  void report(const std::string& message) { found_.push_back(message); }
  void report(NodeId id, const std::string& message) {
    std::string text = "node " + std::to_string(id);
    if (graph_.nodes[id].op < Opcode::Count_)
      text += " (" + std::string(op_def(graph_.nodes[id].op).mnemonic) + ")";
    report(text + ": " + message);
  }
  [[nodiscard]] bool exists(NodeId id) const { return id < graph_.size(); }

  void node(NodeId id);
  bool sound(NodeId id);
  bool pointers(NodeId id);
  void inputs();
  void outputs();
  void parameters();

  const GraphData& graph_;
  std::vector<std::string> found_;
  std::vector<bool> listed_; ///< which nodes are inputs by the list
};

/// Whether all that the node points at is there, so that the rest can be looked at.
bool Verifier::sound(NodeId id) {
  const Node& n = graph_.nodes[id];
  if (n.op >= Opcode::Count_) return report(id, "no opcode"), false;
  if (n.type >= graph_.types.size()) return report(id, "its type is not in the table"), false;
  if (n.attrs >= graph_.attr_pool.size())
    return report(id, "its attributes are not in the table"), false;
  if (std::uint64_t{n.first_operand} + n.operand_count > graph_.operand_pool.size())
    return report(id, "its operands are not in the pool"), false;
  bool good = true;
  for (NodeId operand : graph_.operands(id))
    if (operand >= id) {
      report(id, "operand " + std::to_string(operand) + " does not come before it");
      good = false;
    } else if (graph_.nodes[operand].type >= graph_.types.size()) {
      good = false; // reported at that node
    }
  return good;
}

void Verifier::node(NodeId id) {
  if (!sound(id)) return;
  const Node& n = graph_.nodes[id];
  const OpDef& def = op_def(n.op);
  const auto count = static_cast<int>(n.operand_count);
  if (count < def.min_operands || (def.max_operands >= 0 && count > def.max_operands))
    return report(id, "has " + std::to_string(count) + " operands");
  if (n.origin != id && !exists(n.origin)) report(id, "its origin does not exist");
  if (!pointers(id)) return;
  try {
    check_attrs(def, graph_.attrs(id), Where::current());
    if (n.op == Opcode::Input) return; // its type is its own
    std::vector<const TensorType*> types;
    std::vector<Value> values;
    for (NodeId operand : graph_.operands(id)) {
      types.push_back(&graph_.type(operand));
      values.emplace_back(const_cast<GraphData*>(&graph_), operand); // only looked at
    }
    const TensorType type = def.infer({def, types, graph_.attrs(id), Where::current(), values});
    if (type != graph_.type(id))
      report(id, "has type " + graph_.type(id).str() + ", but its op gives " + type.str());
  } catch (const Error& e) {
    report(id, e.message());
  }
}

/// Whether literals and graphs in attributes are there; graphs are verified themselves.
bool Verifier::pointers(NodeId id) {
  bool good = true;
  for (const Attr& a : graph_.attrs(id).list()) {
    const auto* literal = std::get_if<Literal>(&a.value);
    const auto* region = std::get_if<Region>(&a.value);
    if ((literal != nullptr && *literal == nullptr) || (region != nullptr && *region == nullptr)) {
      report(id, "attribute '" + std::string(a.key) + "' is empty");
      good = false;
    } else if (region != nullptr) {
      // Regions nest a few levels deep at most: the parser and the builder see to that.
      for (const std::string& inner : Verifier(*(*region)->data()).run())
        report(id, "in '" + std::string(a.key) + "': " + inner);
    }
  }
  return good;
}

void Verifier::inputs() {
  std::unordered_set<std::string_view> names;
  std::vector<bool> listed(graph_.size());
  for (const InputInfo& i : graph_.inputs) {
    const std::string who = "input '" + i.name + "'";
    if (!is_identifier(i.name)) report(who + ": the name is no identifier");
    if (!names.insert(i.name).second) report(who + ": the name is taken");
    if (!exists(i.node) || graph_.nodes[i.node].op != Opcode::Input) {
      report(who + ": its node is no input");
      continue;
    }
    if (listed[i.node]) report(who + ": its node is another input's");
    listed[i.node] = true;
    const Node& n = graph_.nodes[i.node];
    if (n.attrs >= graph_.attr_pool.size()) continue; // reported at that node
    const AttrValue* written = graph_.attr_pool[n.attrs].find("name");
    if (written == nullptr || *written != AttrValue(i.name))
      report(who + ": its node has another name");
    const auto entry = graph_.input_by_name.find(i.name);
    if (entry == graph_.input_by_name.end() || entry->second >= graph_.inputs.size() ||
        graph_.inputs[entry->second].node != i.node)
      report(who + ": is not found by its name");
  }
  listed_ = std::move(listed);
}

void Verifier::outputs() {
  std::unordered_set<std::string_view> names;
  std::unordered_set<NodeId> updated;
  for (const Output& o : graph_.outputs) {
    const std::string who = "output '" + o.name + "'";
    if (!is_identifier(o.name)) report(who + ": the name is no identifier");
    if (!names.insert(o.name).second) report(who + ": the name is taken");
    if (o.value.graph() != &graph_ || !exists(o.value.id())) {
      report(who + ": its value is not of this graph");
      continue;
    }
    if (!o.updates) continue;
    const NodeId target = o.updates.id();
    if (o.updates.graph() != &graph_ || !exists(target) ||
        graph_.nodes[target].op != Opcode::Input) {
      report(who + ": updates what is no input of this graph");
      continue;
    }
    if (!updated.insert(target).second) report(who + ": the input is updated twice");
    const std::uint32_t from = graph_.nodes[o.value.id()].type, to = graph_.nodes[target].type;
    if (from < graph_.types.size() && to < graph_.types.size() &&
        graph_.types[from] != graph_.types[to])
      report(who + ": is " + graph_.types[from].str() + ", the input it updates " +
             graph_.types[to].str());
  }
}

/// Parameters of traced functions (ops/trace.h) are inputs that no list names: nothing may use them
/// but the function.
void Verifier::parameters() {
  const std::vector<bool> live = live_nodes(graph_);
  for (NodeId id = 0; id < live.size(); ++id)
    if (live[id] && graph_.nodes[id].op == Opcode::Input && !listed_[id])
      report(id, "is not among the inputs");
}

} // namespace

void verify(const Graph& graph) {
  constexpr std::size_t limit = 100;
  const std::vector<std::string> found = Verifier(*graph.data()).run();
  if (found.empty()) return;
  std::string message = "verify: graph '" + graph.name() + "' breaks " +
                        std::to_string(found.size()) + (found.size() == 1 ? " rule" : " rules");
  for (std::size_t i = 0; i < std::min(found.size(), limit); ++i) message += "\n  " + found[i];
  if (found.size() > limit) message += "\n  ...";
  throw Error(Error::Kind::Graph, message);
}

} // namespace nngc
