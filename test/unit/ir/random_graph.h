/// Random graphs for tests of the text form and the analyses.
#pragma once

#include <random>
#include <vector>

#include "ir/graph_data.h"
#include "nngc/ops.h"

namespace nngc::test {

/// A random DAG: each node takes up to three earlier ones. Shapes are all equal, values mean
/// nothing.
inline Graph random_dag(unsigned seed, int nodes) {
  std::mt19937 random(seed);
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  Graph g("random_dag");
  std::vector<Value> values;
  const std::size_t inputs = 1 + pick(3);
  for (std::size_t i = 0; i < inputs; ++i)
    values.push_back(g.input("x" + std::to_string(i), f32({4})));
  const std::size_t window = 2 + pick(12); // narrow ones make long graphs, wide ones make flat ones
  while (static_cast<int>(g.node_count()) < nodes) {
    const auto any = [&] {
      return values[values.size() - 1 - pick(std::min(window, values.size()))];
    };
    if (pick(20) == 0) values.push_back(g.input("x" + std::to_string(g.inputs().size()), f32({4})));
    const SectionScope scope(g.data(), static_cast<Section>(pick(3)));
    g.data()->epoch = static_cast<std::uint8_t>(pick(8) == 0 ? pick(3) : 0);
    switch (pick(7)) {
    case 0: values.push_back(add(any(), any())); break;
    case 1: values.push_back(mul(any(), any())); break;
    case 2: values.push_back(tanh(any())); break;
    case 3: values.push_back(select(lt(any(), any()), any(), any())); break;
    case 4: values.push_back(add(any(), static_cast<double>(pick(5)))); break;
    case 5: values.push_back(sub(any(), any())); break;
    default: values.push_back(max(any(), any())); break;
    }
    g.data()->epoch = 0;
  }
  g.output("first", values[pick(values.size())]);
  g.output("last", values.back());
  if (pick(2) == 0) g.update(g.inputs()[0], values[pick(values.size())]);
  return g;
}

} // namespace nngc::test
