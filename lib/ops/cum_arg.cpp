/// cum_arg{kind, axis, reverse}(x): the i32 position of the largest (max) or smallest (min) element
/// so far along an axis, from its end with `reverse`: of equal ones the first that was met. A NaN
/// counts as extreme.
#include <limits>

#include "ops/eval_reduce.h"
#include "ops/running.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"axis", AttrKind::Int, true, "the axis that is walked along"},
    {"kind", AttrKind::String, true, "max or min"},
    {"reverse", AttrKind::Bool, true, "from the end to the start"}};

static TensorType infer(const InferContext& c) {
  const TensorType& x = c.operand(0);
  const std::int64_t axis = c.attrs.get<std::int64_t>("axis");
  const auto& kind = c.attrs.get<std::string>("kind");
  check_axis(c, axis, x.shape.rank());
  if (kind != "max" && kind != "min")
    c.fail(Error::Kind::Attribute, "the kind is max or min, not '" + kind + "'");
  if (x.dtype == DType::Bool) c.fail(Error::Kind::Type, "needs numbers, not bools");
  const Dim extent = x.shape[static_cast<int>(axis)];
  if (extent.is_static() && extent.value() > std::numeric_limits<std::int32_t>::max())
    c.fail(Error::Kind::Unsupported, "the axis is longer than an i32 can count");
  return {DType::I32, x.shape};
}

static void eval(EvalContext& c) {
  const EvalArray& x = *c.operands[0];
  const bool largest = c.attrs.get<std::string>("kind") == "max";
  const Direction d = direction_of(c.attrs);
  auto& out = std::get<std::vector<std::int64_t>>(c.result.data);
  std::visit(
      [&](const auto& in) {
        each_line(x.shape, d, [&](std::int64_t first, std::int64_t step, std::int64_t count) {
          const auto element = [&](std::int64_t k) {
            return in[static_cast<std::size_t>(first + k * step)];
          };
          std::int64_t best = 0;
          for (std::int64_t k = 0; k < count; ++k) {
            if (takes_over(x.dtype, largest, element(best), element(k))) best = k;
            out[static_cast<std::size_t>(first + k * step)] = d.reverse ? count - 1 - best : best;
          }
        });
      },
      x.data);
}

constinit const OpDef ops::CumArg{.mnemonic = "cum_arg",
                                  .summary = "where the extreme so far is, along an axis",
                                  .signature = "(x: number) -> i32",
                                  .min_operands = 1,
                                  .max_operands = 1,
                                  .lowering = Lowering::Cumulate,
                                  .attrs = specs,
                                  .infer = infer,
                                  .not_differentiable = "positions are integers",
                                  .eval = eval};

static Value cum_arg(const char* kind, Value x, int axis, bool reverse, Where where) {
  check_value("cum_arg", x, where);
  return append(
      Opcode::CumArg, {x},
      {{"axis", normalized(axis, x.rank())}, {"kind", std::string(kind)}, {"reverse", reverse}},
      where);
}
Value cum_argmax(Value x, int axis, bool reverse, Where where) {
  return cum_arg("max", x, axis, reverse, where);
}
Value cum_argmin(Value x, int axis, bool reverse, Where where) {
  return cum_arg("min", x, axis, reverse, where);
}

} // namespace nngc
