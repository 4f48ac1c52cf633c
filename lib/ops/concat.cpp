/// concat{axis}(parts...): the parts one after another along an axis; their other extents are
/// equal.
#include "ops/axes.h"
#include "ops/eval_index.h"

namespace nngc {

static constexpr AttrSpec specs[] = {{"axis", AttrKind::Int, true, "the axis that grows"}};

static TensorType infer(const InferContext& c) {
  TensorType type = c.operand(0);
  const std::int64_t axis = c.attrs.get<std::int64_t>("axis");
  check_axis(c, axis, type.shape.rank());
  const auto at = static_cast<int>(axis);
  for (std::size_t p = 1; p < c.operands.size(); ++p) {
    const TensorType& part = *c.operands[p];
    if (part.dtype != type.dtype) c.fail(Error::Kind::Type, "the parts' dtypes differ");
    if (part.shape.rank() != type.shape.rank())
      c.fail(Error::Kind::Shape, "the parts' ranks differ");
    for (int i = 0; i < type.shape.rank(); ++i)
      if (i != at && !(part.shape[i] == type.shape[i]))
        c.fail(Error::Kind::Shape, "extents differ on axis " + std::to_string(i) + ": " +
                                       type.shape[i].str() + " vs " + part.shape[i].str());
    type.shape[at] = type.shape[at] + part.shape[at];
  }
  return type;
}

static void vjp(VjpContext& c) {
  const auto axis = static_cast<int>(c.attrs().get<std::int64_t>("axis"));
  const auto at = static_cast<std::size_t>(axis);
  std::vector<Dim> start(static_cast<std::size_t>(c.result().rank()), 0),
      limit = c.result().shape().dims();
  for (int p = 0; p < c.operand_count(); ++p) {
    limit[at] = start[at] + c.operand(p).shape()[axis];
    if (c.wants(p)) c.add(p, slice(c.cotangent, start, limit));
    start[at] = limit[at];
  }
}

static Value jvp(JvpContext& c) {
  std::vector<Value> parts;
  for (int p = 0; p < c.operand_count(); ++p)
    parts.push_back(c.tangent(p) ? c.tangent(p) : zeros(c.operand(p).graph(), c.operand(p).type()));
  return concat(parts, static_cast<int>(c.attrs().get<std::int64_t>("axis")));
}

static void eval(EvalContext& c) {
  const auto axis = static_cast<std::size_t>(c.attrs.get<std::int64_t>("axis"));
  std::visit(
      [&](auto& out) {
        std::int64_t offset = 0;
        for (const EvalArray* part : c.operands) {
          const auto& in = std::get<std::decay_t<decltype(out)>>(part->data);
          Index at;
          each_index(part->shape, [&](const Index& index, std::size_t i) {
            at = index;
            at[axis] += offset;
            out[linear_index(c.result.shape, at)] = in[i];
          });
          offset += part->shape[axis];
        }
      },
      c.result.data);
}

static Value simplify(GraphData*, std::span<const Value> operands, const Attrs&,
                      const TensorType&) {
  return operands.size() == 1 ? operands[0] : Value{};
}

constinit const OpDef ops::Concat{.mnemonic = "concat",
                                  .summary = "parts one after another along an axis",
                                  .signature = "(x, ...: any) -> as x",
                                  .min_operands = 1,
                                  .max_operands = -1,
                                  .lowering = Lowering::Concat,
                                  .attrs = specs,
                                  .infer = infer,
                                  .vjp = vjp,
                                  .jvp = jvp,
                                  .eval = eval,
                                  .simplify = simplify};

Value concat(std::span<const Value> parts, int axis, Where where) {
  if (parts.empty()) throw Error(Error::Kind::Argument, "concat: needs at least one part", where);
  for (Value part : parts) check_value("concat", part, where);
  return append(parts[0].graph(), Opcode::Concat, parts,
                {{"axis", normalized(axis, parts[0].rank())}}, where);
}

} // namespace nngc
