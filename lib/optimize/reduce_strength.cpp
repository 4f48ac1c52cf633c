// Cheaper ops for the same numbers, or nearly: after all rules that look for the dearer ones.
#include <array>

#include "optimize/pass.h"

namespace nngc {

RuleTables strength_tables() {
  static const std::array tables{strength_rules()};
  return tables;
}

Graph reduce_strength(const Graph& graph, PassContext& context) {
  return apply_rules(graph, strength_tables(), false, context, 1);
}

} // namespace nngc
