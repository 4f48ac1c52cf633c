/// arg_window{kind, dims, strides, lo, hi, base_dilation, window_dilation}(x): the i32 row-major
/// number in x of the first largest (max) or smallest (min) element of every window, as
/// reduce_window lays them. A NaN counts as extreme; -1 where a window has padding only. x must
/// have fewer than 2^31 elements.
#include <limits>

#include "ops/eval_reduce.h"
#include "ops/window.h"

namespace nngc {

static constexpr auto specs = window_specs("max, min");

static TensorType infer(const InferContext& c) {
  const TensorType& x = c.operand(0);
  const auto& kind = c.attrs.get<std::string>("kind");
  if (kind != "max" && kind != "min")
    c.fail(Error::Kind::Attribute, "the kind is max or min, not '" + kind + "'");
  if (x.dtype == DType::Bool) c.fail(Error::Kind::Type, "needs numbers, not bools");
  if (x.shape.is_static() && x.shape.size().value() > std::numeric_limits<std::int32_t>::max())
    c.fail(Error::Kind::Unsupported, "there are more elements than an i32 can count");
  return {DType::I32, infer_window_counts(c)};
}

static void eval(EvalContext& c) {
  const EvalArray& x = *c.operands[0];
  const std::vector<WindowAxis> axes = window_axes(c.attrs);
  const bool greatest = c.attrs.get<std::string>("kind") == "max";
  auto& out = std::get<std::vector<std::int64_t>>(c.result.data);
  std::visit(
      [&](const auto& in) {
        each_index(c.result.shape, [&](const Index& o, std::size_t i) {
          out[i] = -1;
          each_in_window(axes, x.shape, o, [&](const Index&, std::size_t at) {
            if (out[i] >= 0 &&
                !takes_over(x.dtype, greatest, in[static_cast<std::size_t>(out[i])], in[at]))
              return;
            out[i] = static_cast<std::int64_t>(at);
          });
        });
      },
      x.data);
}

constinit const OpDef ops::ArgWindow{.mnemonic = "arg_window",
                                     .summary = "which element of every window is extreme",
                                     .signature = "(x: number) -> i32",
                                     .min_operands = 1,
                                     .max_operands = 1,
                                     .lowering = Lowering::ArgWindow,
                                     .attrs = specs,
                                     .infer = infer,
                                     .not_differentiable = "positions are integers",
                                     .eval = eval};

static Value arg_window(const char* kind, Value x, const Window& window, Where where) {
  check_value("arg_window", x, where);
  return append(Opcode::ArgWindow, {x}, window_attrs(window, x.rank(), kind), where);
}
Value window_argmax(Value x, const Window& window, Where where) {
  return arg_window("max", x, window, where);
}
Value window_argmin(Value x, const Window& window, Where where) {
  return arg_window("min", x, window, where);
}

} // namespace nngc
