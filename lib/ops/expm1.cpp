/// expm1(x): exp(x) - 1 without cancellation near 0, elementwise. Keeps -0; -inf gives -1; NaN in,
/// NaN out.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

// Not y + 1, which cancels for x far below 0: there y is nearly -1.
static Masked diff(const DiffContext& c, Value t, int) { return {t * exp(c.operand(0)), {}}; }
static void eval(EvalContext& c) {
  map_function(c, [](double x) { return std::expm1(x); }, [](double x) { return std::exp(x); });
}

constinit const OpDef ops::Expm1{.mnemonic = "expm1",
                                 .summary = "exp(x) - 1",
                                 .signature = "(x: float) -> as x",
                                 .min_operands = 1,
                                 .max_operands = 1,
                                 .traits = trait::Elementwise | trait::Expensive,
                                 .infer = infer_float,
                                 .diff = diff,
                                 .eval = eval,
                                 .lower = lower_to<loop::Op::Expm1>};

Value expm1(Value x, Where where) { return append_unary(Opcode::Expm1, x, where); }

} // namespace nngc
