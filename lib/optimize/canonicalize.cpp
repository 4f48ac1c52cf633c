// One way to write each thing, so that equal things are one node and later stages meet fewer shapes
// of them.
#include <array>

#include "optimize/pass.h"

namespace nngc {

Graph canonicalize(const Graph& graph, PassContext& context) {
  const std::array tables{arithmetic_rules(), select_rules(), shape_rules(), dot_rules()};
  return apply_rules(graph, tables, true, context, 8);
}

} // namespace nngc
