// Layers that give their input mean 0 and variance 1. The variance is the mean of squared
// differences from the mean, in two passes: the difference of means cancels.
#include "nngc/layers.h"
#include "ops/composite/composite.h"

namespace nngc {

namespace {

struct Statistics {
  Value mean, variance; ///< extent 1 along the axes
};
Statistics statistics(Value x, const Axes& axes) {
  const Value mean = reduce_mean(x, axes, true);
  return {mean, reduce_mean(square(x - mean), axes, true)};
}

Value standardized(Value x, const Statistics& s, double eps) {
  return (x - s.mean) * rsqrt(s.variance + eps);
}

/// Whether the last axis of x is that of each value.
bool per_channel(Value x, std::initializer_list<Value> values) {
  for (const Value v : values)
    if (x.rank() < 1 || !(v.shape() == Shape{x.shape()[x.rank() - 1]})) return false;
  return true;
}

/// In x's own type.
Value scaled(Value x, Value standard, Value scale, Value shift) {
  return convert(standard * wide(scale) + wide(shift), x.dtype());
}

Axes all_but_last(Value x) { return other_axes(x.rank(), {x.rank() - 1}); }

} // namespace

Value layer_norm(Value x, Value scale, Value shift, double eps, Where where) {
  const std::array all{x, scale, shift};
  check_floats("layer_norm", all, where);
  check_fit(per_channel(x, {scale, shift}), "layer_norm", "x[..., n], scale[n], shift[n]", all,
            where);
  check_positive("layer_norm", "eps", eps, where);
  const Value w = wide(x);
  return scaled(x, standardized(w, statistics(w, {-1}), eps), scale, shift);
}

Value rms_norm(Value x, Value scale, double eps, Where where) {
  const std::array all{x, scale};
  check_floats("rms_norm", all, where);
  check_fit(per_channel(x, {scale}), "rms_norm", "x[..., n], scale[n]", all, where);
  check_positive("rms_norm", "eps", eps, where);
  const Value w = wide(x);
  const Value over = rsqrt(reduce_mean(square(w), {-1}, true) + eps);
  return convert(w * over * wide(scale), x.dtype());
}

Value group_norm(Value x, std::int64_t groups, Value scale, Value shift, double eps, Where where) {
  const std::array all{x, scale, shift};
  check_floats("group_norm", all, where);
  check_fit(x.rank() >= 2 && per_channel(x, {scale, shift}), "group_norm",
            "x[batch, ..., n], scale[n], shift[n]", all, where);
  check_positive("group_norm", "eps", eps, where);
  Dim members;
  Shape split = x.shape();
  if (groups < 1 || !divide_exactly(split[x.rank() - 1], groups, members))
    throw Error(Error::Kind::Argument,
                "group_norm: the channels of " + x.type().str() + " make no " +
                    std::to_string(groups) + " groups",
                where);
  split[x.rank() - 1] = groups;
  split.push_back(members);
  const Value w = reshape(wide(x), split);
  const Value standard =
      standardized(w, statistics(w, other_axes(w.rank(), {0, w.rank() - 2})), eps);
  return scaled(x, reshape(standard, x.shape()), scale, shift);
}

Value batch_norm(Value x, Value scale, Value shift, Value mean, Value variance, double eps,
                 Where where) {
  const std::array all{x, scale, shift, mean, variance};
  check_floats("batch_norm", all, where);
  check_fit(per_channel(x, {scale, shift, mean, variance}), "batch_norm",
            "x[..., n], scale[n], shift[n], mean[n], variance[n]", all, where);
  check_positive("batch_norm", "eps", eps, where);
  return scaled(x, standardized(wide(x), {wide(mean), wide(variance)}, eps), scale, shift);
}

BatchNorm batch_norm_training(Value x, Value scale, Value shift, Value running_mean,
                              Value running_variance, double rate, double eps, Where where) {
  const std::array all{x, scale, shift, running_mean, running_variance};
  check_floats("batch_norm_training", all, where);
  check_fit(per_channel(x, {scale, shift, running_mean, running_variance}), "batch_norm_training",
            "x[..., n], scale[n], shift[n], running_mean[n], running_variance[n]", all, where);
  check_positive("batch_norm_training", "eps", eps, where);
  const Value w = wide(x);
  const Statistics s = statistics(w, all_but_last(x));
  const auto follow = [&](Value running, Value now) {
    const Value target = reshape(stop_gradient(now), running.shape());
    const Value old = wide(running);
    return convert(old + (target - old) * rate, running.dtype());
  };
  return {scaled(x, standardized(w, s, eps), scale, shift), follow(running_mean, s.mean),
          follow(running_variance, s.variance)};
}

} // namespace nngc
