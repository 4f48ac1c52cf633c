/// stop_gradient(x): x, but a constant to differentiation. It stays in the graph until derivatives
/// are taken; canonicalization erases it afterwards.
#include "ops/axes.h"
#include "ops/eval_index.h"
#include "ops/lower_context.h"

namespace nngc {

static TensorType infer(const InferContext& c) { return c.operand(0); }
static void eval(EvalContext& c) { c.result.data = c.operands[0]->data; }
static void view(ViewContext& c) { c.operand_index.assign(c.index.begin(), c.index.end()); }

constinit const OpDef ops::StopGradient{.mnemonic = "stop_gradient",
                                        .summary = "its operand, constant to differentiation",
                                        .signature = "(x: any) -> as x",
                                        .min_operands = 1,
                                        .max_operands = 1,
                                        .traits = trait::View,
                                        .lowering = Lowering::View,
                                        .infer = infer,
                                        .not_differentiable =
                                            "its derivative is zero by definition",
                                        .eval = eval,
                                        .view = view};

Value stop_gradient(Value x, Where where) {
  check_value("stop_gradient", x, where);
  // Nothing flows through these anyway.
  const Opcode op = x.graph()->node(x.id()).op;
  if (!is_float(x.dtype()) || op == Opcode::StopGradient || op == Opcode::Constant ||
      op == Opcode::Iota)
    return x;
  return append(Opcode::StopGradient, {x}, {}, where);
}

} // namespace nngc
