#include "nngc/control.h"
#include "ops/control/check.h"
#include "ops/regions.h"
#include "ops/trace.h"

namespace nngc {

namespace {

Values parameters_like(GraphData* graph, const Values& values) {
  Values result;
  for (Value v : values) result.push_back(parameter(graph, v.type()));
  return result;
}

Values joined(const Values& a, const Values& b) {
  Values all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

} // namespace

Values call_values(const Values& args, const std::function<Values(const Values&)>& f, bool remat,
                   const std::function<Values(const Values&, const Values&, const Values&)>& vjp,
                   Where where, std::string_view name) {
  if (name.empty()) throw Error(Error::Kind::Argument, "call: the name is empty", where);
  if (args.empty()) throw Error(Error::Kind::Argument, "call: there is no argument", where);
  GraphData* graph = common_graph("call", args, where);
  // What f uses from outside becomes an operand too, but what it computes stays inside.
  const NodeId since = graph->size();
  const Values parameters = parameters_like(graph, args);
  const Values results = f(parameters);
  if (results.empty())
    throw Error(Error::Kind::Argument, "call: the function gives no value", where);
  check_values("call", graph, results, where);
  const Values outer = captures({parameters, since}, results);
  Attrs attrs{{"remat", remat}};
  attrs.set("body",
            Region(std::make_shared<Graph>(cut_out(name, joined(outer, parameters), results))));
  if (vjp) {
    if (!outer.empty())
      throw Error(Error::Kind::Argument,
                  "custom_vjp: the function uses a value from outside, " +
                      outer.front().type().str() +
                      ", for which there would be no derivative; make it an argument",
                  where);
    const Values given = parameters_like(graph, results), cts = parameters_like(graph, results);
    const Values back = vjp(parameters, given, cts);
    check_same_types("custom_vjp", args, back, {}, where);
    const Values all = joined(joined(parameters, given), cts);
    if (!captures({all}, back).empty())
      throw Error(
          Error::Kind::Argument,
          "custom_vjp: the backward function uses a value from outside; make it an argument",
          where);
    attrs.set("vjp", Region(std::make_shared<Graph>(cut_out("vjp", all, back))));
  }
  return results_of(append(graph, Opcode::Call, joined(outer, args), std::move(attrs), where));
}

} // namespace nngc
