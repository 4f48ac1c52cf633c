#include "nngc/control.h"
#include "ops/control/check.h"
#include "ops/trace.h"

namespace nngc {

Values cond_values(Value p, const std::function<Values()>& on_true,
                   const std::function<Values()>& on_false, Where where) {
  GraphData* graph = common_graph("cond", std::span(&p, 1), where);
  if (!(p.type() == boolean({})))
    throw Error(Error::Kind::Type,
                "cond: the predicate is " + p.type().str() + ", and must be bool[]", where);
  const NodeId since = graph->size();
  const Values yes = on_true(), no = on_false();
  check_values("cond", graph, yes, where);
  check_values("cond", graph, no, where);
  if (yes.empty() || yes.size() != no.size())
    throw Error(Error::Kind::Argument,
                "cond: one branch gives " + std::to_string(yes.size()) + " values, the other " +
                    std::to_string(no.size()) + "; they must give equally many, at least one",
                where);
  for (std::size_t i = 0; i < yes.size(); ++i)
    if (!(yes[i].type() == no[i].type()))
      throw Error(Error::Kind::Type,
                  "cond: result " + std::to_string(i) + " is " + yes[i].type().str() +
                      " in one branch, " + no[i].type().str() + " in the other",
                  where);
  return append_cond(p, {}, {}, since, yes, no, where);
}

Values switch_values(Value index, const std::vector<std::function<Values()>>& functions,
                     Where where) {
  common_graph("switch_case", std::span(&index, 1), where);
  if (!is_int(index.dtype()) || index.rank() != 0)
    throw Error(Error::Kind::Type,
                "switch_case: the index is " + index.type().str() +
                    ", and must be an int of rank 0",
                where);
  if (functions.empty())
    throw Error(Error::Kind::Argument, "switch_case: there is no function", where);
  // A chain of conditions from the last function up; each is asked once the ones before it said no.
  std::function<Values()> rest = functions.back();
  for (std::size_t i = functions.size() - 1; i-- > 0;)
    rest = [&functions, index, i, rest, where] {
      return cond_values(index <= static_cast<int>(i), functions[i], rest, where);
    };
  return rest();
}

} // namespace nngc
