// Recognises hand-written forms of stable composites: in a pass, and in what is to be
// differentiated.
#include <array>

#include "optimize/pass.h"

namespace nngc {

RuleTables stable_tables() {
  static const std::array tables{accumulation_rules(), exponential_rules(), stabilise_rules(),
                                 log_softmax_rules(), moment_rules()};
  return tables;
}

Graph stabilise(const Graph& graph, PassContext& context) {
  return apply_rules(graph, stable_tables(), false, context, 4);
}

Value stabilised(Value v, std::span<const Value> wrt, Where where) {
  if (!v) throw Error(Error::Kind::Graph, "stabilised: the value is empty", where);
  for (const Value w : wrt)
    // A node in the middle may be gone: log(sum(h)) of h = exp(x) becomes logsumexp(x).
    if (!w || w.graph() != v.graph() || !is(w, Opcode::Input))
      throw Error(Error::Kind::Argument,
                  "stabilised: derivatives of it are by inputs of its graph, not by " +
                      (w ? w.type().str() + " in between" : std::string("an empty value")),
                  where);
  const PassOptions options;
  PassContext context(options);
  return apply_rules_in_place(v, stable_tables(), context, 4);
}

} // namespace nngc
