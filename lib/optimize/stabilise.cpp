// Recognises hand-written forms of stable composites.
#include <array>

#include "optimize/pass.h"

namespace nngc {

Graph stabilise(const Graph& graph, PassContext& context) {
  const std::array tables{stabilise_rules()};
  return apply_rules(graph, tables, false, context, 4);
}

} // namespace nngc
