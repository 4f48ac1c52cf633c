// One way to write each thing, so that equal things are one node and later stages meet fewer shapes
// of them.
#include <array>

#include "optimize/pass.h"

namespace nngc {

RuleTables canonical_tables() {
  static const std::array tables{
      accumulation_rules(), proved_rules(),  arithmetic_rules(), select_rules(), shape_rules(),
      view_rules(),         piece_rules(),   row_rules(),        dot_rules(),    chain_rules(),
      scale_rules(),        padding_rules(), factor_rules(),     trace_rules()};
  return tables;
}

Graph canonicalize(const Graph& graph, PassContext& context) {
  return apply_rules(graph, canonical_tables(), true, context, 8);
}

} // namespace nngc
