// What is accumulated in another dtype is the same op between conversions: the rules, which know
// nothing of `acc`, see that. First of all tables, and the same for each op.
#include "ops/accumulate.h"

#include "optimize/rule.h"

namespace nngc {

namespace {

Value widen(const Match& m) {
  const Value v = m.root();
  if (!attrs_of(v).has("acc")) return {};
  std::vector<Value> operands;
  for (int i = 0; i < operand_count(v); ++i) operands.push_back(operand(v, i));
  return without_accumulation(m.graph(), opcode(v), operands, Attrs(attrs_of(v)), v.dtype());
}

constexpr Rule wide(std::string_view name, Opcode op) {
  return {name, RuleClass::Exact, op, "op{acc}(x) -> convert(op(convert(x)))", widen};
}

constexpr Rule table[] = {
    wide("wide-reduce", Opcode::Reduce),     wide("wide-running", Opcode::CumReduce),
    wide("wide-recurrence", Opcode::Linrec), wide("wide-window", Opcode::ReduceWindow),
    wide("wide-dot", Opcode::DotGeneral),    wide("wide-conv", Opcode::ConvGeneral),
    wide("wide-scatter", Opcode::ScatterAdd)};

} // namespace

std::span<const Rule> accumulation_rules() { return table; }

} // namespace nngc
