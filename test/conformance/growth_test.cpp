// Differentiation is dynamic programming: a gradient has at most five times the nodes of what it is
// the gradient of, and the third order at most 125 times, whatever the number of paths.
#include <array>

#include "ir/graph_data.h"
#include "nngc/autodiff.h"
#include "nngc/passes.h"
#include "test/conformance/cases.h"
#include "test/conformance/zoo.h"
#include "test/support/catch.h"
#include "test/support/control_models.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// Nodes that outputs need, those of bodies included.
std::size_t nodes(const Graph& graph) {
  const GraphData& g = *graph.data();
  const std::vector<bool> live = live_nodes(g);
  std::size_t count = 0;
  for (NodeId id = 0; id < g.size(); ++id) {
    if (!live[id]) continue;
    ++count;
    for (const Attr& a : g.attrs(id).list())
      if (const auto* body = std::get_if<Region>(&a.value)) count += nodes(**body);
  }
  return count;
}

/// The graph of the gradient, which is projected onto a constant to be differentiated again.
Graph next_order(const Graph& original) {
  Graph g = original.clone();
  std::vector<Value> wrt;
  for (Value v : g.inputs())
    if (is_float(v.dtype())) wrt.push_back(v);
  Value sum;
  for (Value v : grad(g.outputs()[0].value, wrt)) {
    const Value part = reduce_sum(v * 0.5);
    sum = sum ? sum + part : part;
  }
  g.clear_outputs();
  g.output("sum", sum);
  return g;
}

/// `end`: what the sum that the gradients end in adds to small graphs.
void check_growth(const std::string& name, const Graph& f, std::size_t end, std::size_t once = 5,
                  std::size_t thrice = 125) {
  const std::size_t first = nodes(optimize(f)) + end;
  Graph g = next_order(f);
  const std::size_t second = nodes(optimize(g));
  INFO(name << ": " << first << " nodes, gradient " << second);
  CHECK(second <= once * first);
  g = next_order(next_order(g));
  const std::size_t fourth = nodes(optimize(g));
  INFO("third order " << fourth);
  CHECK(fourth <= thrice * first);
}

} // namespace

TEST_CASE("gradients grow with the graph, not with its paths", "[conformance][growth]") {
  // Where to put snapshots is found by some sixty nodes, however large the body is.
  for (const ControlModel& model : control_models())
    check_growth(model.name, model.build(DType::F32),
                 model.name.find("snapshot") == std::string::npos ? 8 : 20);
  for (const Case& c : composite_cases()) {
    Graph g = build(c, DType::F32);
    bool has_float = false;
    for (Value v : g.inputs()) has_float |= is_float(v.dtype());
    const Value y = g.outputs()[0].value;
    if (!has_float || !is_float(y.dtype())) continue;
    g.clear_outputs();
    g.output("loss", reduce_sum(y));
    check_growth(c.name, g, 8);
  }
}

// The promise is 5 and 125; they have 1.8 to 2.9 and 6 to 19.
TEST_CASE("gradients of models have at most four times their nodes, third ones 40 times",
          "[conformance][growth]") {
  for (const ZooModel& model : zoo()) check_growth(model.name, model.loss, 0, 4, 40);
}
