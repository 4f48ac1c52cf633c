// The interpreter in its complex domain.
#include "eval/complex_step.h"

#include <cassert>

#include "eval/interpreter.h"

namespace nngc {

std::vector<std::vector<double>> complex_step(const Graph& graph, std::span<const Tensor> inputs,
                                              std::span<const Tensor> directions) {
  assert(inputs.size() == graph.data()->inputs.size() && directions.size() == inputs.size());
  constexpr double h = 1e-30; // its square is far below the last bit of anything
  Interpreter interpreter(graph, Domain::Complex, Where::current());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    EvalArray array = to_array(inputs[i], Domain::Complex);
    if (auto* x = std::get_if<std::vector<Complex>>(&array.data)) {
      const EvalArray along = to_array(directions[i], Domain::Complex);
      const auto& d = std::get<std::vector<Complex>>(along.data);
      assert(d.size() == x->size());
      for (std::size_t k = 0; k < x->size(); ++k) (*x)[k] += Complex(0, h * d[k].real());
    }
    interpreter.set_input(i, std::move(array));
  }
  std::vector<std::vector<double>> result;
  for (const EvalArray& out : interpreter.run()) {
    std::vector<double> derivative(static_cast<std::size_t>(out.size()));
    if (const auto* y = std::get_if<std::vector<Complex>>(&out.data))
      for (std::size_t k = 0; k < y->size(); ++k) derivative[k] = (*y)[k].imag() / h;
    result.push_back(std::move(derivative));
  }
  return result;
}

} // namespace nngc
