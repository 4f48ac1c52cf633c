/// reduce_window{kind, dims, strides, lo, hi, base_dilation, window_dilation, acc}(x): the elements
/// of every window combined: add, max, min. Window o has the elements o * stride + w *
/// window_dilation of the axis, whose neighbours lie base_dilation apart after lo padding. Padding
/// and gaps count for nothing: a window of nothing else gives 0, the smallest value, the largest.
/// max and min are NaN if any element is; the first extreme element gets their derivative. The
/// interpreter adds f32 in double, 16-bit floats in float, all floats in double with `acc` = f64,
/// in row-major order, and rounds once.
#include "ops/eval_reduce.h"
#include "ops/window.h"
#include "ops/window_owner.h"

namespace nngc {

static constexpr auto specs = [] {
  std::array<AttrSpec, 8> all{accumulate_spec};
  const auto shared = window_specs("add, max, min");
  std::copy(shared.begin(), shared.end(), all.begin() + 1);
  return all;
}();

static TensorType infer(const InferContext& c) {
  const auto& kind = c.attrs.get<std::string>("kind");
  if (kind != "add" && kind != "max" && kind != "min")
    c.fail(Error::Kind::Attribute, "there is no kind '" + kind + "'");
  check_accumulation(c, kind == "add");
  if (c.operand(0).dtype == DType::Bool) c.fail(Error::Kind::Type, "needs numbers, not bools");
  return {c.operand(0).dtype, infer_window_counts(c)};
}

/// Every element sums the cotangents of the windows that it lies in.
static Value spread_out(Value g, const Attrs& attrs, const Shape& x) {
  Window w;
  const std::vector<WindowAxis> axes = window_axes(attrs);
  for (int i = 0; i < x.rank(); ++i) {
    if (g.shape()[i] == Dim(0)) return zeros(g.graph(), {g.dtype(), x});
    const WindowAxis t = transposed(axes[static_cast<std::size_t>(i)], x[i], g.shape()[i]);
    w.dims.push_back(t.size), w.strides.push_back(t.stride);
    w.lo.push_back(t.lo), w.hi.push_back(t.hi);
    w.base_dilation.push_back(t.base), w.window_dilation.push_back(t.step);
  }
  return window_sum(g, w);
}

static void vjp(VjpContext& c) {
  if (c.attrs().get<std::string>("kind") == "add")
    c.add(0, spread_out(c.cotangent, c.attrs(), c.operand(0).shape()));
  else
    c.add(0, to_owners(c.operand(0), c.cotangent, c.attrs()));
}

static Value jvp(JvpContext& c) {
  if (c.attrs().get<std::string>("kind") == "add")
    return append(Opcode::ReduceWindow, {c.tangent(0)}, c.attrs(), Where::current());
  return from_owners(c.operand(0), c.tangent(0), c.attrs());
}

static void eval(EvalContext& c) {
  const EvalArray& x = *c.operands[0];
  const std::vector<WindowAxis> axes = window_axes(c.attrs);
  const auto& kind = c.attrs.get<std::string>("kind");
  with_accumulator(c, [&](auto& out, auto zero) {
    using T = decltype(zero);
    using Array = std::decay_t<decltype(out)>;
    const auto& in = std::get<Array>(x.data);
    each_index(c.result.shape, [&](const Index& o, std::size_t i) {
      T total = kind == "max" ? smallest<T>(x.dtype) : kind == "min" ? largest<T>(x.dtype) : zero;
      each_in_window(axes, x.shape, o, [&](const Index&, std::size_t at) {
        const T v = static_cast<T>(in[at]);
        if (kind == "add")
          total = plus(total, v);
        else if (takes_over(x.dtype, kind == "max", total, v))
          total = v;
      });
      out[i] = finished(x.dtype, static_cast<typename Array::value_type>(total));
    });
  });
}

constinit const OpDef ops::ReduceWindow{.mnemonic = "reduce_window",
                                        .summary = "the elements of every window combined",
                                        .signature = "(x: number) -> as x",
                                        .min_operands = 1,
                                        .max_operands = 1,
                                        .lowering = Lowering::ReduceWindow,
                                        .attrs = specs,
                                        .infer = infer,
                                        .vjp = vjp,
                                        .jvp = jvp,
                                        .eval = eval};

static Value reduce_window(const char* kind, Value x, const Window& window, Where where) {
  check_value("reduce_window", x, where);
  return append(Opcode::ReduceWindow, {x}, window_attrs(window, x.rank(), kind), where);
}
Value window_sum(Value x, const Window& window, Where where) {
  return reduce_window("add", x, window, where);
}
Value window_max(Value x, const Window& window, Where where) {
  return reduce_window("max", x, window, where);
}
Value window_min(Value x, const Window& window, Where where) {
  return reduce_window("min", x, window, where);
}

} // namespace nngc
