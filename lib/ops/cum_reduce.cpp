/// cum_reduce{kind, axis, reverse, exclusive, acc}(x): the running sum, product, maximum or minimum
/// along an axis, from its end with `reverse`; without the own element where `exclusive`, so that
/// the first is the identity: 0, 1, the smallest value (-inf for floats), the largest. Elements are
/// combined one after another, in that order, at any level of --math; 16-bit floats in f32,
/// all floats in f64 with `acc`, of which every result is rounded. max and min are NaN from the
/// first NaN on; their derivative goes to the first that was extreme.
#include "ops/eval_reduce.h"
#include "ops/running.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    accumulate_spec,
    {"axis", AttrKind::Int, true, "the axis that is walked along"},
    {"exclusive", AttrKind::Bool, true, "without the own element"},
    {"kind", AttrKind::String, true, "add, mul, max, min"},
    {"reverse", AttrKind::Bool, true, "from the end to the start"}};

static TensorType infer(const InferContext& c) {
  const TensorType& x = c.operand(0);
  check_axis(c, c.attrs.get<std::int64_t>("axis"), x.shape.rank());
  if (reduce_kind(c.attrs) > ReduceKind::Min)
    c.fail(Error::Kind::Attribute, "there is no kind '" + c.attrs.get<std::string>("kind") + "'");
  check_accumulation(c, reduce_kind(c.attrs) <= ReduceKind::Mul);
  if (x.dtype == DType::Bool) c.fail(Error::Kind::Type, "needs numbers, not bools");
  return x;
}

static Value running(std::string_view kind, Value x, Direction d, bool exclusive,
                     Where where = Where::current()) {
  return append(Opcode::CumReduce, {x},
                {{"axis", std::int64_t{d.axis}},
                 {"exclusive", exclusive},
                 {"kind", std::string(kind)},
                 {"reverse", d.reverse}},
                where);
}

/// Where each result of a running maximum or minimum comes from; -1: from nowhere.
static Value owner_of(Value x, Direction d, bool exclusive, bool greatest) {
  const Value owner =
      greatest ? cum_argmax(x, d.axis, d.reverse) : cum_argmin(x, d.axis, d.reverse);
  return exclusive ? moved_along(owner, d, 1, -1) : owner;
}

// Of a product no element is divided out, so zeros are harmless.
static void vjp(VjpContext& c) {
  const Direction d = direction_of(c.attrs()), back{d.axis, !d.reverse};
  const bool exclusive = c.attrs().get<bool>("exclusive");
  const ReduceKind kind = reduce_kind(c.attrs());
  const Value x = c.operand(0), g = c.cotangent;
  if (kind == ReduceKind::Add) return c.add(0, running("add", g, back, exclusive));
  if (kind != ReduceKind::Mul)
    return c.add(0, sum_along(g, owner_of(x, d, exclusive, kind == ReduceKind::Max), d.axis));
  const Value after = moved_along(x, d, -1, 0);
  const Value sums =
      linrec(after, exclusive ? moved_along(g, d, -1, 0) : g, back.axis, back.reverse);
  c.add(0, running("mul", x, d, true) * sums);
}

static Value jvp(JvpContext& c) {
  const Direction d = direction_of(c.attrs());
  const bool exclusive = c.attrs().get<bool>("exclusive");
  const ReduceKind kind = reduce_kind(c.attrs());
  const Value x = c.operand(0), t = c.tangent(0);
  if (kind == ReduceKind::Add) return running("add", t, d, exclusive);
  if (kind != ReduceKind::Mul)
    return take_along(t, owner_of(x, d, exclusive, kind == ReduceKind::Max), d.axis);
  const Value moved = linrec(x, t * running("mul", x, d, true), d.axis, d.reverse);
  return exclusive ? moved_along(moved, d, 1, 0) : moved;
}

static void eval(EvalContext& c) {
  const EvalArray& x = *c.operands[0];
  const ReduceKind kind = reduce_kind(c.attrs);
  const bool exclusive = c.attrs.get<bool>("exclusive");
  with_total(c, [&](auto& out, auto zero) {
    using T = decltype(zero);
    using Array = std::decay_t<decltype(out)>;
    const auto& in = std::get<Array>(x.data);
    const auto line = [&](std::int64_t at, std::int64_t step, std::int64_t count) {
      T total = identity<T>(kind, x.dtype);
      for (std::int64_t k = 0; k < count; ++k, at += step) {
        const auto i = static_cast<std::size_t>(at);
        const T next = combined(kind, x.dtype, total, static_cast<T>(in[i]));
        out[i] =
            finished(x.dtype, static_cast<typename Array::value_type>(exclusive ? total : next));
        total = next;
      }
    };
    each_line(x.shape, direction_of(c.attrs), line);
  });
}

constinit const OpDef ops::CumReduce{.mnemonic = "cum_reduce",
                                     .summary = "running sums, products, extremes along an axis",
                                     .signature = "(x: number) -> as x",
                                     .min_operands = 1,
                                     .max_operands = 1,
                                     .lowering = Lowering::Cumulate,
                                     .attrs = specs,
                                     .infer = infer,
                                     .vjp = vjp,
                                     .jvp = jvp,
                                     .eval = eval};

static Value checked(std::string_view kind, Value x, int axis, bool reverse, bool exclusive,
                     Where where) {
  check_value("cum_reduce", x, where);
  return running(kind, x, {static_cast<int>(normalized(axis, x.rank())), reverse}, exclusive,
                 where);
}
Value cumsum(Value x, int axis, bool reverse, bool exclusive, Where where) {
  return checked("add", x, axis, reverse, exclusive, where);
}
Value cumprod(Value x, int axis, bool reverse, bool exclusive, Where where) {
  return checked("mul", x, axis, reverse, exclusive, where);
}
Value cummax(Value x, int axis, bool reverse, bool exclusive, Where where) {
  return checked("max", x, axis, reverse, exclusive, where);
}
Value cummin(Value x, int axis, bool reverse, bool exclusive, Where where) {
  return checked("min", x, axis, reverse, exclusive, where);
}

} // namespace nngc
