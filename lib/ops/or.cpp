/// or(a, b): bitwise or of ints, logical of bools, elementwise.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static void eval(EvalContext& c) {
  map_binary_int(c, [](std::int64_t a, std::int64_t b) { return a | b; });
}

// x | x, x | 0, x | true.
static Value simplify(GraphData*, std::span<const Value> x, const Attrs&, const TensorType& type) {
  if (x[0].same(x[1])) return x[0];
  double s = 0;
  for (std::size_t i = 0; i < 2; ++i)
    if (is_splat(x[i], s)) {
      if (s == 0) return x[1 - i];
      if (type.dtype == DType::Bool) return x[i];
    }
  return {};
}

constinit const OpDef ops::Or{.mnemonic = "or",
                              .summary = "bitwise or",
                              .signature = "(a, b: bits) -> as a",
                              .min_operands = 2,
                              .max_operands = 2,
                              .traits = trait::Elementwise | trait::Commutative,
                              .infer = infer_bits,
                              .not_differentiable = "ints and bools have no derivative",
                              .eval = eval,
                              .lower = lower_to_binary<loop::Op::Or>,
                              .simplify = simplify};

Value bit_or(Operand a, Operand b) { return append_binary(Opcode::Or, "or", a, b); }

} // namespace nngc
