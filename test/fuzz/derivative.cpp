// <gradient, d>, the tangent along d, and <Hessian e, d> are numbers; each is compared with the
// complex step of a graph of one order less. How far off they may be, noise says.
#include "test/fuzz/derivative.h"

#include <algorithm>
#include <cmath>

#include "nngc/autodiff.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "test/conformance/cases.h"
#include "test/fuzz/turns.h"
#include "test/fuzz/walker.h"

namespace nngc::test {

namespace {

Value sum_in_f64(Value v) { return reduce_sum(convert(v, DType::F64)); }

/// Weights that tell elements apart.
Value weighted_sum(Graph& g, Value v) {
  if (v.rank() == 0) return convert(v, DType::F64);
  const Value places = iota(g, {DType::F64, v.shape()}, v.rank() - 1);
  return reduce_sum(convert(v, DType::F64) * cos(places));
}

Value total(Graph& g, std::span<const Value> parts) {
  Value sum = g.scalar(DType::F64, 0);
  for (const Value v : parts) sum = sum + v;
  return sum;
}

Value inner(Graph& g, std::span<const Value> a, std::span<const Value> b) {
  std::vector<Value> parts;
  for (std::size_t i = 0; i < a.size(); ++i) parts.push_back(sum_in_f64(a[i] * b[i]));
  return total(g, parts);
}

std::vector<Value> inputs_like(Graph& g, std::span<const Value> like, const std::string& prefix) {
  std::vector<Value> list;
  for (const Value v : like)
    list.push_back(g.input(prefix + std::to_string(list.size()), v.type()));
  return list;
}

std::vector<Tensor> directions(std::span<const Value> inputs, std::int64_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Tensor> list;
  for (const Value v : inputs)
    list.push_back(random_tensor(v.dtype(), concrete(v.shape(), n), -1, 1, random));
  return list;
}

/// The inputs, moved a little: zeros, ones and equal numbers sit on kinks, where a function has
/// more than one derivative.
std::vector<Tensor> moved(std::span<const Tensor> inputs) {
  std::mt19937 random(13);
  std::vector<Tensor> list(inputs.begin(), inputs.end());
  const auto away = [&](double x) {
    const double step = std::uniform_real_distribution<double>(-0.125, 0.125)(random);
    return (std::fabs(x) < 4 ? x : 0) + step;
  };
  for (Tensor& t : list) {
    if (t.dtype() == DType::F64)
      for (double& x : t.data<double>()) x = away(x);
    if (t.dtype() == DType::F32)
      for (float& x : t.data<float>()) x = static_cast<float>(away(x));
    // With so few bits many are rounded to where they came from; the last bit tells them apart.
    if (t.dtype() == DType::F16)
      for (auto& x : t.data<std::uint16_t>()) x = to_f16(static_cast<float>(away(from_f16(x)))) | 1;
    if (t.dtype() == DType::BF16)
      for (auto& x : t.data<std::uint16_t>())
        x = to_bf16(static_cast<float>(away(from_bf16(x)))) | 1;
  }
  return list;
}

/// The scalar outputs: as they are, and how far noise moves them.
struct Scalars {
  std::vector<double> value, spread;
};
Scalars listen(const Graph& g, std::span<const Tensor> inputs, std::int64_t n, unsigned runs) {
  const GraphData& data = *g.data();
  const std::vector<bool> live = live_nodes(data);
  Scalars s;
  for (const Tensor& t : eval(g, inputs)) s.value.push_back(numbers(t)[0]);
  s.spread.assign(s.value.size(), 0);
  for (unsigned run = 1; run <= runs; ++run) {
    Walker walker(data, n, Noise{run, 1, true, run % 4 == 0});
    for (std::size_t i = 0; i < inputs.size(); ++i)
      walker.set_input(data.inputs[i].node, inputs[i]);
    walker.run(live);
    for (std::size_t o = 0; o < s.value.size(); ++o) {
      const double x = std::get<std::vector<double>>(walker.at(data.outputs[o].value.id()).data)[0];
      const double distance = std::fabs(x - s.value[o]);
      // The greatest, and NaN stays.
      if (!(distance <= s.spread[o])) s.spread[o] = distance;
    }
  }
  return s;
}

/// One number against the truth. More noise settles a doubt.
std::string compare(const char* name, const Graph& g, std::span<const Tensor> inputs,
                    std::int64_t n, std::size_t output, double truth, Figures& figures) {
  double have = 0, tolerance = 0;
  // What f16 rounds to zero is lost without a trace.
  const bool has_f16 = std::ranges::any_of(
      g.data()->types, [](const TensorType& t) { return t.dtype == DType::F16; });
  const double floor = has_f16 ? 1e-4 : 1e-13;
  ++figures.elements;
  for (const unsigned runs : {3U, 40U}) {
    const Scalars s = listen(g, inputs, n, runs);
    have = s.value[output];
    const double size = std::max(std::fabs(have), std::fabs(truth));
    tolerance = 16 * s.spread[output] + 1e-10 * size + floor;
    if (!std::isfinite(have) || !std::isfinite(truth) || !(tolerance < 0.2 * size + 1e-6))
      return ++figures.skipped, "";
    if (std::fabs(have - truth) <= tolerance) return "";
  }
  char text[160];
  std::snprintf(text, sizeof text, "derivative: %s is %.17g, not %.17g, within %.3g", name, have,
                truth, tolerance);
  return text;
}

} // namespace

std::string derivative_error(const Graph& graph, std::span<const Tensor> near, std::int64_t n,
                             Figures& figures) {
  Graph g = graph.clone();
  const std::vector<Tensor> inputs = moved(near);
  std::vector<Value> wrt, losses;
  for (const Value v : g.inputs())
    if (is_float(v.dtype())) wrt.push_back(v);
  for (const Output& o : g.outputs())
    if (is_float(o.value.dtype())) losses.push_back(weighted_sum(g, o.value));
  // The complex step does not stop at stop_gradient.
  const std::vector<bool> live = live_nodes(*g.data());
  for (NodeId id = 0; id < live.size(); ++id)
    if (live[id] && g.data()->node(id).op == Opcode::StopGradient) return "";
  // What is NaN or infinite has no derivative to compare.
  g.clear_outputs();
  for (std::size_t i = 0; i < losses.size(); ++i) g.output("loss" + std::to_string(i), losses[i]);
  const std::vector<Tensor> values = eval(g, std::span<const Tensor>(inputs));
  for (std::size_t i = losses.size(); i-- > 0;)
    if (!std::isfinite(numbers(values[i])[0]))
      losses.erase(losses.begin() + static_cast<std::ptrdiff_t>(i));
  if (wrt.empty() || losses.empty()) return "";
  ++figures.derivatives;
  g.clear_outputs();
  const Value loss = total(g, losses);
  g.output("loss", loss);

  // Along nothing in what does not move.
  const auto moving = [&](const std::vector<Tensor>& along) {
    std::vector<Tensor> all;
    std::size_t at = 0;
    for (const Value v : g.inputs()) {
      const std::size_t i = all.size();
      if (i >= inputs.size())
        all.emplace_back(v.dtype(), concrete(v.shape(), n));
      else
        all.push_back(is_float(v.dtype()) ? along[at++] : inputs[i]);
    }
    return all;
  };
  std::vector<Tensor> numbers_in = inputs;
  const std::vector<Tensor> d = directions(wrt, n, 11), e = directions(wrt, n, 12);
  const double slope = complex_step(g, numbers_in, moving(d))[0][0];

  const std::vector<Value> ds = inputs_like(g, wrt, "along_");
  g.clear_outputs();
  g.output("reverse", inner(g, grad(loss, wrt), ds));
  numbers_in.insert(numbers_in.end(), d.begin(), d.end());
  const double curvature = complex_step(g, numbers_in, moving(e))[0][0];
  g.output("forward", jvp(std::vector{loss}, wrt, ds)[0]);
  const std::vector<Value> es = inputs_like(g, wrt, "across_");
  g.output("hessian", inner(g, hvp(loss, wrt, es), ds));
  numbers_in.insert(numbers_in.end(), e.begin(), e.end());

  std::string wrong = compare("<gradient, d>", g, numbers_in, n, 0, slope, figures);
  if (wrong.empty()) wrong = compare("the tangent", g, numbers_in, n, 1, slope, figures);
  if (wrong.empty()) wrong = compare("<Hessian e, d>", g, numbers_in, n, 2, curvature, figures);
  if (!wrong.empty() && !takes_same_turns(g, numbers_in)) return ++figures.skipped, "";
  return wrong;
}

} // namespace nngc::test
