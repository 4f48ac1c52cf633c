/// gather{axis, batch, mode}(x, indices): rows of x along an axis; result = x.shape[:axis] +
/// indices.shape + x.shape[axis+1:]. Of x and the indices the first `batch` axes, all before
/// `axis`, go together, and come once in the result. An index out of range gives zeros (fill) or
/// the nearest row (clip; zeros where there is none); promise: the caller says it never happens,
/// and it is treated as fill.
#include "ops/indexing.h"

namespace nngc {

static TensorType infer(const InferContext& c) { return {c.operand(0).dtype, infer_gathered(c)}; }

static void vjp(VjpContext& c) {
  if (!c.wants(0)) return;
  const Value x = c.operand(0);
  c.add(0, append_scatter_add(zeros(x.graph(), x.type()), c.operand(1), c.cotangent, c.attrs()));
}

static Value jvp(JvpContext& c) {
  if (!c.tangent(0)) return {};
  return append(Opcode::Gather, {c.tangent(0), c.operand(1)}, c.attrs(), Where::current());
}

static void eval(EvalContext& c) {
  const RowIndex rows(c, *c.operands[0], *c.operands[1]);
  std::visit(
      [&](auto& out) {
        const auto& in = std::get<std::decay_t<decltype(out)>>(c.operands[0]->data);
        Index at;
        each_index(c.result.shape, [&](const Index& index, std::size_t i) {
          if (rows.source(index, at)) out[i] = in[linear_index(c.operands[0]->shape, at)];
        });
      },
      c.result.data);
}

constinit const OpDef ops::Gather{.mnemonic = "gather",
                                  .summary = "rows by number",
                                  .signature = "(x: any, indices: int) -> as x",
                                  .min_operands = 2,
                                  .max_operands = 2,
                                  .lowering = Lowering::Gather,
                                  .attrs = index_specs,
                                  .infer = infer,
                                  .vjp = vjp,
                                  .jvp = jvp,
                                  .eval = eval};

Value gather(Value x, Value indices, int axis, IndexMode mode, int batch, Where where) {
  check_value("gather", x, where);
  return append(Opcode::Gather, {x, indices}, index_attrs(axis, x.rank(), mode, batch), where);
}

} // namespace nngc
