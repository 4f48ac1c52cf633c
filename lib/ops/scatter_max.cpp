/// scatter_max{axis, batch, mode}(x, indices, updates): x with updates, shaped as gather's result,
/// in place of its elements where they are greater; NaN if any that meet there is. Out of range:
/// dropped (fill, promise) or taken to the nearest row (clip). An op of its own, like max, and no
/// attribute of scatter_add: it takes no bools and has another derivative.
#include "ops/scatter_extreme.h"

namespace nngc {

static void vjp(VjpContext& c) { scatter_extreme_vjp(c, true); }
static Value jvp(JvpContext& c) { return scatter_extreme_jvp(c, true); }
static void eval(EvalContext& c) { eval_scatter_extreme(c, true); }

constinit const OpDef ops::ScatterMax{
    .mnemonic = "scatter_max",
    .summary = "the greater of rows and what is at numbered places",
    .signature = "(x: number, indices: int, updates: number) -> as x",
    .min_operands = 3,
    .max_operands = 3,
    .lowering = Lowering::Scatter,
    .attrs = index_specs,
    .infer = infer_scatter_extreme,
    .vjp = vjp,
    .jvp = jvp,
    .eval = eval};

Value scatter_max(Value x, Value indices, Value updates, int axis, IndexMode mode, int batch,
                  Where where) {
  return append_scatter(Opcode::ScatterMax, x, indices, updates, axis, mode, batch, where);
}

} // namespace nngc
