/// max{tie}(a, b): the greater one, elementwise; NaN if either is. Of equals, a: max(-0, 0) is -0.
/// Where a == b the derivative goes to both by halves, or all to the first or the second.
#include "ops/extreme.h"

namespace nngc {

static Masked diff(const DiffContext& c, Value t, int i) { return diff_extreme(c, t, i, true); }
static void eval(EvalContext& c) { eval_extreme(c, true); }

constinit const OpDef ops::Max{.mnemonic = "max",
                               .summary = "the greater of a and b",
                               .signature = "(a, b: number) -> as a",
                               .min_operands = 2,
                               .max_operands = 2,
                               .traits = trait::Elementwise,
                               .attrs = extreme_attrs,
                               .infer = infer_extreme,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to_binary<loop::Op::Max>,
                               .simplify = simplify_extreme};

Value max(Operand a, Operand b, Tie tie) { return append_extreme(Opcode::Max, "max", a, b, tie); }

} // namespace nngc
