/// rem(a, b): what a leaves when divided by b toward 0, elementwise; it has a's sign. Floats:
/// exact, a % inf = a, by 0 and of inf NaN. Ints: by 0 gives a, by -1 gives 0.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static Masked diff(const DiffContext& c, Value t, int i) {
  return {i == 0 ? t : neg(t * trunc(c.operand(0) / c.operand(1))), {}};
}

static void eval(EvalContext& c) {
  if (!is_float(c.result.dtype))
    return map_binary_int(
        c, [is_signed = is_signed_int(c.result.dtype)](std::int64_t a, std::int64_t b) {
          if (b == 0) return a;
          if (!is_signed) return static_cast<std::int64_t>(bits(a) % bits(b));
          return b == -1 ? std::int64_t{0} : a % b;
        });
  map_binary(c, []<class T>(T a, T b) -> T {
    if constexpr (std::is_same_v<T, Complex>) {
      const double r = std::fmod(a.real(), b.real());
      return {r, a.imag() - moved(b.imag(), std::round((a.real() - r) / b.real()))};
    } else {
      return std::fmod(a, b);
    }
  });
}

constinit const OpDef ops::Rem{.mnemonic = "rem",
                               .summary = "remainder of a / b toward 0",
                               .signature = "(a, b: number) -> as a",
                               .min_operands = 2,
                               .max_operands = 2,
                               .traits = trait::Elementwise | trait::Expensive,
                               .infer = infer_number,
                               .diff = diff,
                               .eval = eval,
                               .lower = lower_to_binary<loop::Op::Rem>};

Value rem(Operand a, Operand b) { return append_binary(Opcode::Rem, "rem", a, b); }

} // namespace nngc
