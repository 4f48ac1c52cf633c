#include "test/fuzz/turns.h"

#include <cmath>

#include "eval/interpreter.h"

namespace nngc::test {

namespace {

std::vector<EvalArray> values(const Graph& graph, std::span<const Tensor> inputs, Domain domain) {
  Interpreter interpreter(graph, domain, Where::current());
  for (std::size_t i = 0; i < inputs.size(); ++i)
    interpreter.set_input(i, to_array(inputs[i], domain));
  return interpreter.run();
}

double number(const EvalArray& array, std::size_t i) {
  return std::visit(
      [&]<class T>(const std::vector<T>& data) {
        if constexpr (std::is_same_v<T, Complex>)
          return data[i].real();
        else
          return static_cast<double>(data[i]);
      },
      array.data);
}

} // namespace

bool takes_same_turns(const Graph& graph, std::span<const Tensor> inputs) {
  Graph g = graph.clone();
  const GraphData& data = *g.data();
  const std::vector<bool> live = live_nodes(data);
  g.clear_outputs();
  for (NodeId id = 0; id < live.size(); ++id) {
    const Opcode op = data.node(id).op;
    if (!live[id] || op == Opcode::Input || op == Opcode::Constant) continue;
    if (!is_float(data.type(id).dtype) || op == Opcode::Round)
      g.output("turn" + std::to_string(id), {g.data(), id});
  }
  if (g.outputs().empty()) return true;
  const std::vector<EvalArray> here = values(g, inputs, Domain::Plain),
                               there = values(g, inputs, Domain::Complex);
  for (std::size_t o = 0; o < here.size(); ++o)
    for (std::size_t i = 0; i < static_cast<std::size_t>(here[o].size()); ++i) {
      const double a = number(here[o], i), b = number(there[o], i);
      if (!(a == b) && !(std::isnan(a) && std::isnan(b))) return false;
    }
  return true;
}

} // namespace nngc::test
