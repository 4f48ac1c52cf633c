/// tanh(x): hyperbolic tangent, elementwise. Odd, keeps -0; NaN in, NaN out; +-inf gives +-1.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

// 1 - y^2 cancels near |y| = 1; (1 + y)(1 - y) does not.
static Masked diff(const DiffContext& c, Value t, int) {
  const Value y = c.result();
  return {(t + t * y) * (1.0 - Operand(y)), {}};
}
static void eval(EvalContext& c) {
  map_function(
      c, [](double x) { return std::tanh(x); },
      [](double x) { return 1 / (std::cosh(x) * std::cosh(x)); });
}

constinit const OpDef ops::Tanh{.mnemonic = "tanh",
                                .summary = "hyperbolic tangent",
                                .signature = "(x: float) -> as x",
                                .min_operands = 1,
                                .max_operands = 1,
                                .traits = trait::Elementwise | trait::Expensive,
                                .infer = infer_float,
                                .diff = diff,
                                .eval = eval,
                                .lower = lower_to<loop::Op::Tanh>};

Value tanh(Value x, Where where) { return append_unary(Opcode::Tanh, x, where); }

} // namespace nngc
