// Choices within choices. What is not taken never mattered, so all of these are exact.
#include "optimize/rule.h"

namespace nngc {

namespace {

/// The p of `not p` (xor with true); empty for anything else.
Value negated(Value v) {
  if (!is(v, Opcode::Xor) || v.dtype() != DType::Bool) return {};
  return either_way(v, [](Value p, Value one) { return is_number(one, 1) ? p : Value{}; });
}

Value select_not(const Match& m) {
  const Value p = negated(operand(m.root(), 0));
  return p ? select(p, operand(m.root(), 2), operand(m.root(), 1)) : Value{};
}

Value select_in_true(const Match& m) {
  const Value p = operand(m.root(), 0), a = operand(m.root(), 1);
  if (!is(a, Opcode::Select) || !operand(a, 0).same(p)) return {};
  return select(p, operand(a, 1), operand(m.root(), 2));
}

Value select_in_false(const Match& m) {
  const Value p = operand(m.root(), 0), b = operand(m.root(), 2);
  if (!is(b, Opcode::Select) || !operand(b, 0).same(p)) return {};
  return select(p, operand(m.root(), 1), operand(b, 2));
}

Value select_and(const Match& m) {
  const Value p = operand(m.root(), 0), a = operand(m.root(), 1), b = operand(m.root(), 2);
  if (!is(a, Opcode::Select) || !operand(a, 2).same(b) || !m.single_use(a)) return {};
  return select(bit_and(p, operand(a, 0)), operand(a, 1), b);
}

/// The comparison that is true exactly where `dir` is not. Orders have none, because of NaN; on
/// ints they have.
const char* opposite(const std::string& dir, bool ordered) {
  if (dir == "eq") return "ne";
  if (dir == "ne") return "eq";
  if (!ordered) return nullptr;
  return dir == "lt" ? "ge" : dir == "le" ? "gt" : dir == "gt" ? "le" : "lt";
}

Value not_compare(const Match& m) {
  const Value c = negated(m.root());
  if (!c || !is(c, Opcode::Compare) || !m.single_use(c)) return {};
  const Value a = operand(c, 0), b = operand(c, 1);
  const char* dir = opposite(attr<std::string>(c, "dir"), !is_float(a.dtype()));
  if (dir == nullptr) return {};
  return append(Opcode::Compare, {a, b}, {{"dir", std::string(dir)}}, Where::current());
}

constexpr Rule table[] = {
    {"select-not", RuleClass::Exact, Opcode::Select, "select(not p, a, b) -> select(p, b, a)",
     select_not},
    {"select-in-true", RuleClass::Exact, Opcode::Select,
     "select(p, select(p, a, b), c) -> select(p, a, c)", select_in_true},
    {"select-in-false", RuleClass::Exact, Opcode::Select,
     "select(p, a, select(p, b, c)) -> select(p, a, c)", select_in_false},
    {"select-and", RuleClass::Exact, Opcode::Select,
     "select(p, select(q, a, b), b) -> select(p and q, a, b)", select_and},
    {"not-compare", RuleClass::Exact, Opcode::Xor, "not (a == b) -> a != b", not_compare},
};

} // namespace

std::span<const Rule> select_rules() { return table; }

} // namespace nngc
