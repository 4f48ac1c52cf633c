// Each analysis against brute force, and against Boost's own algorithm on our view of the graph.
#include <algorithm>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dominator_tree.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/transitive_reduction.hpp>

#include "ir/analysis/components.h"
#include "ir/analysis/depth.h"
#include "ir/analysis/dominators.h"
#include "ir/analysis/reachability.h"
#include "ir/analysis/transitive_reduction.h"
#include "ir/bgl.h"
#include "test/support/catch.h"
#include "test/unit/ir/random_graph.h"

using namespace nngc;

namespace {

using Matrix = std::vector<std::vector<char>>;

/// Floyd-Warshall's closure, reflexive; without the node `removed`, if there is one.
Matrix closure(const GraphData& g, NodeId removed = no_node) {
  const NodeId n = g.size();
  Matrix m(n, std::vector<char>(n));
  for (NodeId v = 0; v < n; ++v) {
    if (v == removed) continue;
    m[v][v] = 1;
    for (NodeId o : g.operands(v))
      if (o != removed) m[o][v] = 1;
  }
  for (NodeId k = 0; k < n; ++k)
    for (NodeId i = 0; i < n; ++i)
      if (m[i][k] != 0)
        for (NodeId j = 0; j < n; ++j) m[i][j] = static_cast<char>(m[i][j] | m[k][j]);
  return m;
}

template <class Check> void for_random_dags(Check check) {
  for (unsigned seed = 0; seed < 60; ++seed)
    check(test::random_dag(seed, 4 + static_cast<int>(seed % 40)));
}

bool is_leaf(const GraphData& g, NodeId v) { return g.operands(v).empty(); }

} // namespace

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<BglGraph>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<BglGraph>));
BOOST_CONCEPT_ASSERT((boost::BidirectionalGraphConcept<BglGraph>));

TEST_CASE("users are the operands turned round") {
  for_random_dags([](const Graph& graph) {
    const GraphData& g = *graph.data();
    const Users users(g);
    for (NodeId v = 0; v < g.size(); ++v) {
      std::vector<NodeId> wanted;
      for (NodeId u = 0; u < g.size(); ++u)
        for (NodeId o : g.operands(u))
          if (o == v) wanted.push_back(u);
      const auto have = users.of(v);
      CHECK(std::vector<NodeId>(have.begin(), have.end()) == wanted);
      CHECK(users.count(v) == wanted.size());
    }
  });
}

TEST_CASE("Boost's view has the graph's edges from either end") {
  for_random_dags([](const Graph& graph) {
    const GraphData& g = *graph.data();
    const Users users(g);
    const BglGraph view(g, users);
    using Pairs = std::vector<std::pair<NodeId, NodeId>>;
    Pairs wanted, out, in, all;
    for (NodeId v = 0; v < g.size(); ++v)
      for (NodeId o : g.operands(v)) wanted.emplace_back(o, v);
    for (auto [v, last] = vertices(view); v != last; ++v) {
      for (auto [e, end] = out_edges(*v, view); e != end; ++e) out.emplace_back((*e).from, (*e).to);
      for (auto [e, end] = in_edges(*v, view); e != end; ++e) in.emplace_back((*e).from, (*e).to);
      CHECK(degree(*v, view) == g.operands(*v).size() + users.count(*v));
    }
    for (auto [e, end] = edges(view); e != end; ++e)
      all.emplace_back(source(*e, view), target(*e, view));
    CHECK(all == wanted);
    CHECK(in == wanted);
    std::sort(out.begin(), out.end());
    std::sort(wanted.begin(), wanted.end());
    CHECK(out == wanted);
    CHECK(num_edges(view) == wanted.size());
  });
}

TEST_CASE("depth is the longest path from a leaf") {
  for_random_dags([](const Graph& graph) {
    const GraphData& g = *graph.data();
    const std::vector<std::uint32_t> depth = depths(g);
    // Bellman-Ford: relax every edge as often as a path can be long.
    std::vector<std::uint32_t> wanted(g.size());
    for (NodeId round = 0; round < g.size(); ++round)
      for (NodeId v = g.size(); v-- > 0;)
        for (NodeId o : g.operands(v)) wanted[v] = std::max(wanted[v], wanted[o] + 1);
    CHECK(depth == wanted);
  });
}

TEST_CASE("reachability agrees with the closure, asked singly or for all") {
  for_random_dags([](const Graph& graph) {
    const GraphData& g = *graph.data();
    const Matrix m = closure(g);
    const Reachability all(g);
    int wrong = 0;
    for (NodeId a = 0; a < g.size(); ++a)
      for (NodeId b = 0; b < g.size(); ++b) {
        wrong += all.reaches(a, b) != (m[a][b] != 0);
        wrong += reaches(g, a, b) != (m[a][b] != 0);
      }
    CHECK(wrong == 0);
  });
}

