// One walk over the function's graph.
#include "test/conformance/exact.h"

#include <cmath>

#include "test/fuzz/error_bound.h"
#include "test/fuzz/walker.h"
#include "test/support/catch.h"

namespace nngc::test {

Exact exact(const Function& f) {
  const GraphData& graph = *f.graph.data();
  Walker walker = Walker::with_errors(graph, symbol_value);
  for (std::size_t i = 0; i < f.inputs.size(); ++i)
    walker.set_input(graph.inputs[i].node, f.inputs[i]);
  walker.run(live_nodes(graph));
  Exact result;
  for (const Output& o : graph.outputs) {
    std::vector<double>&value = result.value.emplace_back(), &error = result.error.emplace_back();
    for (const Complex x : std::get<std::vector<Complex>>(walker.at(o.value.id()).data)) {
      value.push_back(x.real());
      error.push_back(x.imag() / error_unit);
      if (!std::isfinite(error.back())) FAIL("the error of " << o.name << " has no bound");
    }
  }
  return result;
}

} // namespace nngc::test
