/// abs(x): the magnitude, elementwise. -0 gives 0, -inf gives +inf, NaN stays NaN; the most
/// negative int wraps to itself. The derivative at 0 is 0.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext& c, Value t, int) {
  const Value x = c.operand(0);
  return {select(x > 0, t, select(x < 0, neg(t), 0)), {}};
}

static void eval(EvalContext& c) {
  if (!is_float(c.result.dtype))
    return map_unary_int(c, [is_signed = is_signed_int(c.result.dtype)](std::int64_t x) {
      return is_signed && x < 0 ? static_cast<std::int64_t>(0 - bits(x)) : x;
    });
  map_unary(c, []<class T>(T x) -> T {
    if constexpr (std::is_same_v<T, Complex>)
      return std::signbit(x.real()) ? -x : x;
    else
      return std::fabs(x);
  });
}

static Value simplify(GraphData* graph, std::span<const Value> x, const Attrs&,
                      const TensorType& type) {
  const bool has_no_sign = is_unsigned_int(type.dtype) || graph->node(x[0].id()).op == Opcode::Abs;
  return has_no_sign ? x[0] : Value();
}

constinit const OpDef ops::Abs{.mnemonic = "abs",
                               .summary = "magnitude",
                               .signature = "(x: number) -> as x",
                               .min_operands = 1,
                               .max_operands = 1,
                               .traits = trait::Elementwise,
                               .infer = infer_number,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to<loop::Op::Abs>,
                               .simplify = simplify};

Value abs(Value x, Where where) { return append_unary(Opcode::Abs, x, where); }

} // namespace nngc
