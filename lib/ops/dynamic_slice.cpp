/// dynamic_slice{sizes}(x, start...): the window of that size that begins at `start`, an int of
/// rank 0 for each axis. A start that would let the window stand out of x is moved, to 0 or to the
/// last one that fits. Symbolic sizes must fit for every value >= 0 of the symbol.
#include "ops/dynamic.h"

namespace nngc {

static constexpr AttrSpec specs[] = {{"sizes", AttrKind::Dims, true, "the window's extents"}};

static TensorType infer(const InferContext& c) {
  const auto& sizes = c.attrs.get<std::vector<Dim>>("sizes");
  check_length(c, "sizes", sizes.size(), c.operand(0).shape.rank());
  check_window(c, 1, sizes);
  return {c.operand(0).dtype, Shape(sizes)};
}

static void vjp(VjpContext& c) {
  if (!c.wants(0)) return;
  const Value x = c.operand(0);
  c.add(0, append_dynamic_update(with_start({zeros(x.graph(), x.type()), c.cotangent}, c, 1)));
}

static Value jvp(JvpContext& c) {
  return append_dynamic_slice(with_start({c.tangent(0)}, c, 1), c.result().shape());
}

static void eval(EvalContext& c) {
  const Index start = window_start(c, 1, c.result.shape);
  Index at;
  move_elements(c, [&](const Index& index) -> const Index& {
    at = index;
    for (std::size_t i = 0; i < at.size(); ++i) at[i] += start[i];
    return at;
  });
}

static Value simplify(GraphData*, std::span<const Value> operands, const Attrs&,
                      const TensorType& type) {
  return operands[0].type() == type ? operands[0] : Value{}; // it fits at 0 only
}

constinit const OpDef ops::DynamicSlice{.mnemonic = "dynamic_slice",
                                        .summary = "a window at a computed place",
                                        .signature = "(x: any, start, ...: int) -> as x",
                                        .min_operands = 2,
                                        .max_operands = -1,
                                        .lowering = Lowering::DynamicSlice,
                                        .attrs = specs,
                                        .infer = infer,
                                        .vjp = vjp,
                                        .jvp = jvp,
                                        .eval = eval,
                                        .simplify = simplify};

Value dynamic_slice(Value x, std::span<const Value> start, Shape sizes, Where where) {
  const auto operands = with_start("dynamic_slice", {x}, start, where);
  if (operands.size() == 1 && x.rank() == 0 && sizes.rank() == 0) return x;
  return append(x.graph(), Opcode::DynamicSlice, operands, {{"sizes", sizes.dims()}}, where);
}

} // namespace nngc
