// The public side of the interpreter: inputs by position or by name, checked.
#include "nngc/eval.h"

#include "eval/interpreter.h"

namespace nngc {

namespace {

std::vector<Tensor> results(Interpreter& interpreter) {
  std::vector<Tensor> tensors;
  for (const EvalArray& array : interpreter.run()) tensors.push_back(to_tensor(array));
  return tensors;
}

} // namespace

std::vector<Tensor> eval(const Graph& graph, std::span<const Tensor> inputs, Where where) {
  const auto& wanted = graph.data()->inputs;
  if (inputs.size() != wanted.size())
    throw Error(Error::Kind::Argument,
                "eval: graph '" + graph.name() + "' has " + std::to_string(wanted.size()) +
                    " inputs, got " + std::to_string(inputs.size()) + " tensors",
                where);
  Interpreter interpreter(graph, Domain::Plain, where);
  for (std::size_t i = 0; i < inputs.size(); ++i) interpreter.set_input(i, inputs[i]);
  return results(interpreter);
}

std::vector<Tensor> eval(const Graph& graph, std::span<const NamedTensor> inputs, Where where) {
  const auto& wanted = graph.data()->inputs;
  Interpreter interpreter(graph, Domain::Plain, where);
  std::vector<bool> given(wanted.size());
  for (const NamedTensor& input : inputs) {
    const auto it = graph.data()->input_by_name.find(input.name);
    if (it == graph.data()->input_by_name.end())
      throw Error(Error::Kind::Argument,
                  "eval: graph '" + graph.name() + "' has no input '" + input.name + "'", where);
    if (given[it->second])
      throw Error(Error::Kind::Argument, "eval: input '" + input.name + "' is given twice", where);
    given[it->second] = true;
    interpreter.set_input(it->second, input.value);
  }
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (!given[i] && interpreter.needs(i))
      throw Error(Error::Kind::Argument,
                  "eval: input '" + wanted[i].name + "' (" +
                      graph.data()->type(wanted[i].node).str() + ") is missing",
                  where);
  return results(interpreter);
}

} // namespace nngc
