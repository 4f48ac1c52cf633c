// Losses that are negative logarithms of densities, or compare distributions.
#include <limits>

#include "ops/composite/composite.h"

namespace nngc {

static constexpr double infinity = std::numeric_limits<double>::infinity();

// p log(p / q); where p is 0, neither logarithm counts, not even an infinite one.
Value kl_div(Value log_prediction, Value target, Where where) {
  check_same_floats("kl_div", log_prediction, target, where);
  const Axes row{checked_axis("kl_div", target, -1, where)};
  const Value none = eq(target, 0);
  const Value ratio = log(select(none, 1, target)) - select(none, 0, log_prediction);
  return reduce_mean(reduce_sum(target * ratio, row));
}

Value gaussian_nll(Value mean, Value variance, Value target, double least, Where where) {
  check_same_floats("gaussian_nll", mean, variance, where);
  check_same_floats("gaussian_nll", mean, target, where);
  check_positive("gaussian_nll", "the least variance", least, where);
  const Value v = max(variance, least);
  return reduce_mean(log(v) + square(target - mean) / v) * 0.5;
}

// A rate of 0, log_rate -inf, is certain of a target of 0.
Value poisson_nll(Value log_rate, Value target, Where where) {
  check_same_floats("poisson_nll", log_rate, target, where);
  const Value sure = bit_and(eq(target, 0), eq(log_rate, -infinity));
  return reduce_mean(exp(log_rate) - target * select(sure, 0, log_rate));
}

} // namespace nngc
