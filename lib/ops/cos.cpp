/// cos(x): cosine of radians, elementwise. +-inf and NaN give NaN.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext& c, Value t, int) { return {t * neg(sin(c.operand(0))), {}}; }
static void eval(EvalContext& c) {
  map_function(c, [](double x) { return std::cos(x); }, [](double x) { return -std::sin(x); });
}

constinit const OpDef ops::Cos{.mnemonic = "cos",
                               .summary = "cosine",
                               .signature = "(x: float) -> as x",
                               .min_operands = 1,
                               .max_operands = 1,
                               .traits = trait::Elementwise | trait::Expensive,
                               .infer = infer_float,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to<loop::Op::Cos>};

Value cos(Value x, Where where) { return append_unary(Opcode::Cos, x, where); }

} // namespace nngc
