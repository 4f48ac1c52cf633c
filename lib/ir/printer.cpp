// A graph as text: canonical, so that equal graphs give equal text and reading it back changes
// nothing.
#include "ir/printer.h"

#include <algorithm>

#include "ir/graph_data.h"

namespace nngc {

namespace {

class Printer {
public:
  Printer(std::string& out, const GraphData& graph, int indent, const PrintOptions& options)
      : out_(out), graph_(graph), options_(options), indent_(indent),
        shown_(options.all_nodes ? std::vector<bool>(graph.size(), true) : live_nodes(graph)) {
    for (const TensorType& t : graph.types) types_.push_back(t.str());
    // Inputs come first, as they do for who reads the text; then the others in order of their ids.
    // Operands of commutative ops are sorted by this number, as append will sort them by id.
    number_.resize(graph.size());
    std::uint32_t next = 0;
    for (const InputInfo& i : graph.inputs) number_[i.node] = next++;
    for (NodeId id = 0; id < graph.size(); ++id)
      if (shown_[id] && graph.node(id).op != Opcode::Input) number_[id] = next++;
  }

  void print() {
    header();
    for (NodeId id = 0; id < graph_.size(); ++id)
      if (shown_[id] && graph_.node(id).op != Opcode::Input) node(id);
    outputs();
    line(0);
    out_ += "}";
  }

private:
  void line(int more) {
    out_ += '\n';
    out_.append(static_cast<std::size_t>(indent_ + more), ' ');
  }
  void value(NodeId id) {
    out_ += '%';
    const std::uint32_t n = number_[id];
    const auto inputs = static_cast<std::uint32_t>(graph_.inputs.size());
    if (n < inputs)
      out_ += graph_.inputs[n].name;
    else
      out_ += std::to_string(n - inputs);
  }
  void header();
  void node(NodeId id);
  void attributes(NodeId id);
  void outputs();

  std::string& out_;
  const GraphData& graph_;
  const PrintOptions& options_;
  int indent_;
  std::vector<bool> shown_;
  std::vector<std::uint32_t> number_;
  std::vector<std::string> types_;
};

void Printer::header() {
  out_ += "graph @";
  if (is_identifier(graph_.name))
    out_ += graph_.name;
  else
    print_quoted(out_, graph_.name);
  out_ += '(';
  for (const InputInfo& i : graph_.inputs) {
    if (&i != graph_.inputs.data()) out_ += ", ";
    value(i.node);
    out_ += ": " + types_[graph_.node(i.node).type];
    if (i.role != Role::Data) out_ += ' ', out_ += name(i.role);
  }
  out_ += ") {";
}

void Printer::node(NodeId id) {
  const Node& n = graph_.node(id);
  line(2);
  value(id);
  out_ += " = ";
  out_ += op_def(n.op).mnemonic;
  const auto operands = graph_.operands(id);
  std::vector<NodeId> sorted(operands.begin(), operands.end());
  if ((op_def(n.op).traits & trait::Commutative) != 0)
    std::sort(sorted.begin(), sorted.end(),
              [&](NodeId a, NodeId b) { return number_[a] < number_[b]; });
  const char* separator = " ";
  for (NodeId operand : sorted) {
    out_ += separator;
    value(operand);
    separator = ", ";
  }
  attributes(id);
  out_ += " : " + types_[n.type];
  if (n.section == Section::Backward) out_ += " @backward";
  if (n.section == Section::Update) out_ += " @update";
  if (n.epoch != 0) out_ += " @epoch(" + std::to_string(n.epoch) + ")";
}

void Printer::attributes(NodeId id) {
  const char* separator = " {";
  const TensorType& type = graph_.type(id);
  for (const Attr& a : graph_.attrs(id).list()) {
    // A constant's shape is its type's: written once.
    if (graph_.node(id).op == Opcode::Constant && a.key == "shape")
      if (const auto* dims = std::get_if<std::vector<Dim>>(&a.value))
        if (*dims == type.shape.dims()) continue;
    out_ += separator;
    out_ += a.key;
    out_ += " = ";
    print_attr(out_, a.value, type, indent_, options_);
    separator = ", ";
  }
  if (separator[0] == ',') out_ += '}';
}

void Printer::outputs() {
  line(2);
  out_ += "return";
  const char* separator = " ";
  for (const Output& o : graph_.outputs) {
    out_ += separator;
    if (o.updates) {
      value(o.updates.id());
      out_ += " <- ";
    } else {
      out_ += o.name + " = ";
    }
    value(o.value.id());
    separator = ", ";
  }
}

} // namespace

void print_graph(std::string& out, const GraphData& graph, int indent,
                 const PrintOptions& options) {
  Printer(out, graph, indent, options).print();
}

std::string print(const Graph& graph, const PrintOptions& options) {
  std::string out;
  print_graph(out, *graph.data(), 0, options);
  return out += '\n';
}

} // namespace nngc
