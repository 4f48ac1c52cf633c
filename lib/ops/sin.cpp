/// sin(x): sine of radians, elementwise. Odd, keeps -0; +-inf and NaN give NaN.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext& c, Value t, int) { return {t * cos(c.operand(0)), {}}; }
static void eval(EvalContext& c) {
  map_function(c, [](double x) { return std::sin(x); }, [](double x) { return std::cos(x); });
}

constinit const OpDef ops::Sin{.mnemonic = "sin",
                               .summary = "sine",
                               .signature = "(x: float) -> as x",
                               .min_operands = 1,
                               .max_operands = 1,
                               .traits = trait::Elementwise | trait::Expensive,
                               .infer = infer_float,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to<loop::Op::Sin>};

Value sin(Value x, Where where) { return append_unary(Opcode::Sin, x, where); }

} // namespace nngc
