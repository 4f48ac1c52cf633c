// A chain of a million nodes: nothing recurses over a graph, nothing takes quadratic time.
#include <ctime>

#include "ir/analysis/components.h"
#include "ir/analysis/depth.h"
#include "ir/analysis/dominators.h"
#include "ir/analysis/reachability.h"
#include "nngc/ops.h"
#include "nngc/text.h"
#include "test/support/catch.h"

using namespace nngc;

TEST_CASE("a chain of a million nodes goes through everything in seconds") {
  const std::clock_t start = std::clock();
  constexpr int length = 1'000'000;
  std::string text;
  {
    Graph g("chain");
    const Value x = g.input("x", f32({4}));
    Value before = x, last = x;
    // Each adds the one two steps back, so that the graph is long, and shared all the way.
    for (int i = 0; i < length; ++i) {
      const Value next = add(last, before);
      before = last;
      last = next;
    }
    g.output("y", last);
    REQUIRE(g.live_count() == length + 1);
    verify(g);
    text = print(g);
    const std::string dot = to_dot(g);
    CHECK(dot.size() > text.size());
    CHECK(depths(*g.data())[last.id()] == length);
    // Node 1 is x + x; 2 is (x + x) + x, and so on: only x dominates what follows it.
    const std::vector<NodeId> idom = immediate_dominators(*g.data());
    CHECK(idom[1] == 0);
    CHECK(idom[last.id()] == 0);
    CHECK(immediate_post_dominators(*g.data())[last.id() - 1] == last.id());
    CHECK(components(*g.data()).back() == 0);
    CHECK(reaches(*g.data(), x.id(), last.id()));
    CHECK(g.clone().live_count() == length + 1);
  } // destroyed here
  const Graph back = parse(text);
  CHECK(back.live_count() == length + 1);
  CHECK(print(back) == text);
  // Seconds of a core, whatever else the machine does, with much room for slow and instrumented
  // builds; quadratic would take hours.
  CHECK(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < 120);
}
