/// cond{on_true, on_false}(p, args...): the outputs of one of two graphs of the args; the other is
/// not run. p is a bool of rank 0.
#include "ops/regions.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"on_true", AttrKind::Region, true, "a graph: one input per operand behind p"},
    {"on_false", AttrKind::Region, true, "a graph with the same inputs and results"}};

static TensorType infer(const InferContext& c) {
  if (!(c.operand(0) == boolean({})))
    c.fail(Error::Kind::Type, "the predicate is a bool of rank 0");
  std::vector<TensorType> types;
  for (const TensorType* t : c.operands.subspan(1)) types.push_back(*t);
  const Graph &yes = region(c.attrs, "on_true"), &no = region(c.attrs, "on_false");
  check_body_inputs(c, yes, "on_true", types);
  check_body_inputs(c, no, "on_false", types);
  if (yes.outputs().size() != no.outputs().size())
    c.fail(Error::Kind::Shape, "'on_true' gives " + std::to_string(yes.outputs().size()) +
                                   " results, 'on_false' " + std::to_string(no.outputs().size()));
  for (std::size_t i = 0; i < yes.outputs().size(); ++i) {
    const TensorType &a = yes.outputs()[i].value.type(), &b = no.outputs()[i].value.type();
    if (!(a == b))
      c.fail(Error::Kind::Type, "result " + std::to_string(i) + " is " + a.str() +
                                    " where p is true, and " + b.str() + " where it is false");
  }
  return yes.outputs().front().value.type();
}

constinit const OpDef ops::Cond{.mnemonic = "cond",
                                .summary = "one of two functions",
                                .signature = "(p: bool, ...: any) -> any",
                                .min_operands = 1,
                                .max_operands = -1,
                                .traits = trait::Region,
                                .lowering = Lowering::Region,
                                .attrs = specs,
                                .infer = infer};

} // namespace nngc
