#include "nngc/control.h"
#include "ops/control/check.h"
#include "ops/trace.h"

namespace nngc {

Values while_values(const Values& init, const std::function<Value(const Values&)>& go_on,
                    const std::function<Values(const Values&)>& body, const WhileOptions& options,
                    const std::vector<std::string>& names, Where where) {
  if (init.empty()) throw Error(Error::Kind::Argument, "while_loop: there is no carry", where);
  GraphData* graph = common_graph("while_loop", init, where);
  WhileParts parts;
  parts.init = init;
  parts.bounded = !(options.max_steps == Dim(-1));
  parts.max_steps = options.max_steps;
  for (Value v : init) parts.carry.push_back(parameter(graph, v.type()));
  const Value p = go_on(parts.carry);
  check_values("while_loop", graph, {p}, where);
  if (!(p.type() == boolean({})))
    throw Error(Error::Kind::Type,
                "while_loop: the condition is " + p.type().str() + ", and must be bool[]", where);
  const Values next = body(parts.carry);
  check_same_types("while_loop", init, next, names, where);
  return append_while(graph, parts, p, next, {}, where);
}

} // namespace nngc
