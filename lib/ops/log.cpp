/// log(x): the natural logarithm, elementwise. +-0 gives -inf, +inf gives +inf, below 0 and NaN
/// give NaN.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext& c, Value t, int) { return {t / c.operand(0), {}}; }
static void eval(EvalContext& c) {
  map_function(c, [](double x) { return std::log(x); }, [](double x) { return 1 / x; });
}

constinit const OpDef ops::Log{.mnemonic = "log",
                               .summary = "natural logarithm",
                               .signature = "(x: float) -> as x",
                               .min_operands = 1,
                               .max_operands = 1,
                               .traits = trait::Elementwise | trait::Expensive,
                               .infer = infer_float,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to<loop::Op::Log>};

Value log(Value x, Where where) { return append_unary(Opcode::Log, x, where); }

} // namespace nngc
