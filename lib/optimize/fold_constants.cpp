// Computes nodes whose operands are all constants, with the interpreter: folding gives the bits
// that running would give. Bounded, because a compiler that evaluates large tensors is a slow
// interpreter.
#include <algorithm>

#include "ir/rewriter.h"
#include "nngc/eval.h"
#include "optimize/pass.h"

namespace nngc {

namespace {

constexpr std::int64_t element_limit = std::int64_t{64} << 10;

/// A constant, or one that is repeated, in another graph.
Value copied(Value v, GraphData* to) {
  if (is(v, Opcode::Constant)) return copy_node(*v.graph(), v.id(), to, {});
  const Value source = copied(operand(v, 0), to);
  return copy_node(*v.graph(), v.id(), to, {&source, 1});
}

/// The node on its own: its operands as constants of the given shapes, evaluated.
Tensor run_alone(Value node, std::span<const Value> operands) {
  Graph graph("folded");
  std::vector<Value> own;
  for (Value v : operands) own.push_back(copied(v, graph.data()));
  graph.output("result", copy_node(*node.graph(), node.id(), graph.data(), own));
  return std::move(eval(graph, std::span<const Tensor>{}).front());
}

/// Constants, and such that are repeated: those are not folded by themselves, because they would
/// only take more room, and be no vector per channel any more.
bool is_constant(Value v) {
  while (is(v, Opcode::BroadcastInDim)) v = operand(v, 0);
  return is(v, Opcode::Constant);
}
bool only_repeats(Value v) {
  return is(v, Opcode::BroadcastInDim) && !is_splat(operand(v, 0)) &&
         !(operand(v, 0).shape().size() == v.shape().size());
}

/// Elementwise on splats: one element is enough, and the shape may be symbolic.
Value folded_splat(Value v, std::span<const Value> operands) {
  GraphData* graph = v.graph();
  Graph scalar("folded");
  std::vector<Value> own;
  for (Value x : operands)
    own.push_back(append(scalar.data(), Opcode::Constant, {},
                         {{"shape", std::vector<Dim>{}}, {"value", attr<Literal>(x, "value")}}));
  scalar.output("result", append(scalar.data(), opcode(v), own, attrs_of(v)));
  auto literal =
      std::make_shared<Tensor>(std::move(eval(scalar, std::span<const Tensor>{}).front()));
  return append(graph, Opcode::Constant, {},
                {{"shape", v.shape().dims()}, {"value", Literal(std::move(literal))}});
}

bool small(const TensorType& type) {
  return type.shape.is_static() && type.shape.size().value() <= element_limit;
}

Value folded(Graph& to, Value v) {
  std::vector<Value> operands;
  for (int i = 0; i < operand_count(v); ++i) operands.push_back(operand(v, i));
  if (operands.empty() || !std::all_of(operands.begin(), operands.end(), is_constant)) return {};
  const OpDef& def = v.graph()->def(v.id());
  const bool splats = std::all_of(operands.begin(), operands.end(),
                                  [](Value x) { return is(x, Opcode::Constant) && is_splat(x); });
  if (only_repeats(v)) return {};
  if (splats && (def.traits & trait::Elementwise) != 0) return folded_splat(v, operands);
  if (!small(v.type()) ||
      !std::all_of(operands.begin(), operands.end(), [](Value x) { return small(x.type()); }))
    return {};
  return constant(to, run_alone(v, operands));
}

} // namespace

Graph fold_constants(const Graph& graph, PassContext& context) {
  static constexpr Rule rule{"fold-constants", RuleClass::Exact, Opcode::Count_,
                             "f(constants) -> constant", nullptr};
  Rewriter rewriter(graph);
  Graph* to = rewriter.graph();
  Graph next = rewriter.run([&](NodeId id, std::span<const Value> operands) -> Value {
    if (operands.empty() || !std::all_of(operands.begin(), operands.end(), is_constant)) return {};
    const Value v = rewriter.copy(id, operands);
    // A loop may run for ever, and is more than one node's worth of time anyway.
    if ((v.graph()->def(v.id()).traits & trait::Region) != 0) return v;
    if (!context.may_fire(rule)) return v;
    const Value result = folded(*to, v);
    if (!result) return v;
    context.fired(rule.name, rule.rule_class);
    return result;
  });
  return live_part(next);
}

} // namespace nngc
