/// log1p(x): log(1 + x) without cancellation near 0, elementwise. Keeps -0; -1 gives -inf, below -1
/// and NaN give NaN.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext& c, Value t, int) {
  return {t / (1.0 + Operand(c.operand(0))), {}};
}
static void eval(EvalContext& c) {
  map_function(c, [](double x) { return std::log1p(x); }, [](double x) { return 1 / (1 + x); });
}

constinit const OpDef ops::Log1p{.mnemonic = "log1p",
                                 .summary = "log(1 + x)",
                                 .signature = "(x: float) -> as x",
                                 .min_operands = 1,
                                 .max_operands = 1,
                                 .traits = trait::Elementwise | trait::Expensive,
                                 .infer = infer_float,
                                 .diff = diff,
                                 .eval = eval,
                                 .lower = lower_to<loop::Op::Log1p>};

Value log1p(Value x, Where where) { return append_unary(Opcode::Log1p, x, where); }

} // namespace nngc
