/// xor(a, b): bitwise xor of ints, logical of bools, elementwise.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static void eval(EvalContext& c) {
  map_binary_int(c, [](std::int64_t a, std::int64_t b) { return a ^ b; });
}

// x ^ 0, and not (not p).
static Value simplify(GraphData* graph, std::span<const Value> x, const Attrs&, const TensorType&) {
  double s = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    if (is_splat(x[i], s) && s == 0) return x[1 - i];
    const Value inner = x[1 - i];
    if (graph->node(inner.id()).op != Opcode::Xor) continue;
    const auto parts = graph->operands(inner.id());
    for (std::size_t j = 0; j < 2; ++j)
      if (parts[j] == x[i].id()) return {graph, parts[1 - j]};
  }
  return {};
}

constinit const OpDef ops::Xor{.mnemonic = "xor",
                               .summary = "bitwise xor",
                               .signature = "(a, b: bits) -> as a",
                               .min_operands = 2,
                               .max_operands = 2,
                               .traits = trait::Elementwise | trait::Commutative,
                               .infer = infer_bits,
                               .not_differentiable = "ints and bools have no derivative",
                               .eval = eval,
                               .lower = lower_to_binary<loop::Op::Xor>,
                               .simplify = simplify};

Value bit_xor(Operand a, Operand b) { return append_binary(Opcode::Xor, "xor", a, b); }

} // namespace nngc
