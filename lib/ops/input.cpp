/// input{name, role}: a named value from outside, of a type given where it is made. Made by
/// Graph::input alone, which also enters the name in the graph's list.
#include "ir/op_def.h"

namespace nngc {

static constexpr AttrSpec specs[] = {
    {"name", AttrKind::String, true, "an identifier, unique in the graph"},
    {"role", AttrKind::String, true, "data, param, state or seed"}};

// An input's type is written down, not inferred: there is nothing to infer it from.
static TensorType infer(const InferContext& c) {
  c.fail(Error::Kind::Graph, "inputs are made with Graph::input");
}

constinit const OpDef ops::Input{.mnemonic = "input",
                                 .summary = "a named value from outside",
                                 .signature = "() -> any",
                                 .traits = trait::Leaf,
                                 .lowering = Lowering::Input,
                                 .attrs = specs,
                                 .infer = infer,
                                 .not_differentiable = "an input has no operands"};

} // namespace nngc
