// The variance as mean(x * x) - mean(x)^2 loses all its digits where the mean is large beside it,
// and may come out negative. Taking the mean off first does not.
#include <algorithm>
#include <cmath>

#include "optimize/rules/stable.h"

namespace nngc {

namespace {

/// A sum of floats and the constant that makes the mean of it.
struct Mean {
  Value sum, by;
};

/// Whether `by` divides (or multiplies) the sum to the mean of what it adds up.
bool makes_mean(Value sum, Value by, bool divides) {
  double c = 0, n = 1;
  if (!is_float_sum(sum) || !is_splat(by, c)) return false;
  // The reciprocal may have been rounded: in 16 bits it says too little.
  if (byte_size(sum.dtype()) == 2) return false;
  for (const std::int64_t axis : attr<Axes>(sum, "axes")) {
    const Dim d = operand(sum, 0).shape()[static_cast<int>(axis)];
    if (!d.is_static()) return false;
    n *= static_cast<double>(d.value());
  }
  return std::fabs((divides ? n / c : n * c) - 1) < 0x1p-22;
}

/// sum / n or sum * (1 / n); no sum for anything else.
Mean mean_of(Value v) {
  if (is(v, Opcode::Div) && makes_mean(operand(v, 0), operand(v, 1), true))
    return {operand(v, 0), operand(v, 1)};
  if (is(v, Opcode::Mul))
    for (const int i : {0, 1})
      if (makes_mean(operand(v, i), operand(v, 1 - i), false))
        return {operand(v, i), operand(v, 1 - i)};
  return {};
}

Value variance(const Match& m) {
  const Value mean_of_squares = operand(m.root(), 0), mean = squared(operand(m.root(), 1));
  if (!mean) return {};
  const Value sum = mean_of(mean).sum;
  const auto [squares, by] = mean_of(mean_of_squares);
  if (!sum || !squares || !(attrs_of(sum) == attrs_of(squares))) return {};
  const Value x = operand(sum, 0), x2 = squared(operand(squares, 0));
  if (!x2 || !x2.same(x)) return {};
  const Axes& axes = attr<Axes>(sum, "axes");
  Axes home;
  for (std::int64_t i = 0; i < x.rank(); ++i)
    if (attr<bool>(sum, "keepdims") || std::find(axes.begin(), axes.end(), i) == axes.end())
      home.push_back(i);
  const Value off = x - broadcast_in_dim(mean, x.shape(), home);
  const Value sum_off = append(Opcode::Reduce, {off * off}, attrs_of(squares), Where::current());
  return append(opcode(mean_of_squares), {sum_off, by}, attrs_of(mean_of_squares),
                Where::current());
}

constexpr Rule table[] = {
    {"variance", RuleClass::Stabilise, Opcode::Sub,
     "mean(x * x) - mean(x)^2 -> mean((x - mean(x))^2)", variance},
};

} // namespace

std::span<const Rule> moment_rules() { return table; }

} // namespace nngc
