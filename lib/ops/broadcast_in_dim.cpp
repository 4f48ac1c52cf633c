/// broadcast_in_dim{shape, dims}(x): axis i of x becomes axis dims[i] of the result; the other
/// axes, and those where x has extent 1, repeat it. The only op that repeats elements, so the only
/// one whose derivative sums over axes.
#include "ops/broadcast.h"
#include "ops/eval_index.h"
#include "ops/lower_context.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"dims", AttrKind::Ints, true, "where each axis of x goes, ascending"},
    {"shape", AttrKind::Dims, true, "the result's shape"}};

static TensorType infer(const InferContext& c) {
  const auto& dims = c.attrs.get<Axes>("dims");
  const Shape shape(c.attrs.get<std::vector<Dim>>("shape"));
  const Shape& from = c.operand(0).shape;
  check_extents(c, shape.dims());
  check_length(c, "dims", dims.size(), from.rank());
  check_axes(c, dims, shape.rank());
  if (!std::is_sorted(dims.begin(), dims.end()))
    c.fail(Error::Kind::Attribute, "'dims' must ascend; transpose first");
  for (int i = 0; i < from.rank(); ++i) {
    const Dim to = shape[static_cast<int>(dims[static_cast<std::size_t>(i)])];
    if (!(from[i] == to) && !(from[i] == Dim(1)))
      c.fail(Error::Kind::Shape, "axis " + std::to_string(i) + " has extent " + from[i].str() +
                                     ", neither 1 nor the " + to.str() + " of " + shape.str());
  }
  return {c.operand(0).dtype, shape};
}

Axes repeated_axes(const Axes& dims, const Shape& from, const Shape& to) {
  Axes axes;
  for (int i = 0; i < to.rank(); ++i) {
    const auto at = std::find(dims.begin(), dims.end(), i);
    if (at == dims.end() || !(from[static_cast<int>(at - dims.begin())] == to[i]))
      axes.push_back(i);
  }
  return axes;
}

static void vjp(VjpContext& c) {
  const Shape& from = c.operand(0).shape();
  const Axes axes = repeated_axes(c.attrs().get<Axes>("dims"), from, c.result().shape());
  const Value g = axes.empty() ? c.cotangent : reduce_sum(c.cotangent, axes);
  c.add(0, reshape(g, from));
}

static Value jvp(JvpContext& c) {
  return broadcast_in_dim(c.tangent(0), c.result().shape(), c.attrs().get<Axes>("dims"));
}

static void eval(EvalContext& c) {
  const auto& dims = c.attrs.get<Axes>("dims");
  const auto& from = c.operands[0]->shape;
  Index at(from.size());
  move_elements(c, [&](const Index& index) -> const Index& {
    for (std::size_t i = 0; i < from.size(); ++i)
      at[i] = from[i] == 1 ? 0 : index[static_cast<std::size_t>(dims[i])];
    return at;
  });
}

static void view(ViewContext& c) {
  const auto& dims = c.attrs.get<Axes>("dims");
  for (int i = 0; i < c.operand_type.shape.rank(); ++i) {
    const auto to = static_cast<int>(dims[static_cast<std::size_t>(i)]);
    const bool same = c.operand_type.shape[i] == c.type.shape[to];
    c.operand_index.push_back(same ? c.index[static_cast<std::size_t>(to)] : loop::Affine{});
  }
}

// Ascending dims and an equal shape: nothing is repeated or moved.
static Value simplify(GraphData*, std::span<const Value> operands, const Attrs&,
                      const TensorType& type) {
  return operands[0].type() == type ? operands[0] : Value{};
}

constinit const OpDef ops::BroadcastInDim{.mnemonic = "broadcast_in_dim",
                                          .summary = "repeats along axes",
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

Value broadcast_in_dim(Value x, Shape shape, Axes dims, Where where) {
  check_value("broadcast_in_dim", x, where);
  dims = normalized(std::move(dims), shape.rank());
  Attrs attrs{{"dims", std::move(dims)}, {"shape", shape.dims()}};
  const Literal* literal = nullptr;
  if (splat_literal(x) != nullptr && !(x.shape() == shape))
    literal = &x.graph()->attrs(x.id()).get<Literal>("value");
  if (literal == nullptr) return append(Opcode::BroadcastInDim, {x}, std::move(attrs), where);
  // A splat stays one node, and equal ones stay equal; the request is still checked as a broadcast.
  const TensorType* type = &x.type();
  const TensorType result = infer({ops::BroadcastInDim, {&type, 1}, attrs, where});
  return append(x.graph(), Opcode::Constant, {},
                {{"shape", result.shape.dims()}, {"value", *literal}}, where);
}

Value broadcast_to(Value x, Shape shape, Where where) {
  check_value("broadcast_to", x, where);
  if (x.shape() == shape) return x;
  if (x.rank() > shape.rank())
    throw Error(Error::Kind::Shape,
                "broadcast_to: " + x.type().str() + " has more axes than " + shape.str(), where);
  Axes dims = all_axes(x.rank());
  for (std::int64_t& d : dims) d += shape.rank() - x.rank();
  return broadcast_in_dim(x, std::move(shape), std::move(dims), where);
}

} // namespace nngc
