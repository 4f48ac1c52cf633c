// One way to write each thing, so that equal things are one node and later stages meet fewer shapes
// of them.
#include <array>

#include "optimize/pass.h"

namespace nngc {

RuleTables canonical_tables() {
  static const std::array tables{arithmetic_rules(), select_rules(), shape_rules(),
                                 view_rules(),       piece_rules(),  row_rules(),
                                 dot_rules(),        chain_rules(),  scale_rules()};
  return tables;
}

Graph canonicalize(const Graph& graph, PassContext& context) {
  return apply_rules(graph, canonical_tables(), true, context, 8);
}

} // namespace nngc
