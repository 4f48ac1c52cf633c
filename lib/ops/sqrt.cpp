/// sqrt(x): the square root, correctly rounded, elementwise. Keeps -0; below 0 and NaN give NaN;
/// derivative inf at 0.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext& c, Value t, int) { return {t * 0.5 / c.result(), {}}; }
static void eval(EvalContext& c) {
  map_function(
      c, [](double x) { return std::sqrt(x); }, [](double x) { return 0.5 / std::sqrt(x); });
}

constinit const OpDef ops::Sqrt{.mnemonic = "sqrt",
                                .summary = "square root",
                                .signature = "(x: float) -> as x",
                                .min_operands = 1,
                                .max_operands = 1,
                                .traits = trait::Elementwise,
                                .infer = infer_float,
                                .diff = diff,
                                .eval = eval,
                                .lower = lower_to<loop::Op::Sqrt>};

Value sqrt(Value x, Where where) { return append_unary(Opcode::Sqrt, x, where); }

} // namespace nngc
