/// shl(a, b): a shifted left by b bits, elementwise, ints. By the width or more, and by a negative
/// b, gives 0.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static TensorType infer(const InferContext& c) {
  if (!is_int(c.operand(0).dtype)) c.fail(Error::Kind::Type, "needs ints");
  return infer_bits(c);
}

static void eval(EvalContext& c) {
  const auto width = static_cast<std::uint64_t>(8 * byte_size(c.result.dtype));
  map_binary_int(c, [width](std::int64_t a, std::int64_t b) {
    return bits(b) < width ? static_cast<std::int64_t>(bits(a) << bits(b)) : std::int64_t{0};
  });
}

static int lower(LowerContext& c) { return c.emit(loop::Op::Shl, c.operand(0), c.operand(1)); }

static Value simplify(GraphData*, std::span<const Value> x, const Attrs&, const TensorType&) {
  double s = 0;
  return is_splat(x[1], s) && s == 0 ? x[0] : Value();
}

constinit const OpDef ops::Shl{.mnemonic = "shl",
                               .summary = "a shifted left by b bits",
                               .signature = "(a, b: int) -> as a",
                               .min_operands = 2,
                               .max_operands = 2,
                               .traits = trait::Elementwise,
                               .infer = infer,
                               .not_differentiable = "ints have no derivative",
                               .eval = eval,
                               .lower = lower,
                               .simplify = simplify};

Value shl(Operand a, Operand b) { return append_binary(Opcode::Shl, "shl", a, b); }

} // namespace nngc
