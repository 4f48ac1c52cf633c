#include "ops/control/check.h"

namespace nngc {

void check_values(std::string_view op, const GraphData* graph, const Values& values, Where where) {
  for (Value v : values) {
    if (!v) throw Error(Error::Kind::Graph, std::string(op) + ": an empty Value", where);
    if (v.graph() != graph)
      throw Error(Error::Kind::Graph,
                  std::string(op) + ": a value belongs to another graph, '" + v.graph()->name + "'",
                  where);
  }
}

void check_same_types(std::string_view op, const Values& before, const Values& after,
                      const std::vector<std::string>& names, Where where) {
  if (before.size() != after.size())
    throw Error(Error::Kind::Argument,
                std::string(op) + ": the body takes " + std::to_string(before.size()) +
                    " carries and gives " + std::to_string(after.size()),
                where);
  if (!before.empty()) check_values(op, before.front().graph(), after, where);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i].type() == after[i].type()) continue;
    const std::string name = i < names.size() ? names[i] : "carry[" + std::to_string(i) + "]";
    throw Error(Error::Kind::Type,
                std::string(op) + ": " + name + " is " + before[i].type().str() +
                    ", the body makes it " + after[i].type().str(),
                where);
  }
}

} // namespace nngc
