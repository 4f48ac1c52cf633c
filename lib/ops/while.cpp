/// while{cond, body, carries, consts, max_steps}(consts..., carries...): while `cond`, a graph of
/// (consts, carries) to a bool of rank 0, is true, the body, a graph of the same to (the next
/// carries, ys), runs. With `max_steps` it runs at most so often, and ys are stacked into so many
/// rows, 0 beyond the last step; without it a body has no ys. Results: the last carries, the
/// stacked ys, and the number of steps, an i32.
#include "ops/regions.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"cond", AttrKind::Region, true, "(consts, carries) to a bool"},
    {"body", AttrKind::Region, true, "(consts, carries) to (carries, ys)"},
    {"consts", AttrKind::Int, true, "how many operands every step sees whole"},
    {"carries", AttrKind::Int, true, "how many values one step hands to the next"},
    {"max_steps", AttrKind::Dims, false, "one dim: the steps end there at the latest"}};

static TensorType infer(const InferContext& c) {
  check_counts(c, c.operands.size());
  const LoopOperands parts = loop_operands(c.attrs, c.operands.size());
  if (parts.carries == 0 || parts.xs != 0)
    c.fail(Error::Kind::Attribute, "the operands are " + std::to_string(parts.consts) +
                                       " consts and at least one carry, nothing else");
  if (c.attrs.has("max_steps")) {
    const auto& steps = c.attrs.get<std::vector<Dim>>("max_steps");
    if (steps.size() != 1 || (steps[0].is_static() && steps[0].value() < 0))
      c.fail(Error::Kind::Attribute, "max_steps is one extent, not negative");
  }
  std::vector<TensorType> types;
  for (const TensorType* t : c.operands) types.push_back(*t);
  const Graph &cond = region(c.attrs, "cond"), &body = region(c.attrs, "body");
  check_body_inputs(c, cond, "cond", types);
  if (cond.outputs().size() != 1 || !(cond.outputs()[0].value.type() == boolean({})))
    c.fail(Error::Kind::Type,
           "'cond' gives one bool of rank 0, not " + cond.outputs()[0].value.type().str());
  check_body_inputs(c, body, "body", types);
  check_carries(c, body, parts.consts, parts.carries);
  if (body.outputs().size() > parts.carries && !c.attrs.has("max_steps"))
    c.fail(Error::Kind::Attribute, "a body with more results than carries needs max_steps");
  return body.outputs().front().value.type();
}

constinit const OpDef ops::While{.mnemonic = "while",
                                 .summary = "a loop that runs as long as a condition holds",
                                 .signature = "(...: any) -> any",
                                 .min_operands = 0,
                                 .max_operands = -1,
                                 .traits = trait::Region,
                                 .lowering = Lowering::Region,
                                 .attrs = specs,
                                 .infer = infer};

} // namespace nngc
