/// exp(x): e to the x, elementwise. -inf gives 0, +inf gives +inf; overflow gives +inf; NaN in, NaN
/// out.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

// The result is its own derivative: no second exponential.
static Masked diff(const DiffContext& c, Value t, int) { return {t * c.result(), {}}; }
static void eval(EvalContext& c) {
  map_function(c, [](double x) { return std::exp(x); }, [](double x) { return std::exp(x); });
}

constinit const OpDef ops::Exp{.mnemonic = "exp",
                               .summary = "e to the power x",
                               .signature = "(x: float) -> as x",
                               .min_operands = 1,
                               .max_operands = 1,
                               .traits = trait::Elementwise | trait::Expensive,
                               .infer = infer_float,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to<loop::Op::Exp>};

Value exp(Value x, Where where) { return append_unary(Opcode::Exp, x, where); }

} // namespace nngc
