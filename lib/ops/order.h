/// What sort and top_k share: which element comes before which.
#pragma once

#include "ops/axes.h"
#include "ops/eval_index.h"

namespace nngc {

/// Checks the axis, the dtype and that positions fit an i32.
void check_order(const InferContext& c);

/// Interpreter: whether a comes strictly before b. NaN comes last either way; zeros are equal.
template <class T> bool comes_before(DType dtype, bool descending, T a, T b) {
  if (is_nan(a) || is_nan(b)) return !is_nan(a);
  return descending ? less(dtype, b, a) : less(dtype, a, b);
}

/// Interpreter: f(start of the line in x, in the result, stride of either) for every line of x
/// along the axis.
template <class F> void each_ordered_line(EvalContext& c, F f) {
  const EvalArray& x = *c.operands[0];
  const auto axis = static_cast<std::size_t>(c.attrs.get<std::int64_t>("axis"));
  std::int64_t stride = 1;
  for (std::size_t i = axis + 1; i < x.shape.size(); ++i) stride *= x.shape[i];
  each_index(x.shape, [&](const Index& index, std::size_t at) {
    if (index[axis] == 0)
      f(static_cast<std::int64_t>(at),
        static_cast<std::int64_t>(linear_index(c.result.shape, index)), stride);
  });
}

} // namespace nngc
