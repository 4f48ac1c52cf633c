/// reduce{kind, axes, keepdims, tie, acc}(x): all elements along some axes combined into one: add,
/// mul, max, min, and, or. Reduced axes are gone, or of extent 1 with keepdims. Nothing at all
/// gives the identity: 0, 1, the smallest value
/// (-inf for floats), the largest, all bits set, 0. max and min are NaN if any element is; `tie`
/// says who gets their derivative: the first extreme element in row-major order (default), or an
/// equal share each (split). The interpreter adds and multiplies f32 in double, 16-bit floats in
/// float, all floats in double with `acc` = f64, in row-major order, and rounds once.
#include "ops/reduce.h"

#include "ops/eval_reduce.h"

namespace nngc {

namespace {

constexpr AttrSpec specs[] = {
    accumulate_spec,
    {"axes", AttrKind::Ints, true, "the axes that are combined, ascending"},
    {"keepdims", AttrKind::Bool, true, "keep reduced axes with extent 1"},
    {"kind", AttrKind::String, true, "add, mul, max, min, and, or"},
    {"tie", AttrKind::String, false, "max, min: first (default) or split"}};

TensorType infer(const InferContext& c) {
  const TensorType& x = c.operand(0);
  const auto& axes = c.attrs.get<Axes>("axes");
  const ReduceKind kind = reduce_kind(c.attrs);
  check_axes(c, axes, x.shape.rank());
  if (!std::is_sorted(axes.begin(), axes.end()))
    c.fail(Error::Kind::Attribute, "'axes' must ascend");
  if (kind == ReduceKind::None)
    c.fail(Error::Kind::Attribute, "there is no kind '" + c.attrs.get<std::string>("kind") + "'");
  check_accumulation(c, kind == ReduceKind::Add || kind == ReduceKind::Mul);
  const bool bitwise = kind == ReduceKind::And || kind == ReduceKind::Or;
  if (bitwise && is_float(x.dtype)) c.fail(Error::Kind::Type, "and, or need bools or ints");
  if (!bitwise && x.dtype == DType::Bool)
    c.fail(Error::Kind::Type, "needs numbers; bools have and, or");
  if (c.attrs.has("tie")) {
    const auto& tie = c.attrs.get<std::string>("tie");
    if (kind != ReduceKind::Max && kind != ReduceKind::Min)
      c.fail(Error::Kind::Attribute, "'tie' is for max and min");
    if (tie != "first" && tie != "split")
      c.fail(Error::Kind::Attribute, "the tie is first or split, not '" + tie + "'");
  }
  std::vector<Dim> dims;
  for (int i = 0; i < x.shape.rank(); ++i) {
    if (!contains(axes, i))
      dims.push_back(x.shape[i]);
    else if (c.attrs.get<bool>("keepdims"))
      dims.emplace_back(1);
  }
  return {x.dtype, Shape(std::move(dims))};
}

void eval(EvalContext& c) {
  const EvalArray& x = *c.operands[0];
  const auto& axes = c.attrs.get<Axes>("axes");
  const bool keep = c.attrs.get<bool>("keepdims");
  const ReduceKind kind = reduce_kind(c.attrs);
  with_accumulator(c, [&](auto& out, auto zero) {
    using T = decltype(zero);
    using Array = std::decay_t<decltype(out)>;
    const auto& in = std::get<Array>(x.data);
    std::vector<T> totals(out.size(), identity<T>(kind, x.dtype));
    Index to;
    each_index(x.shape, [&](const Index& index, std::size_t i) {
      to.clear();
      for (std::size_t k = 0; k < index.size(); ++k) {
        if (!contains(axes, static_cast<std::int64_t>(k)))
          to.push_back(index[k]);
        else if (keep)
          to.push_back(0);
      }
      T& total = totals[linear_index(c.result.shape, to)];
      total = combined(kind, x.dtype, total, static_cast<T>(in[i]));
    });
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = finished(x.dtype, static_cast<typename Array::value_type>(totals[i]));
  });
}

Value simplify(GraphData*, std::span<const Value> operands, const Attrs& attrs, const TensorType&) {
  return attrs.get<Axes>("axes").empty() ? operands[0] : Value{};
}

Value reduce(std::string_view kind, Value x, Axes axes, bool keepdims, Where where,
             Tie tie = Tie::First) {
  check_value("reduce", x, where);
  axes = axes.empty() ? all_axes(x.rank()) : normalized(std::move(axes), x.rank());
  std::sort(axes.begin(), axes.end());
  Attrs attrs{{"axes", std::move(axes)}, {"keepdims", keepdims}, {"kind", std::string(kind)}};
  if (tie == Tie::Second)
    throw Error(
        Error::Kind::Argument,
        "reduce: a tie goes to the first extreme element or is split in equal shares (Half)",
        where);
  if (tie == Tie::Half) attrs.set("tie", std::string("split"));
  return append(Opcode::Reduce, {x}, std::move(attrs), where);
}

} // namespace

constinit const OpDef ops::Reduce{.mnemonic = "reduce",
                                  .summary = "elements along axes combined into one",
                                  .signature = "(x: any) -> as x",
                                  .min_operands = 1,
                                  .max_operands = 1,
                                  .lowering = Lowering::Reduce,
                                  .attrs = specs,
                                  .infer = infer,
                                  .vjp = reduce_vjp,
                                  .jvp = reduce_jvp,
                                  .eval = eval,
                                  .simplify = simplify};

Value reduce_sum(Value x, Axes axes, bool keepdims, Where where) {
  return reduce("add", x, std::move(axes), keepdims, where);
}
Value reduce_prod(Value x, Axes axes, bool keepdims, Where where) {
  return reduce("mul", x, std::move(axes), keepdims, where);
}
Value reduce_max(Value x, Axes axes, bool keepdims, Where where) {
  return reduce("max", x, std::move(axes), keepdims, where);
}
Value reduce_min(Value x, Axes axes, bool keepdims, Where where) {
  return reduce("min", x, std::move(axes), keepdims, where);
}
Value reduce_max(Value x, Axes axes, bool keepdims, Tie tie, Where where) {
  return reduce("max", x, std::move(axes), keepdims, where, tie);
}
Value reduce_min(Value x, Axes axes, bool keepdims, Tie tie, Where where) {
  return reduce("min", x, std::move(axes), keepdims, where, tie);
}
Value reduce_and(Value x, Axes axes, bool keepdims, Where where) {
  return reduce("and", x, std::move(axes), keepdims, where);
}
Value reduce_or(Value x, Axes axes, bool keepdims, Where where) {
  return reduce("or", x, std::move(axes), keepdims, where);
}

Value reduce_mean(Value x, Axes axes, bool keepdims, Where where) {
  check_value("reduce_mean", x, where);
  if (!is_float(x.dtype()))
    throw Error(Error::Kind::Type, "reduce_mean: needs floats: operands " + x.type().str(), where);
  // A 16-bit sum overflows, and cannot even count far: the whole mean runs in f32.
  if (byte_size(x.dtype()) == 2)
    return convert(reduce_mean(convert(x, DType::F32, where), std::move(axes), keepdims, where),
                   x.dtype(), where);
  const Value sum = reduce("add", x, axes, keepdims, where);
  axes = axes.empty() ? all_axes(x.rank()) : normalized(std::move(axes), x.rank());
  std::int64_t count = 1;
  std::vector<Dim> symbolic;
  for (std::int64_t axis : axes) {
    const Dim d = x.shape()[static_cast<int>(axis)];
    if (d.is_static())
      count *= d.value();
    else
      symbolic.push_back(d);
  }
  if (symbolic.empty()) return div(Operand(sum, where), Operand(static_cast<double>(count), where));
  // An extent used as a number: ones, counted. Exact in i64.
  const Value ones =
      splat(x.graph(), DType::I64, static_cast<double>(count), Shape(std::move(symbolic)), where);
  const Value counted = convert(reduce("add", ones, {}, false, where), x.dtype(), where);
  return div(Operand(sum, where), Operand(counted, where));
}

} // namespace nngc
