/// atan(x): the angle in (-pi/2, pi/2), elementwise. Odd, keeps -0; +-inf gives +-pi/2; NaN in, NaN
/// out.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext& c, Value t, int) {
  const Value x = c.operand(0);
  return {t / (1.0 + Operand(ipow(x, 2))), {}};
}
static void eval(EvalContext& c) {
  map_function(c, [](double x) { return std::atan(x); }, [](double x) { return 1 / (1 + x * x); });
}

constinit const OpDef ops::Atan{.mnemonic = "atan",
                                .summary = "arc tangent",
                                .signature = "(x: float) -> as x",
                                .min_operands = 1,
                                .max_operands = 1,
                                .traits = trait::Elementwise | trait::Expensive,
                                .infer = infer_float,
                                .diff = diff,
                                .eval = eval,
                                .lower = lower_to<loop::Op::Atan>};

Value atan(Value x, Where where) { return append_unary(Opcode::Atan, x, where); }

} // namespace nngc
