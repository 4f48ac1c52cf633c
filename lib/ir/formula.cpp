// A graph as formulas, for people: one line per result, shared parts under names of their own, so
// that the text is as long as the graph and not as its paths are many.
#include <cmath>

#include <fmt/format.h>

#include "ir/graph_data.h"
#include "nngc/text.h"

namespace nngc {

namespace {

/// How tightly a text holds together; a looser one in a tighter place gets parentheses.
enum Tightness { Comparison, Sum, Product, Power, Atom };

struct Text {
  std::string text;
  int tightness = Atom;
  bool has_number = false; ///< a number, or a product that begins with one
  bool is_number = false;
};

std::string in(const Text& t, int place) {
  return t.tightness < place ? "(" + t.text + ")" : t.text;
}

class Formulas {
public:
  explicit Formulas(const GraphData& graph)
      : graph_(graph), live_(live_nodes(graph)), uses_(graph.size()), texts_(graph.size()) {
    for (NodeId id = 0; id < graph.size(); ++id)
      if (live_[id])
        for (const NodeId operand : graph.operands(id)) ++uses_[operand];
    for (const Output& o : graph.outputs)
      if (!o.updates) names_of_results_.try_emplace(o.value.id(), o.name);
  }

  std::string str() {
    for (NodeId id = 0; id < graph_.size(); ++id)
      if (live_[id]) texts_[id] = named(id, text_of(id));
    for (const Output& o : graph_.outputs) {
      if (texts_[o.value.id()].text == o.name && !o.updates) continue; // said already
      out_ += (o.updates ? std::string(name_of(o.updates.id())) + " <- " : o.name + " = ") +
              texts_[o.value.id()].text + "\n";
    }
    return std::move(out_);
  }

private:
  std::string_view name_of(NodeId input) const {
    return graph_.attrs(input).get<std::string>("name");
  }
  bool is_view(NodeId id) const {
    const Opcode op = graph_.node(id).op;
    return op == Opcode::BroadcastInDim || op == Opcode::StopGradient;
  }
  const Text& operand(NodeId id, std::size_t i) const { return texts_[graph_.operands(id)[i]]; }

  /// A result, and what is used more than once, gets a line of its own.
  Text named(NodeId id, Text t) {
    constexpr std::size_t most = 200; // no line grows without end
    if (graph_.operands(id).empty() || is_view(id) || t.is_number) return t;
    const auto result = names_of_results_.find(id);
    const bool is_result = result != names_of_results_.end();
    if (!is_result && uses_[id] < 2 && t.text.size() < most) return t;
    const std::string name = is_result ? result->second : "t" + std::to_string(++names_);
    out_ += name + " = " + t.text + "\n";
    return {name};
  }

  Text text_of(NodeId id) const;
  Text call(std::string_view function, NodeId id) const;
  Text product(NodeId id) const;
  Text sum(NodeId id) const;
  Text reduced(NodeId id) const;

  const GraphData& graph_;
  std::vector<bool> live_;
  std::vector<std::uint32_t> uses_;
  std::vector<Text> texts_;
  std::unordered_map<NodeId, std::string> names_of_results_; ///< the first of each
  std::string out_;
  int names_ = 0;
};

Text Formulas::call(std::string_view function, NodeId id) const {
  std::string text(function);
  const char* separator = "(";
  for (const NodeId x : graph_.operands(id)) text += separator + texts_[x].text, separator = ", ";
  return {text + ")", Atom};
}

// Numbers first.
Text Formulas::product(NodeId id) const {
  Text a = operand(id, 0), b = operand(id, 1);
  if (b.has_number && !a.has_number) std::swap(a, b);
  if (a.text == "-1" || b.text == "-1") return {"-" + in(a.text == "-1" ? b : a, Product), Product};
  return {in(a, Product) + "*" + in(b, Product), Product, a.has_number};
}

// Products first, numbers last.
Text Formulas::sum(NodeId id) const {
  Text a = operand(id, 0), b = operand(id, 1);
  const auto rank = [](const Text& t) {
    return t.text.starts_with('-') ? 2 : t.tightness != Atom ? 0 : t.has_number ? 3 : 1;
  };
  if (rank(b) < rank(a)) std::swap(a, b);
  const bool minus = b.text.starts_with('-') && b.tightness >= Product;
  return {in(a, Sum) + (minus ? " - " + b.text.substr(1) : " + " + in(b, Sum)), Sum};
}

Text Formulas::reduced(NodeId id) const {
  const Attrs& attrs = graph_.attrs(id);
  const auto& kind = attrs.get<std::string>("kind");
  std::string text = (kind == "add" ? "sum" : kind == "mul" ? "prod" : kind) + "(";
  text += operand(id, 0).text;
  const auto& axes = attrs.get<std::vector<std::int64_t>>("axes");
  if (static_cast<int>(axes.size()) != graph_.type(graph_.operands(id)[0]).shape.rank())
    for (const std::int64_t a : axes) text += ", axis " + std::to_string(a);
  return {text + ")", Atom};
}

Text Formulas::text_of(NodeId id) const {
  const Attrs& attrs = graph_.attrs(id);
  switch (graph_.node(id).op) {
  case Opcode::Input: return {std::string(name_of(id)), Atom};
  case Opcode::Constant: {
    double value = 0;
    if (!is_splat(Value(const_cast<GraphData*>(&graph_), id), value))
      return {"constant" + graph_.type(id).shape.str(), Atom};
    return {fmt::format("{:.6g}", value), std::signbit(value) ? Product : Atom, true, true};
  }
  case Opcode::BroadcastInDim:
  case Opcode::StopGradient: return operand(id, 0);
  case Opcode::Neg: {
    const Text& x = operand(id, 0);
    const bool is_number = x.is_number && x.tightness == Atom;
    return {"-" + in(x, Product), Product, is_number, is_number};
  }
  case Opcode::Add: return sum(id);
  case Opcode::Sub: return {in(operand(id, 0), Sum) + " - " + in(operand(id, 1), Product), Sum};
  case Opcode::Mul: return product(id);
  case Opcode::Div: return {in(operand(id, 0), Product) + "/" + in(operand(id, 1), Power), Product};
  case Opcode::Pow: return {in(operand(id, 0), Atom) + "^" + in(operand(id, 1), Atom), Power};
  case Opcode::Ipow: {
    const std::int64_t n = attrs.get<std::int64_t>("n");
    const std::string power = n < 0 ? "(" + std::to_string(n) + ")" : std::to_string(n);
    return {in(operand(id, 0), Atom) + "^" + power, Power};
  }
  case Opcode::Compare: {
    const auto& dir = attrs.get<std::string>("dir");
    const std::string_view sign = dir == "eq"   ? " == "
                                  : dir == "ne" ? " != "
                                  : dir == "lt" ? " < "
                                  : dir == "le" ? " <= "
                                  : dir == "gt" ? " > "
                                                : " >= ";
    return {in(operand(id, 0), Sum) + std::string(sign) + in(operand(id, 1), Sum), Comparison};
  }
  case Opcode::Reduce: return reduced(id);
  case Opcode::DotGeneral: return call("dot", id);
  default: return call(graph_.def(id).mnemonic, id);
  }
}

} // namespace

std::string formula(const Graph& graph) { return Formulas(*graph.data()).str(); }

} // namespace nngc
