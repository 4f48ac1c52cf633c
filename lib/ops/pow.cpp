/// pow(a, b): a to the power b, elementwise, floats, as C's pow: x^0 = 1 and 1^x = 1 even for NaN;
/// a negative base needs an integral exponent, else NaN. The derivative for b at a = 0 is 0, and
/// for a at b = 0 too: no NaN from 0 * log 0.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

// Both factors are guarded inside, where the infinity would come from: a mask outside could not
// save 0 * inf.
static Masked diff(const DiffContext& c, Value t, int i) {
  const Value a = c.operand(0), b = c.operand(1), y = c.result();
  if (i == 0) return {t * select(eq(b, 0), 0, b * pow(a, b - 1)), {}};
  return {t * select(eq(a, 0), 0, y * log(select(a > 0, a, 1))), {}};
}

static void eval(EvalContext& c) {
  map_binary(c, []<class T>(T a, T b) -> T {
    if constexpr (std::is_same_v<T, Complex>) {
      const double x = a.real(), n = b.real(), y = std::pow(x, n);
      const double by_base = n == 0 ? 0 : n * std::pow(x, n - 1),
                   by_exponent = x > 0 ? y * std::log(x) : 0;
      return {y, moved(a.imag(), by_base) + moved(b.imag(), by_exponent)};
    } else {
      return static_cast<T>(std::pow(static_cast<double>(a), static_cast<double>(b)));
    }
  });
}

static Value simplify(GraphData*, std::span<const Value> x, const Attrs&, const TensorType&) {
  double s = 0;
  return is_splat(x[1], s) && s == 1 ? x[0] : Value();
}

constinit const OpDef ops::Pow{.mnemonic = "pow",
                               .summary = "a to the power b",
                               .signature = "(a, b: float) -> as a",
                               .min_operands = 2,
                               .max_operands = 2,
                               .traits = trait::Elementwise | trait::Expensive,
                               .infer = infer_float,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to_binary<loop::Op::Pow>,
                               .simplify = simplify};

Value pow(Operand a, Operand b) { return append_binary(Opcode::Pow, "pow", a, b); }

} // namespace nngc
