/// pad{lo, hi, interior}(x, value): x between borders of `value`, with `interior` more between
/// neighbours. Negative lo or hi cuts off (after the interior elements are in). A symbolic extent
/// with interior elements must be at least 1.
#include "ops/axes.h"
#include "ops/eval_index.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"hi", AttrKind::Ints, true, "elements after, per axis; negative: cut"},
    {"interior", AttrKind::Ints, true, "elements between neighbours, >= 0"},
    {"lo", AttrKind::Ints, true, "elements before, per axis; negative: cut"}};

static TensorType infer(const InferContext& c) {
  const TensorType &x = c.operand(0), &value = c.operand(1);
  const auto &lo = c.attrs.get<Axes>("lo"), &hi = c.attrs.get<Axes>("hi"),
             &interior = c.attrs.get<Axes>("interior");
  check_length(c, "lo", lo.size(), x.shape.rank());
  check_length(c, "hi", hi.size(), x.shape.rank());
  check_length(c, "interior", interior.size(), x.shape.rank());
  if (value.shape.rank() != 0) c.fail(Error::Kind::Shape, "the padding value must have rank 0");
  if (value.dtype != x.dtype) c.fail(Error::Kind::Type, "the padding value has another dtype");
  std::vector<Dim> dims;
  for (std::size_t i = 0; i < lo.size(); ++i) {
    const Dim n = x.shape[static_cast<int>(i)];
    if (interior[i] < 0) c.fail(Error::Kind::Attribute, "'interior' must not be negative");
    const Dim spread = n == Dim(0) ? Dim(0) : n + (n - Dim(1)) * Dim(interior[i]);
    dims.push_back(spread + Dim(lo[i]) + Dim(hi[i]));
  }
  check_extents(c, dims);
  return {x.dtype, Shape(std::move(dims))};
}

static Axes negated(Axes axes) {
  for (std::int64_t& a : axes) a = -a;
  return axes;
}

static void vjp(VjpContext& c) {
  const auto &lo = c.attrs().get<Axes>("lo"), &hi = c.attrs().get<Axes>("hi");
  const auto& interior = c.attrs().get<Axes>("interior");
  const Value x = c.operand(0), g = c.cotangent;
  if (c.wants(0)) {
    // Where lo or hi cut elements of x off, this puts zeros back: nothing depends on them.
    const Value framed = pad(g, 0.0, negated(lo), negated(hi));
    Axes stride = interior;
    for (std::int64_t& s : stride) ++s;
    c.add(0, slice(framed, std::vector<Dim>(lo.size(), 0), framed.shape().dims(), stride));
  }
  if (c.wants(1)) {
    // Not sum(g) - sum(d x): that cancels, and is NaN where an element of g is infinite.
    GraphData* graph = g.graph();
    const Value inside = splat(graph, DType::Bool, 0, x.shape());
    const Value border = pad(inside, splat(graph, DType::Bool, 1), lo, hi, interior);
    c.add(1, reduce_sum(select(border, g, 0.0)));
  }
}

static Value jvp(JvpContext& c) {
  const Value x = c.operand(0), value = c.operand(1);
  const Value dx = c.tangent(0) ? c.tangent(0) : zeros(x.graph(), x.type());
  const Value dv = c.tangent(1) ? c.tangent(1) : zeros(value.graph(), value.type());
  return pad(dx, dv, c.attrs().get<Axes>("lo"), c.attrs().get<Axes>("hi"),
             c.attrs().get<Axes>("interior"));
}

static void eval(EvalContext& c) {
  const auto& lo = c.attrs.get<Axes>("lo");
  const auto& interior = c.attrs.get<Axes>("interior");
  const Index& from = c.operands[0]->shape;
  std::visit(
      [&](auto& out) {
        using Array = std::decay_t<decltype(out)>;
        const auto &in = std::get<Array>(c.operands[0]->data),
                   &value = std::get<Array>(c.operands[1]->data);
        Index at(lo.size());
        each_index(c.result.shape, [&](const Index& index, std::size_t i) {
          bool inside = true;
          for (std::size_t k = 0; k < lo.size() && inside; ++k) {
            const std::int64_t p = index[k] - lo[k], step = interior[k] + 1;
            at[k] = p / step;
            inside = p >= 0 && p % step == 0 && at[k] < from[k];
          }
          out[i] = inside ? in[linear_index(from, at)] : value[0];
        });
      },
      c.result.data);
}

static Value simplify(GraphData*, std::span<const Value> operands, const Attrs& attrs,
                      const TensorType&) {
  for (const char* key : {"lo", "hi", "interior"})
    for (std::int64_t n : attrs.get<Axes>(key))
      if (n != 0) return {};
  return operands[0];
}

constinit const OpDef ops::Pad{.mnemonic = "pad",
                               .summary = "a border of one value, and gaps of it between elements",
                               .signature = "(x, value: any) -> as x",
                               .min_operands = 2,
                               .max_operands = 2,
                               .lowering = Lowering::Pad,
                               .attrs = specs,
                               .infer = infer,
                               .vjp = vjp,
                               .jvp = jvp,
                               .eval = eval,
                               .simplify = simplify};

Value pad(Value x, Operand value, Axes lo, Axes hi, Axes interior, Where where) {
  check_value("pad", x, where);
  if (!value.value) value.value = splat(x.graph(), x.dtype(), value.scalar, {}, where);
  if (interior.empty()) interior.assign(lo.size(), 0);
  Attrs attrs{{"hi", std::move(hi)}, {"interior", std::move(interior)}, {"lo", std::move(lo)}};
  return append(Opcode::Pad, {x, value.value}, std::move(attrs), where);
}

} // namespace nngc
