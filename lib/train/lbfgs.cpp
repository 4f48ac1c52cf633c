// L-BFGS (Nocedal, 1980): the two-loop recursion over the last pairs of a step s and the change y
// of the gradient, unrolled. All parameters are one vector; its dot products are sums over them.
// Pairs along which the slope did not grow (s.y <= 0) are not kept, as the method demands; slots
// that are still empty are all zeros and count as nothing.
#include "train/lbfgs.h"

#include "nngc/ops.h"

namespace nngc {
namespace {

using Vector = std::vector<Value>; // one part per parameter

Value dot(const Vector& a, const Vector& b) {
  Value sum;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Value part = convert(reduce_sum(a[i] * b[i]), DType::F64);
    sum = sum ? sum + part : part;
  }
  return sum;
}
Value scaled(Value x, Value factor) { return x * convert(factor, x.dtype()); }

Value row(Value table, int i) {
  const Shape& shape = table.shape();
  std::vector<Dim> start(shape.dims().size(), 0), limit = shape.dims();
  start[0] = i, limit[0] = i + 1;
  return reshape(slice(table, start, limit),
                 Shape(std::vector<Dim>(shape.begin() + 1, shape.end())));
}

/// The table without its first row and with `x` behind, where `keep` says so.
Value pushed(Value table, Value x, Value keep) {
  const Shape& shape = table.shape();
  std::vector<Dim> start(shape.dims().size(), 0);
  start[0] = 1;
  Shape one = shape;
  one[0] = 1;
  const Value rest = slice(table, start, shape.dims());
  return select(keep, concat(std::vector<Value>{rest, reshape(x, one)}, 0), table);
}

} // namespace

std::vector<Value> lbfgs_steps(Graph& graph, const LbfgsProblem& problem, int history, Value done,
                               Where where) {
  const std::size_t n = problem.params.size();
  if (n == 0) return {};
  Vector s, y, old_s, old_y;
  for (std::size_t i = 0; i < n; ++i) {
    const Value p = problem.params[i], g = problem.grads[i];
    const std::string& name = problem.names[i];
    const Value at = graph.state(name + "_at", p.type(), where);
    const Value slope = graph.state(name + "_slope", p.type(), where);
    s.push_back(p - at);
    y.push_back(g - slope);
    graph.update(at, p, where);
    graph.update(slope, g, where);
    Shape table{history};
    for (const Dim& d : p.shape()) table.push_back(d);
    old_s.push_back(graph.state(name + "_s", {p.dtype(), table}, where));
    old_y.push_back(graph.state(name + "_y", {p.dtype(), table}, where));
  }
  const Value keep = bit_and(done > 0, dot(s, y) > 0);
  Vector all_s, all_y;
  for (std::size_t i = 0; i < n; ++i) {
    all_s.push_back(pushed(old_s[i], s[i], keep));
    all_y.push_back(pushed(old_y[i], y[i], keep));
    graph.update(old_s[i], all_s[i], where);
    graph.update(old_y[i], all_y[i], where);
  }

  std::vector<Vector> steps, changes; // by age, the oldest first
  std::vector<Value> products, alphas(static_cast<std::size_t>(history));
  for (int k = 0; k < history; ++k) {
    Vector& step = steps.emplace_back();
    Vector& change = changes.emplace_back();
    for (std::size_t i = 0; i < n; ++i) {
      step.push_back(row(all_s[i], k));
      change.push_back(row(all_y[i], k));
    }
    products.push_back(dot(step, change));
  }
  const auto over = [&](Value x, std::size_t k) {
    const Value used = products[k] > 0;
    return select(used, x / select(used, products[k], 1), 0);
  };
  Vector q(problem.grads.begin(), problem.grads.end());
  for (std::size_t k = steps.size(); k-- > 0;) {
    alphas[k] = over(dot(steps[k], q), k);
    for (std::size_t i = 0; i < n; ++i) q[i] = q[i] - scaled(changes[k][i], alphas[k]);
  }
  // The last pair tells the size of the Hessian; before there is one, the first step is short.
  const std::size_t last = steps.size() - 1;
  const Value length = dot(changes[last], changes[last]);
  const Value any = products[last] > 0;
  Value magnitude;
  for (const Value g : problem.grads) {
    const Value part = convert(l1_norm(g), DType::F64);
    magnitude = magnitude ? magnitude + part : part;
  }
  const Value first = 1 / max(magnitude, 1);
  const Value size = select(any, products[last] / select(any, length, 1), first);
  for (Value& part : q) part = scaled(part, size);
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const Value difference = alphas[k] - over(dot(changes[k], q), k);
    for (std::size_t i = 0; i < n; ++i) q[i] = q[i] + scaled(steps[k][i], difference);
  }
  return q;
}

} // namespace nngc
