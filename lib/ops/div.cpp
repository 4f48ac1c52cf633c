/// div(a, b): the quotient, elementwise. Floats as IEEE says; ints toward 0, by 0 gives 0, the most
/// negative by -1 wraps to itself.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

// -a/b^2 would overflow where q * y does not: a = b = 1e-20 in f32.
static Masked diff(const DiffContext& c, Value t, int i) {
  const Value q = t / c.operand(1);
  return {i == 0 ? q : neg(q * c.result()), {}};
}

static void eval(EvalContext& c) {
  if (is_float(c.result.dtype)) return map_binary(c, [](auto a, auto b) { return quotient(a, b); });
  map_binary_int(c, [is_signed = is_signed_int(c.result.dtype)](std::int64_t a, std::int64_t b) {
    if (b == 0) return std::int64_t{0};
    if (!is_signed) return static_cast<std::int64_t>(bits(a) / bits(b));
    return b == -1 ? static_cast<std::int64_t>(0 - bits(a)) : a / b;
  });
}

static Value simplify(GraphData*, std::span<const Value> x, const Attrs&, const TensorType&) {
  double s = 0;
  return is_splat(x[1], s) && s == 1 ? x[0] : Value();
}

constinit const OpDef ops::Div{.mnemonic = "div",
                               .summary = "a / b",
                               .signature = "(a, b: number) -> as a",
                               .min_operands = 2,
                               .max_operands = 2,
                               .traits = trait::Elementwise,
                               .infer = infer_number,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to_binary<loop::Op::Div>,
                               .simplify = simplify};

Value div(Operand a, Operand b) { return append_binary(Opcode::Div, "div", a, b); }

} // namespace nngc
