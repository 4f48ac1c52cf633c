// Boost's disjoint sets over the edges; direction does not matter.
#include "ir/analysis/components.h"

#include <boost/graph/incremental_components.hpp>
#include <boost/pending/disjoint_sets.hpp>

#include "ir/bgl.h"

namespace nngc {

std::vector<std::uint32_t> components(const GraphData& graph) {
  const Users users(graph);
  const BglGraph view(graph, users);
  std::vector<NodeId> parent(graph.size()), rank(graph.size());
  boost::disjoint_sets<NodeId*, NodeId*> sets(rank.data(), parent.data());
  boost::initialize_incremental_components(view, sets);
  boost::incremental_components(view, sets);

  std::vector<std::uint32_t> number(graph.size(), ~0U), result(graph.size());
  std::uint32_t count = 0;
  for (NodeId id = 0; id < graph.size(); ++id) {
    std::uint32_t& n = number[sets.find_set(id)];
    if (n == ~0U) n = count++;
    result[id] = n;
  }
  return result;
}

} // namespace nngc
