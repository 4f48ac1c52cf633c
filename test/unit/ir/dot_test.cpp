// The picture's text: deterministic, escaped, and marked where it matters.
#include <map>
#include <sstream>

#include "nngc/text.h"
#include "test/support/catch.h"
#include "test/unit/ir/random_graph.h"

using namespace nngc;
using test::ContainsSubstring;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

struct Model {
  Model() : g("say \"hi\" \\") {
    x = g.input("x", f32({Dim::symbol("batch"), 4}));
    w = g.param("w", f32({4, 2}));
    y = tanh(matmul(x, w));
    loss = reduce_sum(y);
    g.output("loss", loss);
    const SectionScope scope(g.data(), Section::Backward);
    back = mul(y, y);
    g.output("d", back);
    const SectionScope update(g.data(), Section::Update);
    g.update(w, w * 0.5);
  }
  Graph g;
  Value x, w, y, loss, back;
};

/// The line that declares the node.
std::string declared(const std::string& dot, Value v) {
  const std::size_t at = dot.find("n" + std::to_string(v.id()) + " [");
  return dot.substr(at, dot.find('\n', at) - at);
}

} // namespace

TEST_CASE("edges carry types, sections are boxes, names are escaped") {
  Model m;
  const std::string dot = to_dot(m.g);
  CHECK(dot == to_dot(m.g));
  CHECK_THAT(dot, test::StartsWith("digraph \"say \\\"hi\\\" \\\\\" {"));
  CHECK_THAT(dot, ContainsSubstring("[label=\"f32[batch,4]\"]"));
  for (const char* section : {"forward", "backward", "update"})
    CHECK(count(dot, std::string("subgraph cluster_") + section + " {") == 1);
  CHECK(count(to_dot(m.g, {.clusters = false}), "subgraph") == 0);
  CHECK(count(dot, "{") == count(dot, "}"));
  CHECK_THAT(dot, ContainsSubstring("[label=\"new w\""));
}

TEST_CASE("labels say what edges do not: no shapes, nothing that is empty or off") {
  Model m;
  const std::string dot = to_dot(m.g);
  CHECK_THAT(declared(dot, m.loss), ContainsSubstring("label=\"reduce add\\naxes = [0, 1]\""));
  CHECK_THAT(dot, ContainsSubstring("label=\"dot_general\\ncontract_a = [1]\\ncontract_b = [0]\""));
  CHECK(count(dot, "shape = ") == 0);
}

TEST_CASE("a number stands beside each of its users, an input once in each section") {
  Graph g;
  const Value x = g.input("x", f32({4})), y = x * 2;
  const Value z = y + 2;
  g.output("z", z);
  g.output("two", g.scalar(DType::F32, 2));
  const SectionScope scope(g.data(), Section::Backward);
  const Value d = x / y;
  g.output("d", d);
  const std::string dot = to_dot(g), in_x = "n" + std::to_string(x.id());
  for (const Value user : {y, z}) {
    const std::string name = "_" + std::to_string(user.id());
    CHECK(count(dot, name + " [label=\"2\"") == 1);
    CHECK(count(dot, name + " -> n" + std::to_string(user.id()) + " [label=\"f32[4]\"]") == 1);
  }
  CHECK(count(dot, "label=\"2\"") == 3); // the third stands before the output
  CHECK(count(dot, "label=\"x\"") == 2);
  CHECK(count(dot, in_x + " -> n" + std::to_string(y.id()) + " ") == 1);
  CHECK(count(dot, in_x + "_backward -> n" + std::to_string(d.id()) + " ") == 1);
  CHECK(count(to_dot(g, {.clusters = false}), "label=\"x\"") == 1);
}

TEST_CASE("forward values that derivatives use again stand out, others do not") {
  Model m;
  const std::string dot = to_dot(m.g);
  CHECK_THAT(declared(dot, m.y), ContainsSubstring("peripheries=2"));
  CHECK(count(dot, "peripheries=2") == 1);
  CHECK(count(dot, "style=dashed") == 2); // y * y takes it twice
  CHECK_THAT(dot, ContainsSubstring("nodes, 1 of forward used again (double border)\""));
}

TEST_CASE("fused groups are boxes inside their section, or around parts of several") {
  Model m;
  DotOptions options;
  options.groups.assign(m.g.node_count(), -1);
  options.groups[m.y.id()] = options.groups[m.loss.id()] = 0;
  options.group_names = {"kernel \"0\""};
  std::string dot = to_dot(m.g, options);
  CHECK_THAT(dot, ContainsSubstring("\n    subgraph cluster_group_0 {\n      label=\"kernel "
                                    "\\\"0\\\"\""));
  options.groups[m.back.id()] = 0;
  dot = to_dot(m.g, options);
  CHECK_THAT(dot, ContainsSubstring("\n  subgraph cluster_group_0 {"));
  CHECK(count(dot, "subgraph cluster_group_0 {") == 1);
  CHECK_THAT(
      dot, ContainsSubstring("\n    subgraph cluster_group_0_forward {\n      label=\"forward\""));
  CHECK_THAT(dot, ContainsSubstring("\n    subgraph cluster_group_0_backward {"));
  CHECK(count(dot, "{") == count(dot, "}"));
}

TEST_CASE("every live node is declared once, a number once per user; every edge is drawn once") {
  std::size_t dropped = 0, numbers = 0;
  for (unsigned seed = 0; seed < 30; ++seed) {
    const Graph g = test::random_dag(seed, 30);
    const GraphData& data = *g.data();
    const std::string dot = to_dot(g, {.clusters = false});
    const std::vector<bool> live = live_nodes(data);
    std::map<std::string, int> declared;
    std::istringstream lines(dot);
    for (std::string line; std::getline(lines, line);)
      if (line.find(" -> ") == std::string::npos && line.starts_with("  n"))
        ++declared[line.substr(2, line.find(' ', 2) - 2)];
    std::map<std::string, int> wanted;
    std::size_t edges = 0;
    const auto is_number = [&](NodeId id) {
      return data.node(id).op == Opcode::Constant &&
             data.attrs(id).get<Literal>("value")->size() == 1;
    };
    for (NodeId id = 0; id < data.size(); ++id) {
      const std::string name = "n" + std::to_string(id);
      if ((live[id] || data.node(id).op == Opcode::Input) && !is_number(id)) wanted[name] = 1;
      if (!live[id]) continue;
      edges += data.operands(id).size();
      for (const NodeId operand : data.operands(id))
        if (is_number(operand)) {
          wanted["n" + std::to_string(operand) + "_" + std::to_string(id)] = 1;
          ++numbers;
        }
    }
    wanted["node"] = 1; // the line of defaults
    CHECK(declared == wanted);
    CHECK(count(dot, " -> n") == edges);
    dropped += count(dot, " -> n") - count(to_dot(g, {.clusters = false, .reduce = true}), " -> n");
  }
  CHECK(dropped > 50);
  CHECK(numbers > 10);
}
