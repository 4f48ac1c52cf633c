/// sort{axis, descending}(x): the i32 positions that put x in order along an axis: result[i] is
/// where the i-th element was. Equal elements keep their order, and -0 equals 0; NaN comes last,
/// also descending. The sorted values are x gathered by it, whose derivative is that of a gather.
#include "ops/order.h"

#include <limits>
#include <numeric>

namespace nngc {

static constexpr AttrSpec specs[] = {{"axis", AttrKind::Int, true, "the axis that is put in order"},
                                     {"descending", AttrKind::Bool, true, "the largest first"}};

void check_order(const InferContext& c) {
  const TensorType& x = c.operand(0);
  const std::int64_t axis = c.attrs.get<std::int64_t>("axis");
  check_axis(c, axis, x.shape.rank());
  if (x.dtype == DType::Bool) c.fail(Error::Kind::Type, "needs numbers, not bools");
  const Dim extent = x.shape[static_cast<int>(axis)];
  if (extent.is_static() && extent.value() > std::numeric_limits<std::int32_t>::max())
    c.fail(Error::Kind::Unsupported, "the axis is longer than an i32 can count");
}

static TensorType infer(const InferContext& c) {
  check_order(c);
  return {DType::I32, c.operand(0).shape};
}

static void eval(EvalContext& c) {
  const EvalArray& x = *c.operands[0];
  const bool descending = c.attrs.get<bool>("descending");
  const std::int64_t count = x.shape[static_cast<std::size_t>(c.attrs.get<std::int64_t>("axis"))];
  auto& out = std::get<std::vector<std::int64_t>>(c.result.data);
  std::visit(
      [&](const auto& in) {
        each_ordered_line(c, [&](std::int64_t from, std::int64_t to, std::int64_t stride) {
          std::vector<std::int64_t> order(static_cast<std::size_t>(count));
          std::iota(order.begin(), order.end(), 0);
          const auto before = [&](std::int64_t a, std::int64_t b) {
            return comes_before(x.dtype, descending,
                                in[static_cast<std::size_t>(from + a * stride)],
                                in[static_cast<std::size_t>(from + b * stride)]);
          };
          // Stable by the position: clang warns of what std::stable_sort is made of.
          std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
            return before(a, b) || (a < b && !before(b, a));
          });
          for (std::int64_t i = 0; i < count; ++i)
            out[static_cast<std::size_t>(to + i * stride)] = order[static_cast<std::size_t>(i)];
        });
      },
      x.data);
}

constinit const OpDef ops::Sort{.mnemonic = "sort",
                                .summary = "the positions that put an axis in order",
                                .signature = "(x: number) -> i32",
                                .min_operands = 1,
                                .max_operands = 1,
                                .lowering = Lowering::Sort,
                                .attrs = specs,
                                .infer = infer,
                                .not_differentiable = "positions are integers",
                                .eval = eval};

Value argsort(Value x, int axis, bool descending, Where where) {
  check_value("sort", x, where);
  return append(Opcode::Sort, {x},
                {{"axis", normalized(axis, x.rank())}, {"descending", descending}}, where);
}

Value sort(Value x, int axis, bool descending, Where where) {
  const Value order = argsort(x, axis, descending, where);
  return take_along(x, order, axis, IndexMode::Promise, where);
}

} // namespace nngc
