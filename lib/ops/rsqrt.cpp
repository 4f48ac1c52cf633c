/// rsqrt(x): 1 / sqrt(x), elementwise. +-0 gives +-inf, +inf gives 0, below 0 and NaN give NaN.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext& c, Value t, int) {
  return {t * c.result() * -0.5 / c.operand(0), {}};
}
static void eval(EvalContext& c) {
  map_function(
      c, [](double x) { return 1 / std::sqrt(x); },
      [](double x) { return -0.5 / (x * std::sqrt(x)); });
}

constinit const OpDef ops::Rsqrt{.mnemonic = "rsqrt",
                                 .summary = "1 / square root",
                                 .signature = "(x: float) -> as x",
                                 .min_operands = 1,
                                 .max_operands = 1,
                                 .traits = trait::Elementwise,
                                 .infer = infer_float,
                                 .diff = diff,
                                 .eval = eval,
                                 .lower = lower_to<loop::Op::Rsqrt>};

Value rsqrt(Value x, Where where) { return append_unary(Opcode::Rsqrt, x, where); }

} // namespace nngc
