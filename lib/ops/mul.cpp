/// mul(a, b): the product, elementwise; ints wrap. 0 * inf is NaN.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext& c, Value t, int i) { return {t * c.operand(1 - i), {}}; }

static void eval(EvalContext& c) {
  if (is_float(c.result.dtype))
    map_binary(c, [](auto a, auto b) { return product(a, b); });
  else
    map_binary_int(c, [](std::int64_t a, std::int64_t b) {
      return static_cast<std::int64_t>(bits(a) * bits(b));
    });
}

static Value simplify(GraphData*, std::span<const Value> x, const Attrs&, const TensorType&) {
  double s = 0;
  if (is_splat(x[1], s) && s == 1) return x[0];
  return is_splat(x[0], s) && s == 1 ? x[1] : Value();
}

constinit const OpDef ops::Mul{.mnemonic = "mul",
                               .summary = "a * b",
                               .signature = "(a, b: number) -> as a",
                               .min_operands = 2,
                               .max_operands = 2,
                               .traits = trait::Elementwise | trait::Commutative,
                               .infer = infer_number,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to_binary<loop::Op::Mul>,
                               .simplify = simplify};

Value mul(Operand a, Operand b) { return append_binary(Opcode::Mul, "mul", a, b); }

} // namespace nngc
