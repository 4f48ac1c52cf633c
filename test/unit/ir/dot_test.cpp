// The picture's text: deterministic, escaped, and marked where it matters.
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

TEST_CASE("forward values that derivatives use again stand out, others do not") {
  Model m;
  const std::string dot = to_dot(m.g);
  CHECK_THAT(declared(dot, m.y), ContainsSubstring("peripheries=2"));
  CHECK(count(dot, "peripheries=2") == 1);
  CHECK(count(dot, "style=dashed") == 2); // y * y takes it twice
}

TEST_CASE("fused groups are boxes inside their section, or outside when they span several") {
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
  CHECK(count(dot, "subgraph cluster_group_0") == 1);
}

TEST_CASE("every live node is declared once, every edge drawn once") {
  std::size_t dropped = 0;
  for (unsigned seed = 0; seed < 30; ++seed) {
    const Graph g = test::random_dag(seed, 30);
    const std::string dot = to_dot(g);
    const std::vector<bool> live = live_nodes(*g.data());
    std::size_t edges = 0;
    for (NodeId id = 0; id < g.data()->size(); ++id) {
      const bool shown = live[id] || g.data()->node(id).op == Opcode::Input;
      const std::string declaration = "n" + std::to_string(id) + " [label";
      CHECK(count(dot, "\n  " + declaration) + count(dot, "\n    " + declaration) ==
            (shown ? 1 : 0));
      if (live[id]) edges += g.data()->operands(id).size();
    }
    CHECK(count(dot, " -> n") - count(dot, "style=dotted") == edges);
    dropped += count(dot, " -> n") - count(to_dot(g, {.reduce = true}), " -> n");
  }
  CHECK(dropped > 50);
}
