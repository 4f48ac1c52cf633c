/// min{tie}(a, b): the smaller one, elementwise; NaN if either is. Of equals, a: min(-0, 0) is -0.
/// Where a == b the derivative goes to both by halves, or all to the first or the second.
#include "ops/extreme.h"

namespace nngc {

static Masked diff(const DiffContext& c, Value t, int i) { return diff_extreme(c, t, i, false); }
static void eval(EvalContext& c) { eval_extreme(c, false); }

constinit const OpDef ops::Min{.mnemonic = "min",
                               .summary = "the smaller of a and b",
                               .signature = "(a, b: number) -> as a",
                               .min_operands = 2,
                               .max_operands = 2,
                               .traits = trait::Elementwise,
                               .attrs = extreme_attrs,
                               .infer = infer_extreme,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to_binary<loop::Op::Min>,
                               .simplify = simplify_extreme};

Value min(Operand a, Operand b, Tie tie) { return append_extreme(Opcode::Min, "min", a, b, tie); }

} // namespace nngc
