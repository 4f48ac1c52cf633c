// call: the derivative goes into the graph of the call, made of the body's nodes. A call that is
// still there when derivatives are made is put in place later, and its nodes are then the same.
#include "autodiff/linear_body.h"
#include "ops/elementwise.h"
#include "ops/regions.h"
#include "ops/trace.h"

namespace nngc {

namespace {

using Values = std::vector<Value>;

Values filled(std::span<const Value> values, const Values& like) {
  Values all(values.begin(), values.end());
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!all[i]) all[i] = zeros_like(like[i]);
  return all;
}

Values custom_vjp(Value node, const Graph& rule, std::span<const Value> cotangents,
                  const std::vector<bool>& wanted) {
  const Values results = results_of(node);
  Values given = operands_of(node);
  given.insert(given.end(), results.begin(), results.end());
  const Values cts = filled(cotangents, results);
  given.insert(given.end(), cts.begin(), cts.end());
  Values known(rule.data()->size()), roots;
  const Values inputs = rule.inputs();
  for (std::size_t i = 0; i < inputs.size(); ++i) known[inputs[i].id()] = given[i];
  for (const Output& o : rule.outputs()) roots.push_back(o.value);
  Values parts = copy_into(node.graph(), *rule.data(), roots, std::move(known));
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!wanted[i]) parts[i] = {};
  return parts;
}

/// Copies the values that are there; empty ones stay empty.
Values copy_some(GraphData* to, const Graph& from, const Values& roots, Values known,
                 std::uint8_t epoch) {
  Values some, result(roots.size());
  for (Value v : roots)
    if (v) some.push_back(v);
  const Values copies = copy_into(to, *from.data(), some, std::move(known), epoch);
  for (std::size_t i = 0, at = 0; i < roots.size(); ++i)
    if (roots[i]) result[i] = copies[at++];
  return result;
}

} // namespace

Values call_vjp(Value node, std::span<const Value> cotangents, const std::vector<bool>& wanted,
                Where where) {
  const Attrs& attrs = node.graph()->attrs(node.id());
  if (attrs.has("vjp")) return custom_vjp(node, region(attrs, "vjp"), cotangents, wanted);
  Which given;
  for (Value v : cotangents) given.push_back(static_cast<bool>(v));
  const BodyVjp body(region(attrs, "body"), given, wanted, where);
  const Values operands = operands_of(node);
  Values known(body.graph.data()->size());
  for (std::size_t i = 0; i < operands.size(); ++i) known[body.inputs[i].id()] = operands[i];
  for (std::size_t i = 0; i < given.size(); ++i)
    if (given[i]) known[body.cotangents[i].id()] = cotangents[i];
  // Another epoch: sharing must not undo what is to be computed again.
  const std::uint8_t epoch = attrs.get<bool>("remat") ? 1 : 0;
  return copy_some(node.graph(), body.graph, body.gradients, std::move(known), epoch);
}

Values call_jvp(Value node, std::span<const Value> tangents, Where where) {
  Which which;
  for (Value v : tangents) which.push_back(static_cast<bool>(v));
  const BodyJvp body(region(node.graph()->attrs(node.id()), "body"), which, where);
  const Values operands = operands_of(node);
  Values known(body.graph.data()->size());
  for (std::size_t i = 0; i < operands.size(); ++i) {
    known[body.inputs[i].id()] = operands[i];
    if (tangents[i]) known[body.along[i].id()] = tangents[i];
  }
  return copy_some(node.graph(), body.graph, body.tangents, std::move(known), 0);
}

} // namespace nngc
