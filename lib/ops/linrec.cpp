/// linrec{axis, reverse, acc}(a, b): the linear recurrence h[i] = a[i] * h[i-1] + b[i] along an
/// axis, from its end with `reverse`. The first h is its b; the first a does not matter. Every step
/// rounds the product and the sum, at any level of --math; 16-bit floats run in f32, all floats in
/// f64 with `acc`, and every h is rounded. The derivative is the recurrence the other way, so it
/// has all orders.
#include "ops/running.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    accumulate_spec,
    {"axis", AttrKind::Int, true, "the axis that is walked along"},
    {"reverse", AttrKind::Bool, true, "from the end to the start"}};

static TensorType infer(const InferContext& c) {
  const TensorType &a = c.operand(0), &b = c.operand(1);
  if (a.dtype == DType::Bool) c.fail(Error::Kind::Type, "needs numbers, not bools");
  if (a.dtype != b.dtype) c.fail(Error::Kind::Type, "a and b differ in dtype");
  if (!(a.shape == b.shape)) c.fail(Error::Kind::Shape, "a and b differ in shape");
  check_accumulation(c);
  check_axis(c, c.attrs.get<std::int64_t>("axis"), a.shape.rank());
  return a;
}

static Value recurrence(Value a, Value b, Direction d, Where where = Where::current()) {
  return append(Opcode::Linrec, {a, b}, {{"axis", std::int64_t{d.axis}}, {"reverse", d.reverse}},
                where);
}

static void vjp(VjpContext& c) {
  const Direction d = direction_of(c.attrs()), back{d.axis, !d.reverse};
  const Value carried = recurrence(moved_along(c.operand(0), d, -1, 0), c.cotangent, back);
  if (c.wants(0)) c.add(0, carried * moved_along(c.result(), d, 1, 0));
  if (c.wants(1)) c.add(1, carried);
}

static Value jvp(JvpContext& c) {
  const Direction d = direction_of(c.attrs());
  Value t = c.tangent(1);
  if (c.tangent(0)) {
    const Value by_a = c.tangent(0) * moved_along(c.result(), d, 1, 0);
    t = t ? by_a + t : by_a;
  }
  return recurrence(c.operand(0), t, d);
}

static void eval(EvalContext& c) {
  const DType dtype = c.result.dtype;
  with_total(c, [&](auto& out, auto zero) {
    using T = decltype(zero);
    using Array = std::decay_t<decltype(out)>;
    const auto &a = std::get<Array>(c.operands[0]->data), &b = std::get<Array>(c.operands[1]->data);
    const auto line = [&](std::int64_t at, std::int64_t step, std::int64_t count) {
      T h{};
      for (std::int64_t k = 0; k < count; ++k, at += step) {
        const auto i = static_cast<std::size_t>(at);
        const T more = static_cast<T>(b[i]);
        h = k == 0 ? more : plus(times(static_cast<T>(a[i]), h), more);
        out[i] = finished(dtype, static_cast<typename Array::value_type>(h));
      }
    };
    each_line(c.operands[0]->shape, direction_of(c.attrs), line);
  });
}

constinit const OpDef ops::Linrec{.mnemonic = "linrec",
                                  .summary = "the linear recurrence along an axis",
                                  .signature = "(a, b: number) -> as a",
                                  .min_operands = 2,
                                  .max_operands = 2,
                                  .lowering = Lowering::Cumulate,
                                  .attrs = specs,
                                  .infer = infer,
                                  .vjp = vjp,
                                  .jvp = jvp,
                                  .eval = eval};

Value linrec(Value a, Value b, int axis, bool reverse, Where where) {
  check_value("linrec", a, where);
  return recurrence(a, b, {static_cast<int>(normalized(axis, a.rank())), reverse}, where);
}

} // namespace nngc
