// Recognises hand-written forms of stable composites.
#include <array>

#include "optimize/pass.h"

namespace nngc {

RuleTables stable_tables() {
  static const std::array tables{stabilise_rules()};
  return tables;
}

Graph stabilise(const Graph& graph, PassContext& context) {
  return apply_rules(graph, stable_tables(), false, context, 4);
}

} // namespace nngc
