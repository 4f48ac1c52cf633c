/// round{mode}(x): to an integral float, elementwise: "floor", "ceil", "trunc" (toward 0),
/// "nearest_even" (halves to even). Keeps the sign of zeros, also of results that become 0;
/// infinities and NaN stay. The derivative is 0 (a structural zero): flat almost everywhere, and at
/// the jumps too.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static TensorType infer(const InferContext& c) {
  const std::string& mode = c.attrs.get<std::string>("mode");
  if (mode != "floor" && mode != "ceil" && mode != "trunc" && mode != "nearest_even")
    c.fail(Error::Kind::Attribute,
           "mode is floor, ceil, trunc or nearest_even, not '" + mode + "'");
  return infer_float(c);
}

static Masked diff(const DiffContext&, Value, int) { return {}; }

// Halves to even from floor alone, so that the rounding mode of the machine does not matter.
static double to_nearest_even(double x) {
  if (!(std::fabs(x) < 4503599627370496.0)) return x; // 2^52: integral from here on; NaN too
  const double below = std::floor(x), rest = x - below;
  const bool up = rest > 0.5 || (rest == 0.5 && std::fmod(below, 2) != 0);
  return std::copysign(up ? below + 1 : below, x);
}

static void eval(EvalContext& c) {
  const std::string& mode = c.attrs.get<std::string>("mode");
  map_function(
      c,
      [kind = mode[0]](double x) {
        return kind == 'f'   ? std::floor(x)
               : kind == 'c' ? std::ceil(x)
               : kind == 't' ? std::trunc(x)
                             : to_nearest_even(x);
      },
      [](double) { return 0.0; });
}

static int lower(LowerContext& c) {
  const std::string& mode = c.attrs().get<std::string>("mode");
  const loop::Op op = mode == "floor"   ? loop::Op::Floor
                      : mode == "ceil"  ? loop::Op::Ceil
                      : mode == "trunc" ? loop::Op::Trunc
                                        : loop::Op::RoundEven;
  return c.emit(op, c.operand(0));
}

// What one mode has made integral, every mode keeps.
static Value simplify(GraphData* graph, std::span<const Value> x, const Attrs&, const TensorType&) {
  return graph->node(x[0].id()).op == Opcode::Round ? x[0] : Value();
}

static constexpr AttrSpec attrs[] = {
    {"mode", AttrKind::String, true, "floor, ceil, trunc or nearest_even"}};
constinit const OpDef ops::Round{.mnemonic = "round",
                                 .summary = "to an integral value",
                                 .signature = "(x: float) -> as x",
                                 .min_operands = 1,
                                 .max_operands = 1,
                                 .traits = trait::Elementwise,
                                 .attrs = attrs,
                                 .infer = infer,
                                 .diff = diff,
                                 .eval = eval,
                                 .lower = lower,
                                 .simplify = simplify};

static Value round(Value x, const char* mode, Where where) {
  return append_unary(Opcode::Round, x, where, {{"mode", std::string(mode)}});
}
Value floor(Value x, Where where) { return round(x, "floor", where); }
Value ceil(Value x, Where where) { return round(x, "ceil", where); }
Value trunc(Value x, Where where) { return round(x, "trunc", where); }
Value round_even(Value x, Where where) { return round(x, "nearest_even", where); }

} // namespace nngc
