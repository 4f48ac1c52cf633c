/// reshape{shape}(x): the same elements in the same row-major order under other extents.
#include "ops/axes.h"
#include "ops/reference.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"shape", AttrKind::Dims, true, "the result's shape, of as many elements"}};

static TensorType infer(const InferContext& c) {
  const Shape shape(c.attrs.get<std::vector<Dim>>("shape"));
  check_extents(c, shape.dims());
  if (!same_size(c.operand(0).shape, shape)) {
    const auto count = [](const Shape& s) {
      return s.is_static() ? " (" + s.size().str() + " elements)" : std::string{};
    };
    c.fail(Error::Kind::Shape, "the element counts differ: " + c.operand(0).shape.str() +
                                   count(c.operand(0).shape) + " vs " + shape.str() + count(shape));
  }
  return {c.operand(0).dtype, shape};
}

static void vjp(VjpContext& c) { c.add(0, reshape(c.cotangent, c.operand(0).shape())); }
static Value jvp(JvpContext& c) { return reshape(c.tangent(0), c.result().shape()); }
static void eval(EvalContext& c) { c.result.data = c.operands[0]->data; }

static Value simplify(GraphData*, std::span<const Value> operands, const Attrs&,
                      const TensorType& type) {
  return operands[0].type() == type ? operands[0] : Value{};
}

constinit const OpDef ops::Reshape{.mnemonic = "reshape",
                                   .summary = "the same elements under other extents",
                                   .signature = "(x: any) -> as x",
                                   .min_operands = 1,
                                   .max_operands = 1,
                                   .traits = trait::MasksThrough,
                                   .lowering = Lowering::Reshape,
                                   .attrs = specs,
                                   .infer = infer,
                                   .vjp = vjp,
                                   .jvp = jvp,
                                   .eval = eval,
                                   .simplify = simplify};

Value reshape(Value x, Shape shape, Where where) {
  check_value("reshape", x, where);
  Attrs attrs{{"shape", shape.dims()}};
  const TensorType* type = &x.type();
  const TensorType result = infer({ops::Reshape, {&type, 1}, attrs, where});
  const GraphData* g = x.graph();
  // A splat stays one node; a reshape of a reshape is one reshape (or none).
  if (splat_literal(x) != nullptr)
    return append(
        x.graph(), Opcode::Constant, {},
        {{"shape", result.shape.dims()}, {"value", g->attrs(x.id()).get<Literal>("value")}}, where);
  if (g->node(x.id()).op == Opcode::Reshape) {
    const Value inner(x.graph(), g->operands(x.id())[0]);
    if (inner.shape() == shape) return inner;
    if (same_size(inner.shape(), shape)) x = inner;
  }
  return append(Opcode::Reshape, {x}, std::move(attrs), where);
}

} // namespace nngc
