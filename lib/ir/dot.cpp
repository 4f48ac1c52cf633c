// A picture of a graph for Graphviz: data flows down, sections and fused groups are boxes, colours
// tell kinds of ops, and forward values that derivatives use again stand out. Numbers are drawn
// beside each node that uses them, inputs once per section: one place each would be all long lines.
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
  void open_section(std::size_t section, const std::string& name, const std::string& indent);
  void group_box(int group, const std::vector<NodeId>& members, const std::string& indent);
  void node(NodeId id, const std::string& indent);
  void declare(NodeId id, const std::string& name, const std::string& indent);
  void input_copies(NodeId id);
  void edges(NodeId id);
  void outputs();
  [[nodiscard]] std::string drawn(NodeId operand, NodeId user) const;
  [[nodiscard]] std::string label(NodeId id) const;
  [[nodiscard]] Look look(NodeId id) const;
  [[nodiscard]] std::size_t shared_count() const;
  [[nodiscard]] bool used_by_derivatives(NodeId id) const;
  [[nodiscard]] Section first_use(NodeId input) const;
  [[nodiscard]] int group(NodeId id) const {
    return id < options_.groups.size() ? options_.groups[id] : -1;
  }
  [[nodiscard]] std::size_t section(NodeId id) const {
    return static_cast<std::size_t>(graph_.node(id).section);
  }
  [[nodiscard]] bool is_leaf(NodeId id) const { return graph_.operands(id).empty(); }
  [[nodiscard]] bool is_input(NodeId id) const { return graph_.node(id).op == Opcode::Input; }
  [[nodiscard]] bool is_number(NodeId id) const {
    return graph_.node(id).op == Opcode::Constant &&
           graph_.attrs(id).get<Literal>("value")->size() == 1;
  }

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
  if (def.lowering == Lowering::Reduce || def.lowering == Lowering::ArgReduce ||
      def.lowering == Lowering::Cumulate || def.lowering == Lowering::Sort)
    return {"#f8c9a0", "#b35c12"};
  if (def.lowering == Lowering::Gather || def.lowering == Lowering::Scatter)
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

Section DotWriter::first_use(NodeId input) const {
  Section first = Section::Update;
  for (const NodeId user : users_.of(input))
    if (shown_[user]) first = std::min(first, graph_.node(user).section);
  return first;
}

std::size_t DotWriter::shared_count() const {
  std::size_t n = 0;
  for (NodeId id = 0; id < graph_.size(); ++id) n += shown_[id] && used_by_derivatives(id) ? 1 : 0;
  return n;
}

/// The name of the operand's picture that stands near this user.
std::string DotWriter::drawn(NodeId operand, NodeId user) const {
  const std::string name = "n" + std::to_string(operand);
  if (is_number(operand)) return name + "_" + std::to_string(user);
  if (is_input(operand) && options_.clusters && graph_.node(user).section != first_use(operand))
    return name + "_" + section_names[section(user)];
  return name;
}

/// What the edges around it do not tell: no shapes, no dtypes, nothing that is off or empty.
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
  std::string title(op_def(n.op).mnemonic);
  for (const Attr& a : attrs.list()) {
    constexpr std::size_t longest = 36;
    if (a.key == "shape" || a.key == "dtype") continue;
    if (a.key == "kind" || a.key == "dir" || a.key == "mode") {
      title += " " + std::get<std::string>(a.value);
      continue;
    }
    std::string value;
    if (const auto* body = std::get_if<Region>(&a.value);
        body != nullptr && a.key == "body" && (*body)->name() != "body") {
      title += " " + (*body)->name(); // a composite
      continue;
    }
    if (std::holds_alternative<Region>(a.value))
      value = "graph";
    else
      print_attr(value, a.value, graph_.type(id), 0, brief);
    if (value == "[]" || value == "false") continue;
    std::string line = std::string(a.key) + " = " + value;
    if (line.size() > longest) line = line.substr(0, longest - 3) + "...";
    text += "\n" + line;
  }
  if (n.epoch != 0) text += "\nepoch " + std::to_string(n.epoch);
  return title + text;
}

void DotWriter::declare(NodeId id, const std::string& name, const std::string& indent) {
  const Look colours = look(id);
  out_ += indent + name + " [label=\"" + escaped(label(id)) + "\", fillcolor=\"" + colours.fill +
          "\", color=\"" + colours.line + "\"";
  if (is_input(id))
    out_ += ", shape=ellipse";
  else if (is_leaf(id))
    out_ += ", fontsize=9, height=0.2, width=0.2, margin=\"0.04,0.02\"";
  if (used_by_derivatives(id))
    out_ += ", peripheries=2, penwidth=2, tooltip=\"used again by derivatives\"";
  out_ += "];\n";
}

void DotWriter::node(NodeId id, const std::string& indent) {
  std::vector<NodeId> numbers;
  for (const NodeId operand : graph_.operands(id))
    if (is_number(operand) && std::find(numbers.begin(), numbers.end(), operand) == numbers.end())
      numbers.push_back(operand);
  for (const NodeId number : numbers) declare(number, drawn(number, id), indent);
  declare(id, "n" + std::to_string(id), indent);
}

