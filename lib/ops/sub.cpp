/// sub(a, b): the difference, elementwise; ints wrap.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext&, Value t, int i) { return {i == 0 ? t : neg(t), {}}; }

static void eval(EvalContext& c) {
  if (is_float(c.result.dtype))
    map_binary(c, [](auto a, auto b) { return a - b; });
  else
    map_binary_int(c, [](std::int64_t a, std::int64_t b) {
      return static_cast<std::int64_t>(bits(a) - bits(b));
    });
}

static Value simplify(GraphData*, std::span<const Value> x, const Attrs&, const TensorType&) {
  double s = 0;
  return is_splat(x[1], s) && s == 0 && !std::signbit(s) ? x[0]
                                                         : Value(); // x - (-0) turns -0 into 0
}

constinit const OpDef ops::Sub{.mnemonic = "sub",
                               .summary = "a - b",
                               .signature = "(a, b: number) -> as a",
                               .min_operands = 2,
                               .max_operands = 2,
                               .traits = trait::Elementwise,
                               .infer = infer_number,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to_binary<loop::Op::Sub>,
                               .simplify = simplify};

Value sub(Operand a, Operand b) { return append_binary(Opcode::Sub, "sub", a, b); }

} // namespace nngc
