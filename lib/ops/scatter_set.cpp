/// scatter_set{axis, batch, mode}(x, indices, updates): x with updates, shaped as gather's result,
/// in place of its rows. Of several for one row the last in row-major order of the indices stays.
/// Out of range: dropped (fill, promise) or put at the nearest row (clip).
#include "ops/indexing.h"

namespace nngc {

// Updates of a row stay or go together, so the rows are what is asked who wrote them.
static void vjp(VjpContext& c) {
  const Value x = c.operand(0), indices = c.operand(1), g = c.cotangent;
  const Attrs attrs = c.attrs();
  const std::int64_t axis = attrs.get<std::int64_t>("axis"),
                     batch = attrs.get_or<std::int64_t>("batch", 0);
  Axes row_axes = all_axes(static_cast<int>(batch)), index_axes = row_axes;
  std::vector<Dim> rows(x.shape().begin(), x.shape().begin() + batch);
  rows.push_back(x.shape()[static_cast<int>(axis)]);
  row_axes.push_back(axis);
  for (std::int64_t i = batch; i < indices.rank(); ++i) index_axes.push_back(axis + i - batch);
  Attrs of_rows = attrs;
  of_rows.set("axis", batch);
  const Winner winner =
      winner_of(Shape(std::move(rows)), indices, indices.shape(), {}, true, of_rows);
  if (c.wants(0)) c.add(0, select(broadcast_in_dim(winner.untouched, x.shape(), row_axes), g, 0.0));
  if (c.wants(2)) {
    const Shape& shape = c.operand(2).shape();
    const Value last = broadcast_in_dim(winner.update, shape, index_axes);
    c.add(2, select(last, gathered(g, indices, attrs), 0.0));
  }
}

static Value jvp(JvpContext& c) {
  const auto tangent = [&](int i) {
    return c.tangent(i) ? c.tangent(i) : zeros(c.operand(i).graph(), c.operand(i).type());
  };
  return append(Opcode::ScatterSet, {tangent(0), c.operand(1), tangent(2)}, c.attrs(),
                Where::current());
}

static void eval(EvalContext& c) {
  scatter_each(c, [](auto, auto update) { return update; });
}

constinit const OpDef ops::ScatterSet{.mnemonic = "scatter_set",
                                      .summary = "puts rows at numbered places",
                                      .signature = "(x: any, indices: int, updates: any) -> as x",
                                      .min_operands = 3,
                                      .max_operands = 3,
                                      .lowering = Lowering::Scatter,
                                      .attrs = index_specs,
                                      .infer = infer_scattered,
                                      .vjp = vjp,
                                      .jvp = jvp,
                                      .eval = eval};

Value scatter_set(Value x, Value indices, Value updates, int axis, IndexMode mode, int batch,
                  Where where) {
  return append_scatter(Opcode::ScatterSet, x, indices, updates, axis, mode, batch, where);
}

} // namespace nngc
