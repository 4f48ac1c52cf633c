/// Our graph as Boost.Graph sees one: an external adaptation of GraphData and its users table.
/// Edges run from operand to user. It models VertexListGraph, EdgeListGraph, BidirectionalGraph and
/// has the vertex_index property; nothing is copied. Private: included by lib/ir/analysis and
/// tests.
#pragma once

#include <cstdint>
#include <iterator>
#include <utility>

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>

#include "ir/analysis/users.h"

namespace nngc {

/// One use of a value. Two slots of one node that hold the same operand are equal edges.
struct BglEdge {
  NodeId from = 0, to = 0;
  friend bool operator==(const BglEdge&, const BglEdge&) = default;
};

struct BglGraph;

/// The edges between a fixed node and each of a list of others.
class BglEdgeIterator : public boost::iterator_facade<BglEdgeIterator, BglEdge,
                                                      std::random_access_iterator_tag, BglEdge> {
public:
  BglEdgeIterator() = default;
  BglEdgeIterator(NodeId fixed, const NodeId* at, bool incoming)
      : at_(at), fixed_(fixed), incoming_(incoming) {}

private:
  friend class boost::iterator_core_access;
  [[nodiscard]] BglEdge dereference() const {
    return incoming_ ? BglEdge{*at_, fixed_} : BglEdge{fixed_, *at_};
  }
  [[nodiscard]] bool equal(const BglEdgeIterator& o) const { return at_ == o.at_; }
  void increment() { ++at_; }
  void decrement() { --at_; }
  void advance(std::ptrdiff_t n) { at_ += n; }
  [[nodiscard]] std::ptrdiff_t distance_to(const BglEdgeIterator& o) const { return o.at_ - at_; }

  const NodeId* at_ = nullptr;
  NodeId fixed_ = 0;
  bool incoming_ = false;
};

/// All edges, by their heads.
class BglAllEdgesIterator : public boost::iterator_facade<BglAllEdgesIterator, BglEdge,
                                                          std::forward_iterator_tag, BglEdge> {
public:
  BglAllEdgesIterator() = default;
  BglAllEdgesIterator(const GraphData* graph, NodeId node) : graph_(graph), node_(node) {
    settle();
  }

private:
  friend class boost::iterator_core_access;
  [[nodiscard]] BglEdge dereference() const { return {graph_->operands(node_)[slot_], node_}; }
  [[nodiscard]] bool equal(const BglAllEdgesIterator& o) const {
    return node_ == o.node_ && slot_ == o.slot_;
  }
  void increment() { ++slot_, settle(); }
  void settle() {
    while (node_ < graph_->size() && slot_ == graph_->operands(node_).size()) ++node_, slot_ = 0;
  }

  const GraphData* graph_ = nullptr;
  NodeId node_ = 0;
  std::size_t slot_ = 0;
};

struct BglGraph {
  BglGraph(const GraphData& g, const Users& u) : graph(&g), users(&u) {}
  const GraphData* graph;
  const Users* users;

  // What boost::graph_traits looks up.
  using vertex_descriptor = NodeId;
  using edge_descriptor = BglEdge;
  using directed_category = boost::bidirectional_tag;
  using edge_parallel_category = boost::allow_parallel_edge_tag;
  struct traversal_category : boost::bidirectional_graph_tag,
                              boost::vertex_list_graph_tag,
                              boost::edge_list_graph_tag {};
  using vertices_size_type = NodeId;
  using edges_size_type = std::size_t;
  using degree_size_type = std::size_t;
  using vertex_iterator = boost::counting_iterator<NodeId>;
  using edge_iterator = BglAllEdgesIterator;
  using out_edge_iterator = BglEdgeIterator;
  using in_edge_iterator = BglEdgeIterator;
  static vertex_descriptor null_vertex() { return ~NodeId{0}; }
};

// Found by argument-dependent lookup, under the names that Boost asks for.
inline auto vertices(const BglGraph& g) {
  return std::pair(boost::counting_iterator<NodeId>(0),
                   boost::counting_iterator<NodeId>(g.graph->size()));
}
inline NodeId num_vertices(const BglGraph& g) { return g.graph->size(); }
inline auto edges(const BglGraph& g) {
  return std::pair(BglAllEdgesIterator(g.graph, 0), BglAllEdgesIterator(g.graph, g.graph->size()));
}
inline std::size_t num_edges(const BglGraph& g) {
  std::size_t n = 0;
  for (NodeId id = 0; id < g.graph->size(); ++id) n += g.graph->operands(id).size();
  return n;
}
inline NodeId source(const BglEdge& e, const BglGraph&) { return e.from; }
inline NodeId target(const BglEdge& e, const BglGraph&) { return e.to; }
inline auto out_edges(NodeId v, const BglGraph& g) {
  const auto u = g.users->of(v);
  return std::pair(BglEdgeIterator(v, u.data(), false),
                   BglEdgeIterator(v, u.data() + u.size(), false));
}
inline std::size_t out_degree(NodeId v, const BglGraph& g) { return g.users->count(v); }
inline auto in_edges(NodeId v, const BglGraph& g) {
  const auto o = g.graph->operands(v);
  return std::pair(BglEdgeIterator(v, o.data(), true),
                   BglEdgeIterator(v, o.data() + o.size(), true));
}
inline std::size_t in_degree(NodeId v, const BglGraph& g) { return g.graph->operands(v).size(); }
inline std::size_t degree(NodeId v, const BglGraph& g) {
  return in_degree(v, g) + out_degree(v, g);
}

using BglIndexMap = boost::typed_identity_property_map<NodeId>;
inline BglIndexMap get(boost::vertex_index_t, const BglGraph&) { return {}; }
inline NodeId get(boost::vertex_index_t, const BglGraph&, NodeId v) { return v; }

} // namespace nngc

namespace boost {

template <> struct property_map<nngc::BglGraph, vertex_index_t> {
  using type = nngc::BglIndexMap;
  using const_type = nngc::BglIndexMap;
};

} // namespace boost
