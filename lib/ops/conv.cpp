// The axes of a convolution, and how they are regrouped.
#include "ops/conv.h"

namespace nngc {

ConvPlan::ConvPlan(const Attrs& attrs, const Shape& weights)
    : spatial(weights.rank() - 2), feature_groups(attrs.get<std::int64_t>("feature_groups")),
      batch_groups(attrs.get<std::int64_t>("batch_groups")) {
  const auto at = [&](const char* key, int i) {
    return attrs.get<Axes>(key)[static_cast<std::size_t>(i)];
  };
  for (int i = 0; i < spatial; ++i)
    axes.push_back({weights[i].value(), at("strides", i), at("lo", i), at("hi", i),
                    at("lhs_dilation", i), at("rhs_dilation", i)});
}

Attrs conv_attrs(const ConvSpec& spec, int spatial) {
  return {{"batch_groups", spec.batch_groups},
          {"feature_groups", spec.feature_groups},
          {"hi", or_all(spec.hi, spatial, 0)},
          {"lhs_dilation", or_all(spec.lhs_dilation, spatial, 1)},
          {"lo", or_all(spec.lo, spatial, 0)},
          {"rhs_dilation", or_all(spec.rhs_dilation, spatial, 1)},
          {"strides", or_all(spec.strides, spatial, 1)}};
}

Value split_axis(Value x, int axis, std::int64_t groups) {
  std::vector<Dim> dims = x.shape().dims();
  Dim each;
  static_cast<void>(
      divide_exactly(dims[static_cast<std::size_t>(axis)], Dim(groups), each)); // infer has checked
  dims[static_cast<std::size_t>(axis)] = each;
  dims.insert(dims.begin() + axis, Dim(groups));
  return reshape(x, Shape(std::move(dims)));
}

Value join_axis(Value x, int axis) {
  std::vector<Dim> dims = x.shape().dims();
  const auto at = static_cast<std::size_t>(axis);
  dims[at] = dims[at] * dims[at + 1];
  dims.erase(dims.begin() + axis + 1);
  return reshape(x, Shape(std::move(dims)));
}

Value move_axis(Value x, int from, int to) {
  Axes perm = all_axes(x.rank());
  perm.erase(perm.begin() + from);
  perm.insert(perm.begin() + to, from);
  return transpose(x, perm);
}

} // namespace nngc