TEST_CASE("dominators: removing one cuts the node off from every leaf") {
  for_random_dags([](const Graph& graph) {
    const GraphData& g = *graph.data();
    const std::vector<NodeId> idom = immediate_dominators(g);
    for (NodeId v = 0; v < g.size(); ++v) {
      // Strict dominators lie on one path to v: the immediate one is the last of them.
      NodeId wanted = no_node;
      for (NodeId d = 0; d < v; ++d) {
        const Matrix m = closure(g, d);
        bool cut = true;
        for (NodeId leaf = 0; leaf < g.size(); ++leaf)
          cut &= !is_leaf(g, leaf) || leaf == d || m[leaf][v] == 0;
        if (cut) wanted = d;
      }
      CHECK(idom[v] == wanted);
    }
  });
}

TEST_CASE("post-dominators: removing one cuts the node off from every output and dead end") {
  for_random_dags([](const Graph& graph) {
    const GraphData& g = *graph.data();
    const Users users(g);
    std::vector<bool> leaves(g.size());
    for (NodeId v = 0; v < g.size(); ++v) leaves[v] = users.count(v) == 0;
    for (const Output& o : graph.outputs()) leaves[o.value.id()] = true;
    const std::vector<NodeId> ipdom = immediate_post_dominators(g);
    for (NodeId v = 0; v < g.size(); ++v) {
      NodeId wanted = no_node;
      for (NodeId d = g.size(); d-- > v + 1;) {
        const Matrix m = closure(g, d);
        bool cut = true;
        for (NodeId end = 0; end < g.size(); ++end)
          cut &= !leaves[end] || end == d || m[v][end] == 0;
        if (cut) wanted = d;
      }
      CHECK(ipdom[v] == wanted);
    }
  });
}

TEST_CASE("dominators agree with Boost's Lengauer-Tarjan") {
  for_random_dags([](const Graph& graph) {
    const GraphData& g = *graph.data();
    // Boost wants one entry: a copy of our view with a root above the leaves.
    const Users users(g);
    const BglGraph view(g, users);
    using Copy = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;
    Copy copy(g.size() + 1);
    for (auto [e, end] = edges(view); e != end; ++e)
      boost::add_edge((*e).from + 1, (*e).to + 1, copy);
    for (NodeId v = 0; v < g.size(); ++v)
      if (is_leaf(g, v)) boost::add_edge(0, v + 1, copy);
    std::vector<Copy::vertex_descriptor> tree(g.size() + 1,
                                              boost::graph_traits<Copy>::null_vertex());
    boost::lengauer_tarjan_dominator_tree(
        copy, 0,
        boost::make_iterator_property_map(tree.begin(), boost::get(boost::vertex_index, copy)));
    const std::vector<NodeId> idom = immediate_dominators(g);
    for (NodeId v = 0; v < g.size(); ++v)
      CHECK(idom[v] == (tree[v + 1] == 0 ? no_node : static_cast<NodeId>(tree[v + 1] - 1)));
  });
}

TEST_CASE("components: two nodes share one when edges in any direction join them") {
  for_random_dags([](const Graph& graph) {
    const GraphData& g = *graph.data();
    const NodeId n = g.size();
    Matrix m(n, std::vector<char>(n));
    for (NodeId v = 0; v < n; ++v) {
      m[v][v] = 1;
      for (NodeId o : g.operands(v)) m[v][o] = m[o][v] = 1;
    }
    for (NodeId k = 0; k < n; ++k)
      for (NodeId i = 0; i < n; ++i)
        for (NodeId j = 0; j < n; ++j) m[i][j] = static_cast<char>(m[i][j] | (m[i][k] & m[k][j]));
    const std::vector<std::uint32_t> c = components(g);
    int wrong = 0;
    for (NodeId i = 0; i < n; ++i)
      for (NodeId j = 0; j < n; ++j) wrong += (c[i] == c[j]) != (m[i][j] != 0);
    CHECK(wrong == 0);
    // Numbered in order of first nodes.
    std::uint32_t next = 0;
    for (NodeId i = 0; i < n; ++i) {
      CHECK(c[i] <= next);
      next = std::max(next, c[i] + 1);
    }
  });
}

TEST_CASE("needed edges agree with Boost's transitive reduction") {
  for_random_dags([](const Graph& graph) {
    const GraphData& g = *graph.data();
    const Users users(g);
    const BglGraph view(g, users);
    using Reduced = boost::adjacency_list<boost::setS, boost::vecS, boost::directedS>;
    Reduced reduced;
    std::vector<Reduced::vertex_descriptor> where(g.size());
    boost::transitive_reduction(view, reduced, where.data(), get(boost::vertex_index, view));
    const std::vector<bool> needed = needed_edges(g);
    int wrong = 0, dropped = 0;
    for (NodeId v = 0; v < g.size(); ++v)
      for (std::uint32_t i = 0; i < g.node(v).operand_count; ++i) {
        const std::uint32_t slot = g.node(v).first_operand + i;
        const NodeId o = g.operand_pool[slot];
        wrong += needed[slot] != boost::edge(where[o], where[v], reduced).second;
        dropped += needed[slot] ? 0 : 1;
      }
    CHECK(wrong == 0);
    if (g.size() > 30) CHECK(dropped > 0);
  });
}
