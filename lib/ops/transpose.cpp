/// transpose{perm}(x): axis i of the result is axis perm[i] of x.
#include "ops/axes.h"
#include "ops/eval_index.h"
#include "ops/lower_context.h"

namespace nngc {

static constexpr AttrSpec specs[] = {{"perm", AttrKind::Ints, true, "a permutation of x's axes"}};

static TensorType infer(const InferContext& c) {
  const auto& perm = c.attrs.get<Axes>("perm");
  const Shape& from = c.operand(0).shape;
  check_length(c, "perm", perm.size(), from.rank());
  check_axes(c, perm, from.rank());
  std::vector<Dim> dims;
  for (std::int64_t p : perm) dims.push_back(from[static_cast<int>(p)]);
  return {c.operand(0).dtype, Shape(std::move(dims))};
}

static Axes inverse(const Axes& perm) {
  Axes result(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i)
    result[static_cast<std::size_t>(perm[i])] = static_cast<std::int64_t>(i);
  return result;
}

static void vjp(VjpContext& c) {
  c.add(0, transpose(c.cotangent, inverse(c.attrs().get<Axes>("perm"))));
}
static Value jvp(JvpContext& c) { return transpose(c.tangent(0), c.attrs().get<Axes>("perm")); }

static void eval(EvalContext& c) {
  const auto& perm = c.attrs.get<Axes>("perm");
  Index at(perm.size());
  move_elements(c, [&](const Index& index) -> const Index& {
    for (std::size_t i = 0; i < perm.size(); ++i) at[static_cast<std::size_t>(perm[i])] = index[i];
    return at;
  });
}

static void view(ViewContext& c) {
  const auto& perm = c.attrs.get<Axes>("perm");
  c.operand_index.resize(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i)
    c.operand_index[static_cast<std::size_t>(perm[i])] = c.index[i];
}

static Value simplify(GraphData*, std::span<const Value> operands, const Attrs& attrs,
                      const TensorType&) {
  const auto& perm = attrs.get<Axes>("perm");
  return std::is_sorted(perm.begin(), perm.end()) ? operands[0] : Value{};
}

constinit const OpDef ops::Transpose{.mnemonic = "transpose",
                                     .summary = "permutes the axes",
                                     .signature = "(x: any) -> as x",
                                     .min_operands = 1,
                                     .max_operands = 1,
                                     .traits = trait::View | trait::MasksThrough,
                                     .lowering = Lowering::View,
                                     .attrs = specs,
                                     .infer = infer,
                                     .vjp = vjp,
                                     .jvp = jvp,
                                     .eval = eval,
                                     .view = view,
                                     .simplify = simplify};

Value transpose(Value x, Axes perm, Where where) {
  check_value("transpose", x, where);
  if (perm.empty()) {
    perm = all_axes(x.rank());
    std::reverse(perm.begin(), perm.end());
  }
  perm = normalized(std::move(perm), x.rank());
  Attrs attrs{{"perm", perm}};
  const TensorType* type = &x.type();
  const TensorType result = infer({ops::Transpose, {&type, 1}, attrs, where});
  GraphData* g = x.graph();
  if (splat_literal(x) != nullptr) // a splat stays one node
    return append(
        g, Opcode::Constant, {},
        {{"shape", result.shape.dims()}, {"value", g->attrs(x.id()).get<Literal>("value")}}, where);
  if (g->node(x.id()).op == Opcode::Transpose) {
    const auto& first = g->attrs(x.id()).get<Axes>("perm");
    for (std::int64_t& p : perm) p = first[static_cast<std::size_t>(p)];
    return append(Opcode::Transpose, {Value(g, g->operands(x.id())[0])},
                  {{"perm", std::move(perm)}}, where);
  }
  return append(Opcode::Transpose, {x}, std::move(attrs), where);
}

} // namespace nngc
