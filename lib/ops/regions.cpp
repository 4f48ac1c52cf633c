#include "ops/regions.h"

#include <algorithm>

namespace nngc {

const Graph& region(const Attrs& attrs, std::string_view key) { return *attrs.get<Region>(key); }

Dim one_dim(const Attrs& attrs, std::string_view key) {
  return attrs.get<std::vector<Dim>>(key).front();
}

TensorType stacked(const TensorType& type, Dim length) {
  std::vector<Dim> dims{length};
  dims.insert(dims.end(), type.shape.begin(), type.shape.end());
  return {type.dtype, Shape(std::move(dims))};
}

LoopOperands loop_operands(const Attrs& attrs, std::size_t operand_count) {
  LoopOperands parts;
  parts.consts = static_cast<std::size_t>(attrs.get<std::int64_t>("consts"));
  parts.carries = static_cast<std::size_t>(attrs.get<std::int64_t>("carries"));
  parts.counted = attrs.get_or("counted", false);
  parts.xs = operand_count - parts.consts - parts.carries - (parts.counted ? 1 : 0);
  return parts;
}

std::vector<TensorType> result_types(Opcode op, const Attrs& attrs) {
  const Graph& body = region(attrs, op == Opcode::Cond ? "on_true" : "body");
  std::vector<TensorType> types;
  for (const Output& o : body.outputs()) types.push_back(o.value.type());
  if (op != Opcode::Scan && op != Opcode::While) return types;
  const auto carries = static_cast<std::size_t>(attrs.get<std::int64_t>("carries"));
  if (types.size() > carries) {
    const Dim rows = one_dim(attrs, op == Opcode::Scan ? "length" : "max_steps");
    for (std::size_t i = carries; i < types.size(); ++i) types[i] = stacked(types[i], rows);
  }
  if (op == Opcode::While) types.push_back(i32({})); // the number of steps
  return types;
}

Value result_of(Value region, std::size_t index) {
  return index == 0 ? region
                    : append(Opcode::Result, {region},
                             {{"index", static_cast<std::int64_t>(index)}}, Where::current());
}

std::vector<Value> results_of(Value region) {
  std::vector<Value> results;
  const std::size_t count = result_types(region).size();
  for (std::size_t i = 0; i < count; ++i) results.push_back(result_of(region, i));
  return results;
}

std::vector<Value> operands_of(Value node) {
  std::vector<Value> operands;
  for (NodeId o : node.graph()->operands(node.id())) operands.emplace_back(node.graph(), o);
  return operands;
}

void check_body_inputs(const InferContext& c, const Graph& body, std::string_view key,
                       std::span<const TensorType> types) {
  const std::vector<Value> inputs = body.inputs();
  if (inputs.size() != types.size())
    c.fail(Error::Kind::Shape, "'" + std::string(key) + "' takes " + std::to_string(inputs.size()) +
                                   (inputs.size() == 1 ? " input" : " inputs") + ", there are " +
                                   std::to_string(types.size()));
  for (std::size_t i = 0; i < types.size(); ++i)
    if (!(inputs[i].type() == types[i]))
      c.fail(Error::Kind::Type, "input '" + std::string(body.input_name(inputs[i])) + "' of '" +
                                    std::string(key) + "' is " + inputs[i].type().str() +
                                    ", and gets " + types[i].str());
  if (body.outputs().empty())
    c.fail(Error::Kind::Graph, "'" + std::string(key) + "' gives no output");
  for (const Output& o : body.outputs())
    if (o.updates)
      c.fail(Error::Kind::Graph, "'" + std::string(key) + "' updates its input '" + o.name +
                                     "'; a body is a function, return the value instead");
}

void check_carries(const InferContext& c, const Graph& body, std::size_t first,
                   std::size_t carries) {
  const std::vector<Value> inputs = body.inputs();
  if (body.outputs().size() < carries)
    c.fail(Error::Kind::Shape, "the body gives " + std::to_string(body.outputs().size()) +
                                   " values for " + std::to_string(carries) + " carries");
  for (std::size_t i = 0; i < carries; ++i) {
    const TensorType &in = inputs[first + i].type(), &out = body.outputs()[i].value.type();
    if (!(in == out))
      c.fail(Error::Kind::Type,
             "carry " + std::to_string(i) + " is " + in.str() + ", the body makes it " + out.str());
  }
}

void check_counts(const InferContext& c, std::size_t operands) {
  const auto consts = c.attrs.get<std::int64_t>("consts"),
             carries = c.attrs.get<std::int64_t>("carries");
  const auto room =
      static_cast<std::int64_t>(operands) - (c.attrs.get_or("counted", false) ? 1 : 0);
  if (consts < 0 || carries < 0 || consts > room || carries > room - consts)
    c.fail(Error::Kind::Attribute, std::to_string(consts) + " consts and " +
                                       std::to_string(carries) + " carries, but " +
                                       std::to_string(operands) + " operands");
}

} // namespace nngc
