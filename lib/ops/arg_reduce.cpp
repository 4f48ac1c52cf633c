/// arg_reduce{kind, axis}(x): the i32 position of the first largest (max) or smallest (min) element
/// along an axis, which must not be empty; where a symbolic one turns out to be, the position is
/// -1. A NaN counts as extreme. The axis is gone in the result.
#include <algorithm>
#include <limits>

#include "ops/axes.h"
#include "ops/eval_reduce.h"

namespace nngc {

static constexpr AttrSpec specs[] = {{"axis", AttrKind::Int, true, "the axis that is searched"},
                                     {"kind", AttrKind::String, true, "max or min"}};

static TensorType infer(const InferContext& c) {
  const TensorType& x = c.operand(0);
  const std::int64_t axis = c.attrs.get<std::int64_t>("axis");
  const auto& kind = c.attrs.get<std::string>("kind");
  check_axis(c, axis, x.shape.rank());
  if (kind != "max" && kind != "min")
    c.fail(Error::Kind::Attribute, "the kind is max or min, not '" + kind + "'");
  if (x.dtype == DType::Bool) c.fail(Error::Kind::Type, "needs numbers, not bools");
  const Dim extent = x.shape[static_cast<int>(axis)];
  if (extent == Dim(0)) c.fail(Error::Kind::Shape, "there is no extreme among no elements");
  if (extent.is_static() && extent.value() > std::numeric_limits<std::int32_t>::max())
    c.fail(Error::Kind::Unsupported, "the axis is longer than an i32 can count");
  std::vector<Dim> dims = x.shape.dims();
  dims.erase(dims.begin() + axis);
  return {DType::I32, Shape(std::move(dims))};
}

static void eval(EvalContext& c) {
  const EvalArray& x = *c.operands[0];
  const std::int64_t axis = c.attrs.get<std::int64_t>("axis");
  const bool largest = c.attrs.get<std::string>("kind") == "max";
  auto& out = std::get<std::vector<std::int64_t>>(c.result.data);
  if (x.shape[static_cast<std::size_t>(axis)] == 0) {
    std::fill(out.begin(), out.end(), -1);
    return;
  }
  std::visit(
      [&](const auto& in) {
        Index at;
        each_index(c.result.shape, [&](const Index& index, std::size_t i) {
          at = index;
          at.insert(at.begin() + axis, 0);
          auto& position = at[static_cast<std::size_t>(axis)];
          auto best = in[linear_index(x.shape, at)];
          for (position = 1; position < x.shape[static_cast<std::size_t>(axis)]; ++position) {
            const auto v = in[linear_index(x.shape, at)];
            if (!takes_over(x.dtype, largest, best, v)) continue;
            best = v;
            out[i] = position;
          }
        });
      },
      x.data);
}

constinit const OpDef ops::ArgReduce{.mnemonic = "arg_reduce",
                                     .summary = "the position of the first extreme element",
                                     .signature = "(x: number) -> i32",
                                     .min_operands = 1,
                                     .max_operands = 1,
                                     .lowering = Lowering::ArgReduce,
                                     .attrs = specs,
                                     .infer = infer,
                                     .not_differentiable = "positions are integers",
                                     .eval = eval};

static Value arg_reduce(const char* kind, Value x, int axis, Where where) {
  check_value("arg_reduce", x, where);
  return append(Opcode::ArgReduce, {x},
                {{"axis", normalized(axis, x.rank())}, {"kind", std::string(kind)}}, where);
}
Value argmax(Value x, int axis, Where where) { return arg_reduce("max", x, axis, where); }
Value argmin(Value x, int axis, Where where) { return arg_reduce("min", x, axis, where); }

} // namespace nngc
