// A picture of a graph for Graphviz: data flows down, sections and fused groups are boxes, colours
// tell kinds of ops, and forward values that derivatives use again stand out.
#include <algorithm>
#include <array>
#include <map>

#include "ir/analysis/transitive_reduction.h"
#include "ir/analysis/users.h"
#include "ir/graph_data.h"
#include "ir/printer.h"

namespace nngc {

namespace {

struct Look {
  const char* fill;
  const char* line;
};

constexpr std::array<const char*, 3> section_names = {"forward", "backward", "update"};
constexpr std::array<const char*, 3> section_fills = {"#f6f9fc", "#fdf6f3", "#f5faf3"};
constexpr std::array<const char*, 3> section_lines = {"#b8cce0", "#e3bfae", "#b5d3a5"};

/// `text` as it stands between quotes in a DOT file; a line end becomes a line break.
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += '\\', out += c;
    else if (c == '\n')
      out += "\\n";
    else if (byte < 0x20 || byte >= 0x7f)
      out += '?'; // any bytes: Graphviz refuses broken UTF-8
    else
      out += c;
  }
  return out;
}

class DotWriter {
public:
  DotWriter(const GraphData& graph, const DotOptions& options)
      : graph_(graph), options_(options), users_(graph), shown_(live_nodes(graph)) {
    for (const InputInfo& i : graph.inputs) shown_[i.node] = true;
    if (options.reduce) needed_ = needed_edges(graph);
  }
  std::string write();

private:
  void boxes();
  void group_box(int group, const std::vector<NodeId>& members, std::string_view indent);
  void node(NodeId id, std::string_view indent);
  void edges(NodeId id);
  void outputs();
  [[nodiscard]] std::string label(NodeId id) const;
  [[nodiscard]] Look look(NodeId id) const;
  [[nodiscard]] bool used_by_derivatives(NodeId id) const;
  [[nodiscard]] int group(NodeId id) const {
    return id < options_.groups.size() ? options_.groups[id] : -1;
  }
  /// Leaves belong to nobody: outside of the boxes they can stand near whoever uses them.
  [[nodiscard]] bool is_leaf(NodeId id) const { return graph_.operands(id).empty(); }

  const GraphData& graph_;
  const DotOptions& options_;
  const Users users_;
  std::vector<bool> shown_, needed_;
  std::string out_;
};

Look DotWriter::look(NodeId id) const {
  const OpDef& def = graph_.def(id);
  if (graph_.node(id).op == Opcode::Input) return {"#ffe8a3", "#a67c00"};
  if (is_leaf(id)) return {"#f2f2f2", "#8c8c8c"};
  if (def.lowering == Lowering::Dot) return {"#c9b8ee", "#5b3fa0"};
  if (def.lowering == Lowering::Reduce || def.lowering == Lowering::ArgReduce)
    return {"#f8c9a0", "#b35c12"};
  if (def.lowering == Lowering::Gather || def.lowering == Lowering::ScatterAdd)
    return {"#f6bfd2", "#ab3a64"};
  if ((def.traits & trait::Elementwise) != 0) return {"#c8e3f5", "#2c6e9e"};
  return {"#d9efd0", "#4f8a35"}; // movement
}

bool DotWriter::used_by_derivatives(NodeId id) const {
  if (graph_.node(id).section != Section::Forward || is_leaf(id)) return false;
  const auto uses = users_.of(id);
  return std::any_of(uses.begin(), uses.end(), [&](NodeId user) {
    return shown_[user] && graph_.node(user).section != Section::Forward;
  });
}

std::string DotWriter::label(NodeId id) const {
  const Node& n = graph_.node(id);
  const Attrs& attrs = graph_.attrs(id);
  const PrintOptions brief{.literal_limit = 6};
  std::string text;
  if (n.op == Opcode::Input) {
    text = attrs.get<std::string>("name");
    const auto& role = attrs.get<std::string>("role");
    return role == name(Role::Data) ? text : text + "\n" + role;
  }
  if (n.op == Opcode::Constant) {
    print_literal(text, *attrs.get<Literal>("value"), graph_.type(id), brief);
    return text;
  }
  text = op_def(n.op).mnemonic;
  for (const Attr& a : attrs.list()) {
    constexpr std::size_t longest = 36;
    std::string line(a.key);
    line += " = ";
    if (std::holds_alternative<Region>(a.value))
      line += "graph";
    else
      print_attr(line, a.value, graph_.type(id), 0, brief);
    if (line.size() > longest) line = line.substr(0, longest - 3) + "...";
    text += "\n" + line;
  }
  if (n.epoch != 0) text += "\nepoch " + std::to_string(n.epoch);
  return text;
}

void DotWriter::node(NodeId id, std::string_view indent) {
  const Look colours = look(id);
  out_ += indent;
  out_ += "n" + std::to_string(id) + " [label=\"" + escaped(label(id)) + "\", fillcolor=\"" +
          colours.fill + "\", color=\"" + colours.line + "\"";
  if (graph_.node(id).op == Opcode::Input)
    out_ += ", shape=ellipse";
  else if (is_leaf(id))
    out_ += ", fontsize=9, height=0.2, width=0.2, margin=\"0.04,0.02\"";
  if (used_by_derivatives(id))
    out_ += ", peripheries=2, penwidth=2, tooltip=\"used again by derivatives\"";
  out_ += "];\n";
}

