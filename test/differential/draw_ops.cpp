// The ops that a program is drawn from.
#include <algorithm>
#include <array>
#include <cmath>

#include "nngc/ops.h"
#include "test/differential/program.h"

namespace nngc::test {

Value Draw::unary() {
  const Value v = any();
  switch (pick(0, 15)) {
  case 0: return tanh(v);
  case 1: return sin(v);
  case 2: return cos(v);
  case 3: return atan(v);
  case 4: return erf(v);
  case 5: return logistic(v);
  case 6: return neg(v);
  case 7: return exp(v);
  case 8: return expm1(v);
  case 9: return log(positive(v));
  case 10: return log1p(positive(v) - 0.75); // down to -0.5
  case 11: return sqrt(positive(v));
  case 12: return rsqrt(positive(v));
  case 13: return ipow(v, pick(0, 4));
  case 14: return ipow(positive(v), pick(-3, -1));
  default: return convert(convert(v, DType::F64), dtype_);
  }
}

Value Draw::kinked() {
  const Value v = any();
  if (!away_from_zero(v)) return {};
  switch (pick(0, 7)) {
  case 0: return abs(v);
  case 1: return relu(v);
  case 2: return leaky_relu(v, 0.125);
  case 3: return v * sign(v);
  case 4: return v + step(v);
  case 5: return softplus(v);
  case 6: return stop_gradient(v) * sin(v);
  default: break;
  }
  if (!away_from_integers(v)) return {};
  constexpr std::array modes{floor, ceil, trunc, round_even};
  return v * modes[choose_.below(4)](v, Where::current());
}

Value Draw::binary() {
  const Value a = any(), b = partner(a);
  switch (pick(0, 8)) {
  case 0: return a + b;
  case 1: return a - b;
  case 2: return a * b;
  case 3: return b - a * 0.5;
  case 4: return a / positive(b);
  case 5: return pow(positive(a), b);
  case 6: {
    const Value by = positive(b);
    return away_from_integers(a / by) ? rem(a, by) : Value();
  }
  case 7: return away_from_zero(a - b) ? max(a, b) : Value();
  default: return away_from_zero(a - b) ? min(a, b) : Value();
  }
}

/// select, by what is compared, counted or given.
Value Draw::chosen() {
  const Value a = any(), b = of_shape(a.shape());
  if (!away_from_zero(a - b)) return {};
  Value p;
  switch (pick(0, 5)) {
  case 0: p = a < b; break;
  case 1: p = a >= b; break;
  case 2: p = bit_and(a > b, is_finite(b)); break;
  case 3: p = logical_not(bit_or(a < b, eq(a, b))); break;
  case 4: p = bit_xor(a <= b, ne(a, a)); break;
  default: {
    const Value bits = index(a.shape(), 0, 9);
    p = eq(bit_and(shr(bits, 1), 1), shl(rem(bits, 2), 0));
  }
  }
  const Value x = chance(2) ? a : sin(a), y = chance(2) ? b : tanh(b * 0.5);
  return chance(3) ? convert(p, dtype_) * x + y : select(p, x, y);
}

Value Draw::moved() {
  const Value v = any();
  const int rank = v.rank();
  if (rank == 0) return broadcast_to(v, {pick(1, 3), 2});
  const int axis = pick(0, rank - 1);
  switch (pick(0, 5)) {
  case 0: {
    Axes perm;
    for (int i = 0; i < rank; ++i) perm.push_back((i + 1) % rank);
    return chance(2) ? transpose(v) : transpose(v, perm);
  }
  case 1: return reverse(v, {axis});
  case 2: return reshape(v, chance(2) ? Shape{v.shape().size()} : Shape{1, v.shape().size()});
  case 3: {
    Shape shape{pick(1, 3)};
    Axes dims;
    for (int i = 0; i < rank; ++i) shape.push_back(v.shape()[i]), dims.push_back(i + 1);
    return broadcast_in_dim(v, shape, dims);
  }
  case 4: {
    std::vector<Dim> start, limit;
    Axes stride;
    for (int i = 0; i < rank; ++i) {
      const int n = static_cast<int>(v.shape()[i].value());
      start.emplace_back(pick(0, (n - 1) / 2));
      limit.emplace_back(pick((n - 1) / 2 + 1, n));
      stride.push_back(pick(1, 2));
    }
    return slice(v, start, limit, stride);
  }
  default: {
    Axes lo, hi, interior;
    for (int i = 0; i < rank; ++i) {
      const bool can_cut = v.shape()[i].value() > 2;
      lo.push_back(pick(can_cut ? -1 : 0, 1));
      hi.push_back(pick(can_cut ? -1 : 0, 1));
      interior.push_back(chance(4) ? 1 : 0);
    }
    return pad(v, chance(2) ? Operand(0.5) : Operand(reduce_mean(any())), lo, hi, interior);
  }
  }
}

Value Draw::joined() {
  const Value a = any();
  if (a.rank() == 0) return concat(std::vector{reshape(a, {1}), of_shape({2})}, 0);
  const int axis = pick(0, a.rank() - 1);
  std::vector<Value> parts{a, of_shape(a.shape())};
  if (chance(2)) parts.push_back(a * 0.5);
  return concat(parts, axis);
}

Value Draw::reduced() {
  const Value v = any();
  Axes axes;
  for (int i = 0; i < v.rank(); ++i)
    if (chance(2)) axes.push_back(i);
  if (axes.empty() && v.rank() > 0) axes.push_back(0); // none would mean all
  const bool keeps = chance(2);
  switch (pick(0, 5)) {
  case 0: return reduce_sum(v, axes, keeps);
  case 1: return reduce_mean(v, axes, keeps);
  case 2: return reduce_prod(v, axes, keeps);
  default: break;
  }
  if (!without_ties(v)) return {};
  switch (pick(0, 3)) {
  case 0: return reduce_max(v, axes, keeps);
  case 1: return reduce_min(v, axes, keeps);
  default:
    if (v.rank() == 0) return {};
    const int axis = static_cast<int>(axes[0]);
    const Value best = chance(2) ? argmax(v, axis) : argmin(v, axis);
    return one_hot(best, v.shape()[axis], dtype_) * reduce_sum(v);
  }
}

Value Draw::product() {
  const Value a = any();
  if (a.rank() == 0) return a * of_shape({2, 3});
  const Dim last = a.shape()[a.rank() - 1];
  switch (a.rank()) {
  case 1: return dot_general(a, of_shape({last, pick(1, 3)}), {0}, {0});
  case 2:
    switch (pick(0, 2)) {
    case 0: return matmul(a, of_shape({last, pick(1, 4)}));
    case 1: return dense(a, of_shape({last, 3}), of_shape({3}));
    default: // paired rows; two axes at once
      return chance(2) ? dot_general(a, of_shape({a.shape()[0], 2, last}), {1}, {2}, {0}, {0})
                       : dot_general(a, of_shape({last, 2, a.shape()[0]}), {0, 1}, {2, 0});
    }
  default:
    return chance(2) ? matmul(a, of_shape({a.shape()[0], last, 2}))
                     : dot_general(of_shape({2, a.shape()[1]}), a, {1}, {1});
  }
}

Value Draw::indexed() {
  const Value v = any();
  if (v.rank() == 0) return {};
  const int axis = pick(0, v.rank() - 1), rows = static_cast<int>(v.shape()[axis].value());
  if (rows == 0) return {};
  const int mode = pick(0, 2); // a row out of range is promised not to be asked for
  const int beyond = mode == 2 ? 0 : 2;
  Value at = index(chance(3) ? Shape{2, 2} : Shape{pick(1, 3)}, -beyond, rows - 1 + beyond);
  if (chance(4)) // numbers computed from numbers
    at = rem(at * 3 + iota(g_, at.type()), rows), at = select(at < 0, at + rows, at);
  const Value taken = gather(v, at, axis, static_cast<IndexMode>(mode));
  if (chance(2)) return taken;
  const Value updates = chance(2) ? taken * taken : of_shape(taken.shape());
  return scatter_add(chance(2) ? v : v * 0.5, at, updates, axis, static_cast<IndexMode>(mode));
}

Value Draw::composite() {
  const Value v = any();
  const int axis = v.rank() == 0 ? 0 : pick(0, v.rank() - 1);
  switch (pick(0, 8)) {
  case 0: return gelu(v);
  case 1: return gelu_tanh(v);
  case 2: return silu(v);
  default: break;
  }
  const Value other = of_shape(v.shape());
  if (v.rank() == 0 || !away_from_zero(v) || !away_from_zero(abs(v - other) - 0.5)) return {};
  switch (pick(0, 6)) {
  case 0: return softmax(v, axis);
  case 1: return log_softmax(v, axis);
  case 2: return logsumexp(v, {axis}, chance(2));
  case 3: return mse(v, other);
  case 4: return away_from_zero(v - other) ? smooth_l1(v, other, 0.5) : Value();
  case 5: return bce_with_logits(v, logistic(other));
  default:
    if (v.rank() != 2 || v.shape()[1] == Dim(0)) return {};
    return cross_entropy_with_logits(
        v, index({v.shape()[0]}, 0, static_cast<int>(v.shape()[1].value()) - 1));
  }
}

} // namespace nngc::test
