/// reverse{axes}(x): the elements in the opposite order along some axes.
#include "ops/axes.h"
#include "ops/eval_index.h"
#include "ops/lower_context.h"

namespace nngc {

static constexpr AttrSpec specs[] = {{"axes", AttrKind::Ints, true, "the axes to turn round"}};

static TensorType infer(const InferContext& c) {
  check_axes(c, c.attrs.get<Axes>("axes"), c.operand(0).shape.rank());
  return c.operand(0);
}

static void vjp(VjpContext& c) { c.add(0, reverse(c.cotangent, c.attrs().get<Axes>("axes"))); }
static Value jvp(JvpContext& c) { return reverse(c.tangent(0), c.attrs().get<Axes>("axes")); }

static void eval(EvalContext& c) {
  const auto& axes = c.attrs.get<Axes>("axes");
  Index at;
  move_elements(c, [&](const Index& index) -> const Index& {
    at = index;
    for (std::int64_t axis : axes) {
      const auto i = static_cast<std::size_t>(axis);
      at[i] = c.result.shape[i] - 1 - index[i];
    }
    return at;
  });
}

static void view(ViewContext& c) {
  c.operand_index.assign(c.index.begin(), c.index.end());
  for (std::int64_t axis : c.attrs.get<Axes>("axes")) {
    loop::Affine& at = c.operand_index[static_cast<std::size_t>(axis)];
    at = shifted(scaled(at, -1), c.type.shape[static_cast<int>(axis)] - Dim(1));
  }
}

static Value simplify(GraphData*, std::span<const Value> operands, const Attrs& attrs,
                      const TensorType& type) {
  for (std::int64_t axis : attrs.get<Axes>("axes"))
    if (!(type.shape[static_cast<int>(axis)] == Dim(1))) return {};
  return operands[0];
}

constinit const OpDef ops::Reverse{.mnemonic = "reverse",
                                   .summary = "turns axes round",
                                   .signature = "(x: any) -> as x",
                                   .min_operands = 1,
                                   .max_operands = 1,
                                   .traits = trait::View | trait::MasksThrough,
                                   .lowering = Lowering::View,
                                   .attrs = specs,
                                   .infer = infer,
                                   .vjp = vjp,
                                   .jvp = jvp,
                                   .eval = eval,
                                   .view = view,
                                   .simplify = simplify};

Value reverse(Value x, Axes axes, Where where) {
  check_value("reverse", x, where);
  axes = normalized(std::move(axes), x.rank());
  std::sort(axes.begin(), axes.end()); // one spelling
  return append(Opcode::Reverse, {x}, {{"axes", std::move(axes)}}, where);
}

} // namespace nngc
