/// result{index}(region): one of the results of call, cond, scan or while. Result 0 is the op's own
/// node, so that an op with a single result needs none of these.
#include "ops/regions.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"index", AttrKind::Int, true, "which result, from 1; 0 is the operand itself"}};

static TensorType infer(const InferContext& c) {
  const GraphData& g = *c.values[0].graph();
  const NodeId id = c.values[0].id();
  if ((g.def(id).traits & trait::Region) == 0)
    c.fail(Error::Kind::Graph, std::string(g.def(id).mnemonic) + " is no op with several results");
  const std::vector<TensorType> types = result_types(g.node(id).op, g.attrs(id));
  const auto index = c.attrs.get<std::int64_t>("index");
  if (index < 1 || index >= static_cast<std::int64_t>(types.size()))
    c.fail(Error::Kind::Attribute, "there is no result " + std::to_string(index) + " among " +
                                       std::to_string(types.size()));
  return types[static_cast<std::size_t>(index)];
}

constinit const OpDef ops::Result{.mnemonic = "result",
                                  .summary = "one of several results",
                                  .signature = "(region: any) -> any",
                                  .min_operands = 1,
                                  .max_operands = 1,
                                  .lowering = Lowering::Result,
                                  .attrs = specs,
                                  .infer = infer};

} // namespace nngc
