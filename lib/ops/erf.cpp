/// erf(x): the error function, elementwise. Odd, keeps -0; +-inf gives +-1; NaN in, NaN out.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static constexpr double two_over_sqrt_pi = 1.1283791670955125738961589031215;

static Masked diff(const DiffContext& c, Value t, int) {
  const Value x = c.operand(0);
  return {t * (two_over_sqrt_pi * exp(neg(ipow(x, 2)))), {}};
}
static void eval(EvalContext& c) {
  map_function(
      c, [](double x) { return std::erf(x); },
      [](double x) { return two_over_sqrt_pi * std::exp(-x * x); });
}

constinit const OpDef ops::Erf{.mnemonic = "erf",
                               .summary = "error function",
                               .signature = "(x: float) -> as x",
                               .min_operands = 1,
                               .max_operands = 1,
                               .traits = trait::Elementwise | trait::Expensive,
                               .infer = infer_float,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to<loop::Op::Erf>};

Value erf(Value x, Where where) { return append_unary(Opcode::Erf, x, where); }

} // namespace nngc
