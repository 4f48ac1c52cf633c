/// add(a, b): the sum, elementwise; ints wrap.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext&, Value t, int) { return {t, {}}; }

static void eval(EvalContext& c) {
  if (is_float(c.result.dtype))
    map_binary(c, [](auto a, auto b) { return a + b; });
  else
    map_binary_int(c, [](std::int64_t a, std::int64_t b) {
      return static_cast<std::int64_t>(bits(a) + bits(b));
    });
}

// -0 is what addition keeps: x + 0 turns -0 into 0.
static Value simplify(GraphData*, std::span<const Value> x, const Attrs&, const TensorType& type) {
  double s = 0;
  for (int i = 0; i < 2; ++i)
    if (is_splat(x[static_cast<std::size_t>(i)], s) && s == 0 &&
        (is_int(type.dtype) || std::signbit(s)))
      return x[static_cast<std::size_t>(1 - i)];
  return {};
}

constinit const OpDef ops::Add{.mnemonic = "add",
                               .summary = "a + b",
                               .signature = "(a, b: number) -> as a",
                               .min_operands = 2,
                               .max_operands = 2,
                               .traits = trait::Elementwise | trait::Commutative,
                               .infer = infer_number,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to_binary<loop::Op::Add>,
                               .simplify = simplify};

Value add(Operand a, Operand b) { return append_binary(Opcode::Add, "add", a, b); }

} // namespace nngc
