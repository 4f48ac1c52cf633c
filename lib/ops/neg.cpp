/// neg(x): -x, elementwise. Flips the sign of zeros, infinities and NaN too; ints wrap, unsigned
/// ones included.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext&, Value t, int) { return {neg(t), {}}; }

static void eval(EvalContext& c) {
  if (is_float(c.result.dtype))
    map_unary(c, [](auto x) { return -x; });
  else
    map_unary_int(c, [](std::int64_t x) { return static_cast<std::int64_t>(0 - bits(x)); });
}

static Value simplify(GraphData* graph, std::span<const Value> x, const Attrs&, const TensorType&) {
  if (graph->node(x[0].id()).op != Opcode::Neg) return {};
  return {graph, graph->operands(x[0].id())[0]};
}

constinit const OpDef ops::Neg{.mnemonic = "neg",
                               .summary = "-x",
                               .signature = "(x: number) -> as x",
                               .min_operands = 1,
                               .max_operands = 1,
                               .traits = trait::Elementwise,
                               .infer = infer_number,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to<loop::Op::Neg>,
                               .simplify = simplify};

Value neg(Value x, Where where) { return append_unary(Opcode::Neg, x, where); }

} // namespace nngc
