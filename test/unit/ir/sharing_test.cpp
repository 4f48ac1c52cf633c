// Equal nodes are one node, however many there are and whichever operand they share.
#include <vector>

#include "ir/graph_data.h"
#include "nngc/ops.h"
#include "test/support/catch.h"

using namespace nngc;

TEST_CASE("equal nodes are one, beside thousands of users of the same operand") {
  constexpr std::int64_t count = 3000;
  Graph g("users");
  const Value x = g.input("x", f32({count})), y = g.input("y", f32({count}));
  const auto users = [&] {
    std::vector<Value> all;
    for (std::int64_t i = 0; i < count; ++i) {
      all.push_back(slice(x, {i}, {count})); // alike but for an attribute
      all.push_back(exp(all.back()));
      all.push_back(y * static_cast<double>(i + 2));
    }
    return all;
  };
  const std::vector<Value> first = users();
  const std::size_t nodes = g.node_count();
  CHECK(nodes >= 3 * (count - 1)); // the first slice is x itself
  x.graph()->expect(100);
  const std::vector<Value> again = users();
  CHECK(g.node_count() == nodes);
  for (std::size_t i = 0; i < first.size(); ++i) REQUIRE(first[i].same(again[i]));
}
