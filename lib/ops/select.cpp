/// select(p, a, b): a where p is true, else b, elementwise. The side not taken does not matter, not
/// even NaN; nor does its derivative, which is what the masks say.
#include "ops/elementwise.h"
#include "ops/eval_map.h"

namespace nngc {

static TensorType infer(const InferContext& c) {
  if (c.operand(0).dtype != DType::Bool)
    c.fail(Error::Kind::Type, "the first operand must be a bool");
  if (!(c.operand(1) == c.operand(2)) || !(c.operand(0).shape == c.operand(1).shape))
    c.fail(Error::Kind::Shape, "operand shapes or types differ");
  return c.operand(1);
}

static Masked diff(const DiffContext& c, Value t, int i) {
  if (i == 0) return {};
  return {t, i == 1 ? c.operand(0) : logical_not(c.operand(0))};
}

static void eval(EvalContext& c) {
  const auto& p = std::get<std::vector<std::int64_t>>(c.operands[0]->data);
  std::visit(
      [&]<class T>(std::vector<T>& out) {
        const auto& a = std::get<std::vector<T>>(c.operands[1]->data);
        const auto& b = std::get<std::vector<T>>(c.operands[2]->data);
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = p[i] != 0 ? a[i] : b[i];
      },
      c.result.data);
}

static int lower(LowerContext& c) {
  return c.emit(loop::Op::Select, c.operand(0), c.operand(1), c.operand(2));
}

static Value simplify(GraphData*, std::span<const Value> x, const Attrs&, const TensorType& type) {
  double p = 0, a = 0, b = 0;
  if (x[1].same(x[2])) return x[1];
  if (is_splat(x[0], p)) return p != 0 ? x[1] : x[2];
  const bool is_itself =
      type.dtype == DType::Bool && is_splat(x[1], a) && is_splat(x[2], b) && a == 1 && b == 0;
  return is_itself ? x[0] : Value();
}

constinit const OpDef ops::Select{.mnemonic = "select",
                                  .summary = "a where p is true, else b",
                                  .signature = "(p: bool, a, b: any) -> as a",
                                  .min_operands = 3,
                                  .max_operands = 3,
                                  .traits = trait::Elementwise,
                                  .infer = infer,
                                  .diff = diff,
                                  .eval = eval,
                                  .lower = lower,
                                  .simplify = simplify};

Value select(Value predicate, Operand on_true, Operand on_false) {
  const Where where = on_true.where;
  if (!predicate) throw Error(Error::Kind::Graph, "select: the predicate is an empty Value", where);
  const auto [a, b] = broadcast_operands("select", on_true, on_false);
  const Shape shape = broadcast_shapes("select", predicate.type(), a.type(), where);
  return append(Opcode::Select,
                {broadcast_to(predicate, shape, where), broadcast_to(a, shape, where),
                 broadcast_to(b, shape, where)},
                {}, where);
}

} // namespace nngc
