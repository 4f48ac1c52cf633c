// The derivatives come from the ops' own formulas in the complex domain, magnitudes from running
// sums and products, whose derivatives are never negative then, on magnitudes.
#include "test/fuzz/error_bound.h"

#include <cmath>

#include "test/conformance/trial.h"
#include "test/fuzz/roundings.h"

namespace nngc::test {

namespace {

using Complexes = std::vector<Complex>;

/// The op on other operands.
Complexes evaluated(const GraphData& graph, NodeId id, const EvalContext& c,
                    std::vector<const EvalArray*> operands) {
  EvalArray result{c.result.dtype, c.result.shape, Complexes(c.result.size())};
  EvalContext context{.operands = std::move(operands),
                      .result = result,
                      .attrs = c.attrs,
                      .dim_value = c.dim_value,
                      .self = c.self};
  graph.def(id).eval(context);
  return std::get<Complexes>(std::move(result.data));
}

template <class F> EvalArray changed(const EvalArray& array, F f) {
  EvalArray result = array;
  if (auto* data = std::get_if<Complexes>(&result.data))
    for (Complex& x : *data) x = f(x);
  return result;
}

/// What the operands' errors make of the result, and the size that its roundings are relative to.
Complexes sizes_and_errors(const GraphData& graph, NodeId id, const EvalContext& c) {
  const std::vector<const EvalArray*>& operands = c.operands;
  if (is_sum(graph, id) && is_rounded(graph, id)) {
    std::vector<EvalArray> sizes;
    std::vector<const EvalArray*> list;
    sizes.reserve(operands.size());
    for (const EvalArray* x : operands) {
      sizes.push_back(
          changed(*x, [](Complex v) { return Complex(std::fabs(v.real()), v.imag()); }));
      list.push_back(&sizes.back());
    }
    return evaluated(graph, id, c, list);
  }
  Complexes total(static_cast<std::size_t>(c.result.size()));
  const auto& values = std::get<Complexes>(c.result.data);
  for (std::size_t k = 0; k < total.size(); ++k) total[k] = std::fabs(values[k].real());
  for (std::size_t i = 0; i < operands.size(); ++i) { // one by one: errors never make up
    if (!std::holds_alternative<Complexes>(operands[i]->data)) continue;
    std::vector<EvalArray> plain;
    std::vector<const EvalArray*> list;
    plain.reserve(operands.size());
    for (std::size_t other = 0; other < operands.size(); ++other) {
      plain.push_back(changed(*operands[other], [](Complex v) { return Complex(v.real()); }));
      list.push_back(other == i ? operands[i] : &plain.back());
    }
    const Complexes by_one = evaluated(graph, id, c, list);
    for (std::size_t k = 0; k < total.size(); ++k)
      total[k] += Complex(0, std::fabs(by_one[k].imag()));
  }
  return total;
}

/// A literal of few digits is what it says; others stand for numbers that have more.
bool is_short(double x) {
  int exponent = 0;
  const double digits = std::frexp(x, &exponent) * 0x1p12;
  return digits == std::trunc(digits);
}

} // namespace

void eval_with_error(const GraphData& graph, NodeId id, EvalContext& c) {
  graph.def(id).eval(c);
  auto* values = std::get_if<Complexes>(&c.result.data);
  if (values == nullptr) return;
  const DType dtype = c.result.dtype;
  const bool is_constant = graph.node(id).op == Opcode::Constant;
  const Complexes found = is_constant ? *values : sizes_and_errors(graph, id, c);
  const bool sums_in_f32 = is_sum(graph, id) && byte_size(dtype) == 2;
  const double roundings = is_constant ? 0 : roundings_of(graph, id, c),
               unit = epsilon(sums_in_f32 ? DType::F32 : dtype);
  for (std::size_t k = 0; k < values->size(); ++k) {
    const double value = (*values)[k].real();
    if (!std::isfinite(value)) { // whatever is infinite is so exactly
      (*values)[k] = value;
      continue;
    }
    const double size = std::fabs(found[k].real());
    double error = roundings * (unit * size + smallest_subnormal(dtype));
    if (is_constant && !is_short(value)) error = epsilon(dtype) * size;
    if (sums_in_f32) error += epsilon(dtype) * std::fabs(value);
    (*values)[k] = {value, std::fabs(found[k].imag()) + error * error_unit};
  }
}

} // namespace nngc::test
