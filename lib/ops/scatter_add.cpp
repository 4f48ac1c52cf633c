/// scatter_add{axis, batch, mode, acc}(x, indices, updates): x with updates, shaped as gather's
/// result, added at its rows. Duplicates add up in row-major order of the updates. Out of range:
/// dropped (fill, promise) or added to the nearest row (clip). The interpreter adds f32 in double
/// and 16-bit floats in float, all floats in double with `acc` = f64, and rounds once.
#include "ops/indexing.h"

namespace nngc {

static constexpr auto specs = [] {
  std::array<AttrSpec, 1 + index_specs.size()> all{accumulate_spec};
  std::copy(index_specs.begin(), index_specs.end(), all.begin() + 1);
  return all;
}();

static TensorType infer(const InferContext& c) {
  if (c.operand(0).dtype == DType::Bool) c.fail(Error::Kind::Type, "adds numbers, not bools");
  check_accumulation(c);
  return infer_scattered(c);
}

static void vjp(VjpContext& c) {
  if (c.wants(0)) c.add(0, c.cotangent);
  if (c.wants(2)) c.add(2, gathered(c.cotangent, c.operand(1), c.attrs()));
}

static Value jvp(JvpContext& c) {
  if (!c.tangent(2)) return c.tangent(0);
  const Value x = c.operand(0);
  const Value dx = c.tangent(0) ? c.tangent(0) : zeros(x.graph(), x.type());
  return append_scatter_add(dx, c.operand(1), c.tangent(2), c.attrs());
}

static void eval(EvalContext& c) {
  const EvalArray &x = *c.operands[0], &updates = *c.operands[2];
  const RowIndex rows(c, x, *c.operands[1]);
  with_accumulator(c, [&](auto& out, auto zero) {
    using Array = std::decay_t<decltype(out)>;
    using Sum = decltype(zero);
    const auto &from = std::get<Array>(x.data), &add = std::get<Array>(updates.data);
    std::vector<Sum> sums(from.begin(), from.end());
    Index at;
    each_index(updates.shape, [&](const Index& index, std::size_t i) {
      if (!rows.source(index, at)) return;
      Sum& sum = sums[linear_index(x.shape, at)];
      sum = plus(sum, static_cast<Sum>(add[i]));
    });
    for (std::size_t i = 0; i < sums.size(); ++i)
      out[i] = finished(x.dtype, static_cast<typename Array::value_type>(sums[i]));
  });
}

constinit const OpDef ops::ScatterAdd{.mnemonic = "scatter_add",
                                      .summary = "adds rows at numbered places",
                                      .signature =
                                          "(x: number, indices: int, updates: number) -> as x",
                                      .min_operands = 3,
                                      .max_operands = 3,
                                      .lowering = Lowering::Scatter,
                                      .attrs = specs,
                                      .infer = infer,
                                      .vjp = vjp,
                                      .jvp = jvp,
                                      .eval = eval};

Value scatter_add(Value x, Value indices, Value updates, int axis, IndexMode mode, int batch,
                  Where where) {
  return append_scatter(Opcode::ScatterAdd, x, indices, updates, axis, mode, batch, where);
}

} // namespace nngc
