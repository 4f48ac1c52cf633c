/// shr(a, b): a shifted right by b bits, elementwise: arithmetic for signed ints, logical for
/// unsigned ones. By the width or more, and by a negative b, leaves only the sign (0 or -1).
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static TensorType infer(const InferContext& c) {
  if (!is_int(c.operand(0).dtype)) c.fail(Error::Kind::Type, "needs ints");
  return infer_bits(c);
}

static void eval(EvalContext& c) {
  const auto width = static_cast<std::uint64_t>(8 * byte_size(c.result.dtype));
  // Unsigned ints narrower than 64 bits are not negative here, so one arithmetic shift would do for
  // them too.
  map_binary_int(
      c, [width, is_signed = is_signed_int(c.result.dtype)](std::int64_t a, std::int64_t b) {
        if (bits(b) >= width) return std::int64_t{is_signed && a < 0 ? -1 : 0};
        return is_signed ? a >> bits(b) : static_cast<std::int64_t>(bits(a) >> bits(b));
      });
}

static int lower(LowerContext& c) {
  return c.emit(is_signed_int(c.dtype()) ? loop::Op::ShrArith : loop::Op::ShrLogical, c.operand(0),
                c.operand(1));
}

static Value simplify(GraphData*, std::span<const Value> x, const Attrs&, const TensorType&) {
  double s = 0;
  return is_splat(x[1], s) && s == 0 ? x[0] : Value();
}

constinit const OpDef ops::Shr{.mnemonic = "shr",
                               .summary = "a shifted right by b bits",
                               .signature = "(a, b: int) -> as a",
                               .min_operands = 2,
                               .max_operands = 2,
                               .traits = trait::Elementwise,
                               .infer = infer,
                               .not_differentiable = "ints have no derivative",
                               .eval = eval,
                               .lower = lower,
                               .simplify = simplify};

Value shr(Operand a, Operand b) { return append_binary(Opcode::Shr, "shr", a, b); }

} // namespace nngc
