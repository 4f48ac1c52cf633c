// Counting sort of operand slots by operand.
#include "ir/analysis/users.h"

namespace nngc {

Users::Users(const GraphData& graph) : first_(graph.size() + std::size_t{1}) {
  std::size_t slots = 0;
  for (NodeId id = 0; id < graph.size(); ++id)
    for (NodeId operand : graph.operands(id)) ++first_[operand + 1], ++slots;
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  ids_.resize(slots);
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for (NodeId id = 0; id < graph.size(); ++id)
    for (NodeId operand : graph.operands(id)) ids_[next[operand]++] = id;
}

} // namespace nngc
