/// call{body, remat, vjp}(args...): the body's outputs. Differentiation goes through the body, or
/// through `vjp`, a graph of (args..., results..., cotangents of the results...) that gives the
/// cotangents of the args. With `remat` the backward part computes the body again instead of
/// keeping its values. The optimizer puts the body in the call's place once derivatives are made.
#include "ops/regions.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"body", AttrKind::Region, true, "a graph: one input per operand"},
    {"remat", AttrKind::Bool, true, "whether the backward part computes the body again"},
    {"vjp", AttrKind::Region, false, "args, results, cotangents to the cotangents of the args"}};

static TensorType infer(const InferContext& c) {
  const Graph& body = region(c.attrs, "body");
  std::vector<TensorType> types;
  for (const TensorType* t : c.operands) types.push_back(*t);
  check_body_inputs(c, body, "body", types);
  if (c.attrs.has("vjp")) {
    const Graph& vjp = region(c.attrs, "vjp");
    std::vector<TensorType> all = types;
    for (int round = 0; round < 2; ++round)
      for (const Output& o : body.outputs()) all.push_back(o.value.type());
    check_body_inputs(c, vjp, "vjp", all);
    if (vjp.outputs().size() != types.size())
      c.fail(Error::Kind::Shape, "'vjp' gives " + std::to_string(vjp.outputs().size()) +
                                     " cotangents for " + std::to_string(types.size()) +
                                     " operands");
    for (std::size_t i = 0; i < types.size(); ++i)
      if (!(vjp.outputs()[i].value.type() == types[i]))
        c.fail(Error::Kind::Type, "cotangent " + std::to_string(i) + " of 'vjp' is " +
                                      vjp.outputs()[i].value.type().str() + ", its operand " +
                                      types[i].str());
  }
  return body.outputs().front().value.type();
}

constinit const OpDef ops::Call{.mnemonic = "call",
                                .summary = "a function of its operands",
                                .signature = "(...: any) -> any",
                                .min_operands = 0,
                                .max_operands = -1,
                                .traits = trait::Region,
                                .lowering = Lowering::Region,
                                .attrs = specs,
                                .infer = infer};

} // namespace nngc