void DotWriter::group_box(int group, const std::vector<NodeId>& members, std::string_view indent) {
  const auto g = static_cast<std::size_t>(group);
  const std::string title =
      g < options_.group_names.size() ? options_.group_names[g] : "group " + std::to_string(group);
  const std::string inner = std::string(indent) + "  ";
  out_ += std::string(indent) + "subgraph cluster_group_" + std::to_string(group) + " {\n";
  out_ += inner + "label=\"" + escaped(title) +
          "\"; style=\"rounded,filled,dashed\"; fillcolor=\"#ffffff\"; color=\"#555555\";\n";
  for (NodeId id : members) node(id, inner);
  out_ += std::string(indent) + "}\n";
}

void DotWriter::boxes() {
  // Graphviz nests boxes but cannot cross them: a group of several sections stands outside of all.
  constexpr int outside = 3;
  std::map<int, std::vector<NodeId>> groups;
  std::map<int, int> group_section;
  std::array<std::vector<NodeId>, 4> loose;
  for (NodeId id = 0; id < graph_.size(); ++id) {
    if (!shown_[id]) continue;
    const int section =
        !options_.clusters || is_leaf(id) ? outside : static_cast<int>(graph_.node(id).section);
    if (group(id) < 0) {
      loose[static_cast<std::size_t>(section)].push_back(id);
      continue;
    }
    groups[group(id)].push_back(id);
    const auto [it, fresh] = group_section.try_emplace(group(id), section);
    if (!fresh && it->second != section) it->second = outside;
  }
  for (int section = 0; section <= outside; ++section) {
    const auto s = static_cast<std::size_t>(section);
    const bool boxed = section != outside;
    const bool empty = loose[s].empty() &&
                       std::none_of(group_section.begin(), group_section.end(),
                                    [&](const auto& entry) { return entry.second == section; });
    if (empty) continue;
    if (boxed)
      out_ += std::string("  subgraph cluster_") + section_names[s] + " {\n    label=\"" +
              section_names[s] + "\"; labeljust=l; style=\"rounded,filled\"; fillcolor=\"" +
              section_fills[s] + "\"; color=\"" + section_lines[s] + "\"; fontcolor=\"#555555\";\n";
    const std::string_view indent = boxed ? "    " : "  ";
    for (NodeId id : loose[s]) node(id, indent);
    for (const auto& [number, members] : groups)
      if (group_section[number] == section) group_box(number, members, indent);
    if (boxed) out_ += "  }\n";
  }
}

void DotWriter::edges(NodeId id) {
  const auto operands = graph_.operands(id);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (options_.reduce && !needed_[graph_.node(id).first_operand + i]) continue;
    const NodeId from = operands[i];
    out_ += "  n" + std::to_string(from) + " -> n" + std::to_string(id) + " [label=\"" +
            escaped(graph_.type(from).str()) + "\"";
    const bool crosses = !is_leaf(from) && graph_.node(from).section != graph_.node(id).section;
    if (crosses) out_ += ", color=\"#b3401f\", style=dashed";
    out_ += "];\n";
  }
}

void DotWriter::outputs() {
  std::size_t number = 0;
  for (const Output& o : graph_.outputs) {
    const std::string out = "out" + std::to_string(number++);
    out_ +=
        "  " + out + " [label=\"" + escaped(o.updates ? "new " + o.name : o.name) +
        "\", shape=ellipse, style=\"filled,bold\", fillcolor=\"#ffffff\", color=\"#222222\"];\n";
    out_ += "  n" + std::to_string(o.value.id()) + " -> " + out + " [label=\"" +
            escaped(o.value.type().str()) + "\"];\n";
    if (o.updates)
      out_ += "  " + out + " -> n" + std::to_string(o.updates.id()) +
              " [style=dotted, constraint=false, color=\"#a67c00\"];\n";
  }
}

std::string DotWriter::write() {
  const auto live = std::count(shown_.begin(), shown_.end(), true);
  out_ = "digraph \"" + escaped(graph_.name) + "\" {\n";
  out_ += "  graph [rankdir=TB, fontname=\"Helvetica\", fontsize=11, nodesep=0.25, ranksep=0.35, "
          "labelloc=t, label=\"" +
          escaped(graph_.name) + ": " + std::to_string(live) + " nodes\"];\n";
  out_ += "  node [fontname=\"Helvetica\", fontsize=11, shape=box, style=\"rounded,filled\", "
          "height=0.3, margin=\"0.1,0.04\"];\n";
  out_ += "  edge [fontname=\"Helvetica\", fontsize=8, fontcolor=\"#666666\", color=\"#777777\", "
          "arrowsize=0.6];\n";
  boxes();
  for (NodeId id = 0; id < graph_.size(); ++id)
    if (shown_[id]) edges(id);
  outputs();
  return out_ += "}\n";
}

} // namespace

std::string to_dot(const Graph& graph, const DotOptions& options) {
  return DotWriter(*graph.data(), options).write();
}

} // namespace nngc
