/// convert{dtype}(x): the same number as another dtype, elementwise. To a float: rounded to nearest
/// even (to 16 bits by way of f32). Float to int: toward 0, saturating, NaN gives 0. Int to int:
/// wraps. To bool: x != 0. Bools are 0 or 1. Differentiable from float to float; anything else has
/// the structural zero.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static TensorType infer(const InferContext& c) {
  return {c.attrs.get<DType>("dtype"), c.operand(0).shape};
}

// A cotangent has the result's dtype and goes back, a tangent has the operand's and goes forward.
static Masked diff(const DiffContext& c, Value t, int) {
  const DType from = c.operand(0).dtype(), to = c.result().dtype();
  if (!is_float(from) || !is_float(to)) return {};
  return {convert(t, t.dtype() == to ? from : to), {}};
}

/// Toward 0, clamped to [lowest, highest + 1) where highest + 1 = 2^digits is a double.
static std::int64_t saturated(DType to, double x) {
  if (std::isnan(x)) return 0;
  const bool is_signed = is_signed_int(to);
  const int digits = 8 * byte_size(to) - (is_signed ? 1 : 0);
  const double end = std::ldexp(1.0, digits);
  if (x >= end)
    return static_cast<std::int64_t>(digits == 64 ? ~std::uint64_t{0}
                                                  : (std::uint64_t{1} << digits) - 1);
  if (x < (is_signed ? -end : 0)) x = is_signed ? -end : 0;
  return to == DType::U64 ? static_cast<std::int64_t>(static_cast<std::uint64_t>(x))
                          : static_cast<std::int64_t>(x);
}

template <class To, class From> static To converted(DType from, DType to, From x) {
  if constexpr (std::is_same_v<To, std::int64_t>) {
    if constexpr (std::is_same_v<From, std::int64_t>)
      return to == DType::Bool ? x != 0 : wrap(to, x);
    else
      return to == DType::Bool ? real_part(x) != 0
                               : saturated(to, static_cast<double>(real_part(x)));
  } else if constexpr (std::is_same_v<From, std::int64_t> && std::is_same_v<To, Complex>) {
    // No input's float: it is rounded, and may overflow, as where numbers are real.
    return to == DType::F64 ? converted<double>(from, to, x) : converted<float>(from, to, x);
  } else if constexpr (std::is_same_v<From, std::int64_t>) {
    return settle(to, from == DType::U64 ? static_cast<To>(bits(x)) : static_cast<To>(x));
  } else if constexpr (std::is_same_v<From, Complex> != std::is_same_v<To, Complex>) {
    assert(false && "floats of two domains");
    return To();
  } else {
    return settle(to, static_cast<To>(x));
  }
}

static void eval(EvalContext& c) {
  const DType from = c.operands[0]->dtype, to = c.result.dtype;
  std::visit(
      [&]<class To, class From>(std::vector<To>& out, const std::vector<From>& x) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = converted<To>(from, to, x[i]);
      },
      c.result.data, c.operands[0]->data);
}

/// Whether every value of `t` is one of `wide`, or for ints comes back by wrapping.
static bool holds_all(DType wide, DType t) {
  if (t == DType::Bool) return true;
  if (wide == DType::Bool) return false;
  const int size = byte_size(t), wide_size = byte_size(wide);
  if (is_int(t) && is_int(wide)) return wide_size >= size;
  if (is_float(t)) return is_float(wide) && wide_size > size;
  return wide == DType::F64 ? size <= 4 : wide == DType::F32 ? size <= 2 : size == 1;
}

// To its own dtype, and to a wider one and back.
static Value simplify(GraphData* graph, std::span<const Value> x, const Attrs&,
                      const TensorType& type) {
  if (x[0].dtype() == type.dtype) return x[0];
  if (graph->node(x[0].id()).op != Opcode::Convert) return {};
  const Value first{graph, graph->operands(x[0].id())[0]};
  return first.dtype() == type.dtype && holds_all(x[0].dtype(), type.dtype) ? first : Value();
}

static constexpr AttrSpec attrs[] = {{"dtype", AttrKind::DType, true, "of the result"}};
constinit const OpDef ops::Convert{.mnemonic = "convert",
                                   .summary = "the same number as another dtype",
                                   .signature = "(x: any) -> any",
                                   .min_operands = 1,
                                   .max_operands = 1,
                                   .traits = trait::Elementwise,
                                   .attrs = attrs,
                                   .infer = infer,
                                   .diff = diff,
                                   .eval = eval,
                                   .lower = lower_to<loop::Op::Convert>,
                                   .simplify = simplify};

Value convert(Value x, DType dtype, Where where) {
  return append_unary(Opcode::Convert, x, where, {{"dtype", dtype}});
}

} // namespace nngc
