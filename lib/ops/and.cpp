/// and(a, b): bitwise and of ints, logical of bools, elementwise.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static void eval(EvalContext& c) {
  map_binary_int(c, [](std::int64_t a, std::int64_t b) { return a & b; });
}

// x & x, x & true, x & 0. All ones of an int is left alone: a double cannot say it for 64 bits.
static Value simplify(GraphData*, std::span<const Value> x, const Attrs&, const TensorType& type) {
  if (x[0].same(x[1])) return x[0];
  double s = 0;
  for (std::size_t i = 0; i < 2; ++i)
    if (is_splat(x[i], s)) {
      if (s == 0) return x[i];
      if (type.dtype == DType::Bool) return x[1 - i];
    }
  return {};
}

constinit const OpDef ops::And{.mnemonic = "and",
                               .summary = "bitwise and",
                               .signature = "(a, b: bits) -> as a",
                               .min_operands = 2,
                               .max_operands = 2,
                               .traits = trait::Elementwise | trait::Commutative,
                               .infer = infer_bits,
                               .not_differentiable = "ints and bools have no derivative",
                               .eval = eval,
                               .lower = lower_to_binary<loop::Op::And>,
                               .simplify = simplify};

Value bit_and(Operand a, Operand b) { return append_binary(Opcode::And, "and", a, b); }

} // namespace nngc
