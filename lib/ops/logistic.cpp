/// logistic(x): 1 / (1 + exp(-x)), elementwise. -inf gives 0, +inf gives 1, NaN in, NaN out; no
/// overflow between.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext& c, Value t, int) {
  const Value y = c.result();
  return {t * y * (1.0 - Operand(y)), {}};
}
static void eval(EvalContext& c) {
  map_function(
      c, [](double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); },
      [](double x) { return 1 / (2 + 2 * std::cosh(x)); });
}

constinit const OpDef ops::Logistic{.mnemonic = "logistic",
                                    .summary = "1 / (1 + exp(-x))",
                                    .signature = "(x: float) -> as x",
                                    .min_operands = 1,
                                    .max_operands = 1,
                                    .traits = trait::Elementwise | trait::Expensive,
                                    .infer = infer_float,
                                    .diff = diff,
                                    .eval = eval,
                                    .lower = lower_to<loop::Op::Logistic>};

Value logistic(Value x, Where where) { return append_unary(Opcode::Logistic, x, where); }

} // namespace nngc
