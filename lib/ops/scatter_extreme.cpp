// What scatter_max and scatter_min share. The derivative goes to the element that is the result: to
// x where that is (also at a tie), else to the first update in row-major order. Where the result is
// NaN nobody gets it.
#include "ops/scatter_extreme.h"

namespace nngc {

namespace {

/// Who the result is.
struct Shares {
  Value of_x;       ///< bool, shaped as x
  Value of_updates; ///< bool, shaped as the updates
};

Shares shares_of(const DiffContext& c, bool greatest) {
  const Value x = c.operand(0), indices = c.operand(1), updates = c.operand(2), y = c.result();
  const Attrs attrs = c.attrs();
  const Value before = gathered(x, indices, attrs);
  const Value beyond = greatest ? gt(updates, before) : lt(updates, before);
  const Value wants = bit_and(beyond, eq(updates, gathered(y, indices, attrs)));
  return {eq(x, y), winner_of(x.shape(), indices, updates.shape(), wants, false, attrs).update};
}

} // namespace

TensorType infer_scatter_extreme(const InferContext& c) {
  if (c.operand(0).dtype == DType::Bool) c.fail(Error::Kind::Type, "compares numbers, not bools");
  return infer_scattered(c);
}

void scatter_extreme_vjp(VjpContext& c, bool greatest) {
  const Shares shares = shares_of(c, greatest);
  const Attrs attrs = c.attrs();
  if (c.wants(0)) c.add(0, select(shares.of_x, c.cotangent, 0.0));
  if (c.wants(2))
    c.add(2, select(shares.of_updates, gathered(c.cotangent, c.operand(1), attrs), 0.0));
}

Value scatter_extreme_jvp(JvpContext& c, bool greatest) {
  const Shares shares = shares_of(c, greatest);
  const Attrs attrs = c.attrs();
  const Value x = c.operand(0);
  const Value dx =
      c.tangent(0) ? select(shares.of_x, c.tangent(0), 0.0) : zeros(x.graph(), x.type());
  if (!c.tangent(2)) return dx;
  return append_scatter_add(dx, c.operand(1), select(shares.of_updates, c.tangent(2), 0.0), attrs);
}

void eval_scatter_extreme(EvalContext& c, bool greatest) {
  const DType dtype = c.result.dtype;
  scatter_each(c, [&](auto a, auto b) {
    const bool beyond = greatest ? less(dtype, a, b) : less(dtype, b, a);
    return !is_nan(a) && (beyond || is_nan(b)) ? b : a;
  });
}

} // namespace nngc