/// The same input again, for sections behind the first that uses it.
void DotWriter::input_copies(NodeId id) {
  std::array<bool, 3> wanted{};
  for (const NodeId user : users_.of(id))
    wanted[section(user)] = wanted[section(user)] || shown_[user];
  for (auto s = static_cast<std::size_t>(first_use(id)) + 1; s < wanted.size(); ++s)
    if (wanted[s]) declare(id, "n" + std::to_string(id) + "_" + section_names[s], "  ");
}

void DotWriter::open_section(std::size_t section, const std::string& name,
                             const std::string& indent) {
  out_ += indent + "subgraph cluster_" + name + " {\n" + indent + "  label=\"" +
          section_names[section] + "\"; labeljust=l; style=\"rounded,filled\"; fillcolor=\"" +
          section_fills[section] + "\"; color=\"" + section_lines[section] +
          "\"; fontcolor=\"#555555\";\n";
}

void DotWriter::group_box(int group, const std::vector<NodeId>& members,
                          const std::string& indent) {
  const auto g = static_cast<std::size_t>(group);
  const std::string title =
      g < options_.group_names.size() ? options_.group_names[g] : "group " + std::to_string(group);
  const std::string id = "group_" + std::to_string(group), inner = indent + "  ";
  out_ += indent + "subgraph cluster_" + id + " {\n" + inner + "label=\"" + escaped(title) +
          "\"; labeljust=l; style=\"rounded,filled,dashed\"; fillcolor=\"#ffffff\"; "
          "color=\"#555555\"; fontcolor=\"#222222\";\n";
  const bool mixed =
      options_.clusters && std::any_of(members.begin(), members.end(), [&](NodeId member) {
        return section(member) != section(members[0]);
      });
  for (std::size_t s = 0; s < section_names.size(); ++s) {
    const auto here = [&](NodeId member) { return !mixed || section(member) == s; };
    if (!mixed && s > 0) break;
    if (std::none_of(members.begin(), members.end(), here)) continue;
    if (mixed) open_section(s, id + "_" + section_names[s], inner);
    for (const NodeId member : members)
      if (here(member)) node(member, mixed ? inner + "  " : inner);
    if (mixed) out_ += inner + "}\n";
  }
  out_ += indent + "}\n";
}

void DotWriter::boxes() {
  // Graphviz nests boxes but cannot cross them: a group of several sections stands outside of all,
  // with its sections inside. Leaves belong to nobody.
  constexpr std::size_t outside = 3;
  std::map<int, std::vector<NodeId>> groups;
  std::map<int, std::size_t> group_section;
  std::array<std::vector<NodeId>, 4> loose;
  for (NodeId id = 0; id < graph_.size(); ++id) {
    if (!shown_[id] || is_number(id)) continue;
    const std::size_t s = !options_.clusters || is_leaf(id) ? outside : section(id);
    if (group(id) < 0) {
      loose[s].push_back(id);
      continue;
    }
    groups[group(id)].push_back(id);
    const auto [it, fresh] = group_section.try_emplace(group(id), s);
    if (!fresh && it->second != s) it->second = outside;
  }
  for (std::size_t s = 0; s <= outside; ++s) {
    const bool empty =
        loose[s].empty() && std::none_of(group_section.begin(), group_section.end(),
                                         [&](const auto& entry) { return entry.second == s; });
    if (empty) continue;
    if (s != outside) open_section(s, section_names[s], "  ");
    const std::string indent = s != outside ? "    " : "  ";
    for (const NodeId id : loose[s]) node(id, indent);
    for (const auto& [number, members] : groups)
      if (group_section[number] == s) group_box(number, members, indent);
    if (s != outside) out_ += "  }\n";
  }
  if (!options_.clusters) return;
  for (const InputInfo& input : graph_.inputs) input_copies(input.node);
}

void DotWriter::edges(NodeId id) {
  const auto operands = graph_.operands(id);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (options_.reduce && !needed_[graph_.node(id).first_operand + i]) continue;
    const NodeId from = operands[i];
    out_ += "  " + drawn(from, id) + " -> n" + std::to_string(id) + " [label=\"" +
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
    const std::string from = "n" + std::to_string(o.value.id());
    if (is_number(o.value.id())) declare(o.value.id(), from + "_" + out, "  ");
    out_ += "  " + out + " [label=\"" + escaped(o.updates ? "new " + o.name : o.name) +
            "\", shape=ellipse, style=\"filled,bold\", fillcolor=\"" +
            (o.updates ? "#fff6d9" : "#ffffff") + "\", color=\"" +
            (o.updates ? "#a67c00" : "#222222") + "\"];\n";
    out_ += "  " + from + (is_number(o.value.id()) ? "_" + out : "") + " -> " + out + " [label=\"" +
            escaped(o.value.type().str()) + "\"];\n";
  }
}

std::string DotWriter::write() {
  const auto live = std::count(shown_.begin(), shown_.end(), true);
  const std::size_t shared = shared_count();
  std::string title = graph_.name + ": " + std::to_string(live) + " nodes";
  if (shared > 0) title += ", " + std::to_string(shared) + " of forward used again (double border)";
  out_ = "digraph \"" + escaped(graph_.name) + "\" {\n";
  out_ += "  graph [rankdir=TB, fontname=\"Helvetica\", fontsize=11, nodesep=0.25, ranksep=0.35, "
          "labelloc=t, label=\"" +
          escaped(title) + "\"];\n";
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
