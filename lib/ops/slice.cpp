/// slice{start, limit, stride}(x): elements start, start + stride, ... below limit, along every
/// axis. Symbolic bounds must lie within x for every value >= 0 of the symbol, so that no call can
/// read outside; that start <= limit must hold from 1 on (x[1:batch] of an empty batch has no
/// elements).
#include "ops/axes.h"
#include "ops/eval_index.h"
#include "ops/lower_context.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"limit", AttrKind::Dims, true, "one past the last position, per axis"},
    {"start", AttrKind::Dims, true, "the first position, per axis"},
    {"stride", AttrKind::Ints, true, "the step, > 0, per axis"}};

static TensorType infer(const InferContext& c) {
  const auto& start = c.attrs.get<std::vector<Dim>>("start");
  const auto& limit = c.attrs.get<std::vector<Dim>>("limit");
  const auto& stride = c.attrs.get<Axes>("stride");
  const Shape& from = c.operand(0).shape;
  check_length(c, "start", start.size(), from.rank());
  check_length(c, "limit", limit.size(), from.rank());
  check_length(c, "stride", stride.size(), from.rank());
  std::vector<Dim> dims(start.size());
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const Dim extent = from[static_cast<int>(i)];
    const std::string what = start[i].str() + ":" + limit[i].str() + ":" +
                             std::to_string(stride[i]) + " on axis " + std::to_string(i);
    if (stride[i] <= 0) c.fail(Error::Kind::Attribute, "the stride must be positive: " + what);
    if (!at_most(0, start[i]) || !at_most(start[i], limit[i], 1) || !at_most(limit[i], extent))
      c.fail(Error::Kind::Shape, "not within 0 <= start <= limit <= " + extent.str() + ": " + what);
    if (!ceil_div(limit[i] - start[i], stride[i], dims[i]))
      c.fail(Error::Kind::Unsupported, "the stride does not divide the symbolic extent: " + what);
  }
  return {c.operand(0).dtype, Shape(std::move(dims))};
}

// Zeros around the cotangent where x was not read. `pad` has static borders only; symbolic ones are
// concatenated.
static void vjp(VjpContext& c) {
  const auto& start = c.attrs().get<std::vector<Dim>>("start");
  const auto& stride = c.attrs().get<Axes>("stride");
  const Shape& from = c.operand(0).shape();
  Value g = c.cotangent;
  Axes lo(start.size(), 0), hi(start.size(), 0), interior(start.size(), 0);
  for (std::size_t i = 0; i < start.size(); ++i) interior[i] = stride[i] - 1;
  std::vector<std::pair<Dim, Dim>> borders;
  bool is_static = true;
  for (int i = 0; i < from.rank(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const Dim count = c.result().shape()[i];
    const Dim covered = count == Dim(0) ? Dim(0) : (count - Dim(1)) * Dim(stride[at]) + Dim(1);
    borders.emplace_back(start[at], from[i] - start[at] - covered);
    is_static = is_static && borders.back().first.is_static() && borders.back().second.is_static();
    if (borders.back().first.is_static()) lo[at] = borders.back().first.value();
    if (borders.back().second.is_static()) hi[at] = borders.back().second.value();
  }
  g = pad(g, 0.0, lo, hi, interior);
  for (int i = 0; i < from.rank() && !is_static; ++i) {
    const auto zeros_of = [&](Dim extent) {
      TensorType type = g.type();
      type.shape[i] = extent;
      return zeros(g.graph(), type);
    };
    const auto& [before, after] = borders[static_cast<std::size_t>(i)];
    std::vector<Value> parts{g};
    if (!before.is_static()) parts.insert(parts.begin(), zeros_of(before));
    if (!after.is_static()) parts.push_back(zeros_of(after));
    g = concat(parts, i);
  }
  c.add(0, g);
}

static Value jvp(JvpContext& c) {
  return slice(c.tangent(0), c.attrs().get<std::vector<Dim>>("start"),
               c.attrs().get<std::vector<Dim>>("limit"), c.attrs().get<Axes>("stride"));
}

static void eval(EvalContext& c) {
  const auto& start = c.attrs.get<std::vector<Dim>>("start");
  const auto& stride = c.attrs.get<Axes>("stride");
  Index at(start.size());
  move_elements(c, [&](const Index& index) -> const Index& {
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = c.value(start[i]) + stride[i] * index[i];
    return at;
  });
}

static void view(ViewContext& c) {
  const auto& start = c.attrs.get<std::vector<Dim>>("start");
  const auto& stride = c.attrs.get<Axes>("stride");
  for (std::size_t i = 0; i < start.size(); ++i)
    c.operand_index.push_back(shifted(scaled(c.index[i], stride[i]), start[i]));
}

static Value simplify(GraphData*, std::span<const Value> operands, const Attrs& attrs,
                      const TensorType& type) {
  if (!(operands[0].type() == type)) return {};
  for (const Dim& d : attrs.get<std::vector<Dim>>("start"))
    if (!(d == Dim(0))) return {};
  return operands[0];
}

constinit const OpDef ops::Slice{.mnemonic = "slice",
                                 .summary = "every stride-th element of a range per axis",
                                 .signature = "(x: any) -> as x",
                                 .min_operands = 1,
                                 .max_operands = 1,
                                 .traits = trait::View,
                                 .lowering = Lowering::View,
                                 .attrs = specs,
                                 .infer = infer,
                                 .vjp = vjp,
                                 .jvp = jvp,
                                 .eval = eval,
                                 .view = view,
                                 .simplify = simplify};

Value slice(Value x, std::vector<Dim> start, std::vector<Dim> limit, Axes stride, Where where) {
  check_value("slice", x, where);
  if (stride.empty()) stride.assign(static_cast<std::size_t>(x.rank()), 1);
  Attrs attrs{
      {"limit", std::move(limit)}, {"start", std::move(start)}, {"stride", std::move(stride)}};
  return append(Opcode::Slice, {x}, std::move(attrs), where);
}

} // namespace nngc
