/// conv_general{strides, lo, hi, lhs_dilation, rhs_dilation, feature_groups, batch_groups, out,
/// acc}(x,
/// w): cross-correlation of x[batch, spatial..., in] with w[spatial..., in / feature_groups, out]:
/// result[n, o..., f] = sum over w, c of x[n, o * stride + w * rhs_dilation - lo, c] * w[w, c, f],
/// where neighbours of x lie lhs_dilation apart: elements of w that fall between them are left out;
/// those that fall outside meet zeros (and 0 * inf is NaN). With
/// feature_groups, run g of the output channels sees run g of x's channels; with batch_groups, run
/// g of x's batch, so that the batch shrinks. 16-bit floats are summed in f32; `out` = f32 keeps
/// that sum; `acc` = f64 sums wider. Closed under differentiation: both cotangents are
/// convolutions. The interpreter sums f32 in double, 16-bit floats in float, and rounds once.
#include "ops/conv.h"

namespace nngc {

namespace {

constexpr AttrSpec specs[] = {
    accumulate_spec,
    {"batch_groups", AttrKind::Int, true, "runs of the batch, each with its output channels"},
    {"feature_groups", AttrKind::Int, true, "runs of channels, each with its output channels"},
    {"hi", AttrKind::Ints, true, "padding after, per spatial axis; negative: cut"},
    {"lhs_dilation", AttrKind::Ints, true, "distance of x's neighbours, >= 1, per spatial axis"},
    {"lo", AttrKind::Ints, true, "padding before, per spatial axis; negative: cut"},
    {"out", AttrKind::DType, false, "f32 for 16-bit operands; else the operands' dtype"},
    {"rhs_dilation", AttrKind::Ints, true, "distance of w's neighbours, >= 1, per spatial axis"},
    {"strides", AttrKind::Ints, true, "distance of windows, >= 1, per spatial axis"}};

bool halves(DType t) { return t == DType::BF16 || t == DType::F16; }

Dim shared(const InferContext& c, Dim extent, std::int64_t groups, const char* what) {
  Dim each;
  if (!divide_exactly(extent, Dim(groups), each))
    c.fail(Error::Kind::Shape, std::string(what) + " " + extent.str() + " cannot be split into " +
                                   std::to_string(groups) + " groups");
  return each;
}

void check_operands(const InferContext& c) {
  const TensorType &x = c.operand(0), &w = c.operand(1);
  if (x.dtype != w.dtype) c.fail(Error::Kind::Type, "dtypes differ; convert one");
  if (x.dtype == DType::Bool) c.fail(Error::Kind::Type, "multiplies numbers, not bools");
  if (x.shape.rank() < 3 || w.shape.rank() != x.shape.rank())
    c.fail(Error::Kind::Shape, "needs x[batch, spatial..., in] and w[spatial..., in, out]");
  for (const char* key : {"hi", "lhs_dilation", "lo", "rhs_dilation", "strides"})
    check_length(c, key, c.attrs.get<Axes>(key).size(), x.shape.rank() - 2);
  for (int i = 0; i + 2 < x.shape.rank(); ++i)
    if (!x.shape[i + 1].is_static() || !w.shape[i].is_static())
      c.fail(Error::Kind::Unsupported, "spatial extents must be static");
}

TensorType infer(const InferContext& c) {
  const TensorType &x = c.operand(0), &w = c.operand(1);
  check_operands(c);
  check_accumulation(c);
  const ConvPlan plan(c.attrs, w.shape);
  if (plan.feature_groups < 1 || plan.batch_groups < 1 ||
      (plan.feature_groups > 1 && plan.batch_groups > 1))
    c.fail(Error::Kind::Attribute, "one kind of groups, at least 1 of them");
  const int in = plan.spatial, out = in + 1;
  const Dim channels = shared(c, x.shape[in + 1], plan.feature_groups, "the channels");
  if (!(channels == w.shape[in]))
    c.fail(Error::Kind::Shape,
           "w takes " + w.shape[in].str() + " channels, a group of x has " + channels.str());
  static_cast<void>(
      shared(c, w.shape[out], plan.feature_groups * plan.batch_groups, "the output channels"));
  std::vector<Dim> dims{shared(c, x.shape[0], plan.batch_groups, "the batch")};
  for (int i = 0; i < plan.spatial; ++i) {
    // A window of no elements sums nothing, everywhere.
    WindowAxis axis = plan.axes[static_cast<std::size_t>(i)];
    axis.size = std::max<std::int64_t>(axis.size, 1);
    dims.push_back(window_count(c, x.shape[i + 1], axis));
  }
  dims.push_back(w.shape[out]);
  const DType result = c.attrs.get_or<DType>("out", x.dtype);
  if (result != x.dtype && !(result == DType::F32 && halves(x.dtype)))
    c.fail(Error::Kind::Type, "'out' is the operands' dtype, or f32 for 16-bit floats, not " +
                                  std::string(name(result)));
  return {result, Shape(std::move(dims))};
}

void add_axis(ConvSpec& s, const WindowAxis& a) {
  s.strides.push_back(a.stride), s.lo.push_back(a.lo), s.hi.push_back(a.hi);
  s.lhs_dilation.push_back(a.base), s.rhs_dilation.push_back(a.step);
}

/// d x: a convolution of the cotangent with the weights turned round, in and out exchanged.
Value x_cotangent(const ConvPlan& p, Value g, Value w, const Shape& x) {
  ConvSpec spec;
  for (int i = 0; i < p.spatial; ++i)
    add_axis(spec, transposed(p.axes[static_cast<std::size_t>(i)], x[i + 1], g.shape()[i + 1]));
  spec.feature_groups = p.feature_groups * p.batch_groups; // one of them is 1
  // [.., in, group, out] becomes [.., out, group * in].
  w = split_axis(reverse(w, all_axes(p.spatial)), p.spatial + 1, spec.feature_groups);
  Axes perm = all_axes(w.rank());
  std::reverse(perm.begin() + p.spatial, perm.end());
  w = join_axis(transpose(w, perm), p.spatial + 1);
  const Value d = conv_general(g, w, spec);
  if (p.batch_groups == 1) return d;
  // A run of the batch has become a run of channels: [n, .., group * in] to [group * n, .., in].
  return join_axis(move_axis(split_axis(d, p.spatial + 1, p.batch_groups), p.spatial + 1, 0), 0);
}

/// d w: a convolution of x with the cotangent, x's batch as channels and its channels as batch.
Value w_cotangent(const ConvPlan& p, Value g, Value x) {
  ConvSpec spec;
  for (int i = 0; i < p.spatial; ++i) {
    const WindowAxis& a = p.axes[static_cast<std::size_t>(i)];
    WindowAxis t{g.shape()[i + 1].value(), a.step, a.lo, 0, a.base, a.stride};
    t.hi = (a.size - 1) * a.step + t.covered() - a.lo - spread(x.shape()[i + 1], a.base).value();
    add_axis(spec, t);
  }
  spec.feature_groups = p.batch_groups, spec.batch_groups = p.feature_groups;
  Axes perm = all_axes(x.rank());
  std::swap(perm.front(), perm.back());
  const Value d = conv_general(transpose(x, perm), move_axis(g, 0, p.spatial), spec);
  return move_axis(d, 0, p.spatial);
}

bool is_empty(Value v) {
  const auto dims = v.shape().dims();
  return std::find(dims.begin(), dims.end(), Dim(0)) != dims.end();
}

void vjp(VjpContext& c) {
  const Value x = c.operand(0), w = c.operand(1), g = c.cotangent;
  const ConvPlan plan(c.attrs(), w.shape());
  const auto wide = [&](Value v) { return convert(v, g.dtype()); };
  for (int i = 0; i < 2; ++i) {
    const Value v = c.operand(i);
    if (!c.wants(i)) continue;
    if (is_empty(x) || is_empty(w) || is_empty(g))
      c.add(i, zeros(g.graph(), v.type()));
    else
      c.add(i, convert(i == 0 ? x_cotangent(plan, g, wide(w), x.shape())
                              : w_cotangent(plan, g, wide(x)),
                       v.dtype()));
  }
}

Value jvp(JvpContext& c) {
  Value sum;
  for (int i = 0; i < 2; ++i) {
    if (!c.tangent(i)) continue;
    const Value x = i == 0 ? c.tangent(0) : c.operand(0), w = i == 1 ? c.tangent(1) : c.operand(1);
    const Value part = append(Opcode::ConvGeneral, {x, w}, c.attrs(), Where::current());
    sum = sum ? add(sum, part) : part;
  }
  return sum;
}

/// Calls f(number in x, number in w) for every product that element `out` sums; -1 in x: a zero.
template <class F>
void each_product(const ConvPlan& p, const EvalArray& x, const EvalArray& w, const Index& out,
                  F f) {
  const auto n = static_cast<std::size_t>(p.spatial);
  const std::int64_t groups = p.feature_groups * p.batch_groups;
  const std::int64_t group = out[n + 1] / (w.shape[n + 1] / groups);
  Index taps(w.shape.begin(), w.shape.end() - 1), at(n + 2), from(n + 2);
  each_index(taps, [&](const Index& tap, std::size_t) {
    bool inside = true;
    for (std::size_t i = 0; i < n; ++i)
      if (p.axes[i].source(out[i + 1], tap[i], x.shape[i + 1], at[i + 1]))
        continue;
      else if (p.axes[i].between(out[i + 1], tap[i]))
        return;
      else
        inside = false;
    at[0] = out[0], at[n + 1] = tap[n];
    if (p.batch_groups > 1) at[0] += group * (x.shape[0] / groups);
    if (p.feature_groups > 1) at[n + 1] += group * (x.shape[n + 1] / groups);
    std::copy(tap.begin(), tap.end(), from.begin());
    from[n + 1] = out[n + 1];
    f(inside ? static_cast<std::int64_t>(linear_index(x.shape, at)) : -1,
      linear_index(w.shape, from));
  });
}

void eval(EvalContext& c) {
  const EvalArray &a = *c.operands[0], &b = *c.operands[1];
  const ConvPlan plan(c.attrs, Shape(std::vector<Dim>(b.shape.begin(), b.shape.end())));
  const auto run = [&](auto& out, auto zero) {
    using Sum = decltype(zero);
    using Element = typename std::decay_t<decltype(out)>::value_type;
    const auto &x = std::get<std::vector<Element>>(a.data),
               &w = std::get<std::vector<Element>>(b.data);
    each_index(c.result.shape, [&](const Index& index, std::size_t i) {
      Sum sum = zero;
      each_product(plan, a, b, index, [&](std::int64_t from, std::size_t by) {
        const Sum element = from < 0 ? zero : static_cast<Sum>(x[static_cast<std::size_t>(from)]);
        sum = plus(sum, times(element, static_cast<Sum>(w[by])));
      });
      out[i] = finished(c.result.dtype, static_cast<Element>(sum));
    });
  };
  // The operands' dtype says how wide to sum, also where `out` is f32.
  if (halves(a.dtype) && !accumulates_in_double(c.attrs)) {
    if (auto* floats = std::get_if<std::vector<float>>(&c.result.data)) return run(*floats, 0.0F);
  }
  with_accumulator(c, run);
}

} // namespace

constinit const OpDef ops::ConvGeneral{.mnemonic = "conv_general",
                                       .summary = "convolution, with strides, dilations, groups",
                                       .signature =
                                           "(x, w: number) -> as x, or f32 for 16-bit floats",
                                       .min_operands = 2,
                                       .max_operands = 2,
                                       .lowering = Lowering::Conv,
                                       .attrs = specs,
                                       .infer = infer,
                                       .vjp = vjp,
                                       .jvp = jvp,
                                       .eval = eval};

Value conv_general(Value x, Value w, const ConvSpec& spec, Where where) {
  check_value("conv_general", x, where);
  check_value("conv_general", w, where);
  return append(Opcode::ConvGeneral, {x, w}, conv_attrs(spec, x.rank() - 2), where);
}

} // namespace nngc
