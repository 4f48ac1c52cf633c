/// dynamic_update_slice(x, update, start...): x with `update` at the window that begins at `start`,
/// an int of rank 0 for each axis, which is moved as dynamic_slice does so that the window fits.
#include "ops/dynamic.h"

namespace nngc {

static TensorType infer(const InferContext& c) {
  const TensorType &x = c.operand(0), &update = c.operand(1);
  if (update.dtype != x.dtype) c.fail(Error::Kind::Type, "x and update differ in dtype");
  if (update.shape.rank() != x.shape.rank())
    c.fail(Error::Kind::Shape, "x and update differ in rank");
  check_window(c, 2, update.shape.dims());
  return x;
}

static void vjp(VjpContext& c) {
  const Value update = c.operand(1), g = c.cotangent;
  if (c.wants(0))
    c.add(0, append_dynamic_update(with_start({g, zeros(g.graph(), update.type())}, c, 2)));
  if (c.wants(1)) c.add(1, append_dynamic_slice(with_start({g}, c, 2), update.shape()));
}

static Value jvp(JvpContext& c) {
  const auto tangent = [&](int i) {
    return c.tangent(i) ? c.tangent(i) : zeros(c.operand(i).graph(), c.operand(i).type());
  };
  return append_dynamic_update(with_start({tangent(0), tangent(1)}, c, 2));
}

static void eval(EvalContext& c) {
  const EvalArray& update = *c.operands[1];
  const Index start = window_start(c, 2, update.shape);
  std::visit(
      [&](auto& out) {
        using Array = std::decay_t<decltype(out)>;
        out = std::get<Array>(c.operands[0]->data);
        const auto& in = std::get<Array>(update.data);
        Index at;
        each_index(update.shape, [&](const Index& index, std::size_t i) {
          at = index;
          for (std::size_t k = 0; k < at.size(); ++k) at[k] += start[k];
          out[linear_index(c.result.shape, at)] = in[i];
        });
      },
      c.result.data);
}

static Value simplify(GraphData*, std::span<const Value> operands, const Attrs&,
                      const TensorType& type) {
  return operands[1].type() == type ? operands[1] : Value{}; // all of x is replaced
}

constinit const OpDef ops::DynamicUpdateSlice{.mnemonic = "dynamic_update_slice",
                                              .summary = "puts a window at a computed place",
                                              .signature =
                                                  "(x, update: any, start, ...: int) -> as x",
                                              .min_operands = 3,
                                              .max_operands = -1,
                                              .lowering = Lowering::DynamicUpdateSlice,
                                              .infer = infer,
                                              .vjp = vjp,
                                              .jvp = jvp,
                                              .eval = eval,
                                              .simplify = simplify};

Value dynamic_update_slice(Value x, Value update, std::span<const Value> start, Where where) {
  const auto operands = with_start("dynamic_update_slice", {x, update}, start, where);
  if (operands.size() == 2 && x.type() == update.type() && x.rank() == 0) return update;
  return append(x.graph(), Opcode::DynamicUpdateSlice, operands, {}, where);
}

} // namespace nngc
