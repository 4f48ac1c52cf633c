/// Rewrite rules are data: a name, a numeric class, the op they start at, and a function that tries
/// one node. Tables of them stand in rules/, by subject.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "ir/graph_data.h"
#include "nngc/ops.h"
#include "nngc/passes.h"

namespace nngc {

/// The node a rule is tried on, in the graph that is being built.
class Match {
public:
  Match(Value root, std::span<const std::uint32_t> uses) : root_(root), uses_(uses) {}
  [[nodiscard]] Value root() const { return root_; }
  [[nodiscard]] GraphData* graph() const { return root_.graph(); }
  [[nodiscard]] const TensorType& type() const { return root_.type(); }
  /// Whether nobody but the root uses `v`, so that replacing the root makes `v` go away.
  [[nodiscard]] bool single_use(Value v) const {
    return v.id() >= uses_.size() || uses_[v.id()] <= 1;
  }

private:
  Value root_;
  std::span<const std::uint32_t>
      uses_; ///< by id in the new graph; nodes that rules made are not counted
};

struct Rule {
  std::string_view name;
  RuleClass rule_class;
  Opcode root;
  std::string_view summary;       ///< `pattern -> replacement`
  Value (*apply)(const Match& m); ///< the replacement, of the same type, or an empty Value
};

using RuleTables = std::span<const std::span<const Rule>>;

/// The tables, in the order in which rules are tried. The first belongs to every pass.
[[nodiscard]] std::span<const Rule> accumulation_rules();
[[nodiscard]] std::span<const Rule> proved_rules();
[[nodiscard]] std::span<const Rule> arithmetic_rules();
[[nodiscard]] std::span<const Rule> select_rules();
[[nodiscard]] std::span<const Rule> shape_rules();
[[nodiscard]] std::span<const Rule> view_rules();
[[nodiscard]] std::span<const Rule> piece_rules();
[[nodiscard]] std::span<const Rule> row_rules();
[[nodiscard]] std::span<const Rule> dot_rules();
[[nodiscard]] std::span<const Rule> chain_rules();
[[nodiscard]] std::span<const Rule> scale_rules();
[[nodiscard]] std::span<const Rule> padding_rules();
[[nodiscard]] std::span<const Rule> factor_rules();
[[nodiscard]] std::span<const Rule> trace_rules();
[[nodiscard]] std::span<const Rule> exponential_rules();
[[nodiscard]] std::span<const Rule> stabilise_rules();
[[nodiscard]] std::span<const Rule> log_softmax_rules();
[[nodiscard]] std::span<const Rule> moment_rules();
[[nodiscard]] std::span<const Rule> strength_rules();
/// The rules that start at any elementwise op (root: Count_).
[[nodiscard]] const Rule& sink_broadcast_rule();
[[nodiscard]] const Rule& sink_transpose_rule();
inline std::array<const Rule*, 2> sink_rules() {
  return {&sink_broadcast_rule(), &sink_transpose_rule()};
}
/// What the passes of these names try.
[[nodiscard]] RuleTables canonical_tables();
[[nodiscard]] RuleTables stable_tables();
[[nodiscard]] RuleTables strength_tables();

// ---- what patterns are made of ----

inline Opcode opcode(Value v) { return v.graph()->node(v.id()).op; }
inline bool is(Value v, Opcode op) { return opcode(v) == op; }
inline int operand_count(Value v) { return static_cast<int>(v.graph()->operands(v.id()).size()); }
inline Value operand(Value v, int i) {
  return {v.graph(), v.graph()->operands(v.id())[static_cast<std::size_t>(i)]};
}
inline const Attrs& attrs_of(Value v) { return v.graph()->attrs(v.id()); }
template <class T> const T& attr(Value v, std::string_view key) { return attrs_of(v).get<T>(key); }
/// Whether all elements of v are that number (0 and -0 are told apart).
[[nodiscard]] bool is_number(Value v, double number);
[[nodiscard]] bool is_splat(Value v);
/// `v` through the broadcasts, reshapes and stop_gradients over it.
[[nodiscard]] Value under_views(Value v);
/// For a commutative `v`: calls f(operand, other) both ways round until one gives a value.
template <class F> Value either_way(Value v, F f) {
  if (const Value result = f(operand(v, 0), operand(v, 1))) return result;
  return f(operand(v, 1), operand(v, 0));
}
/// The x of x * x or ipow(x, 2); empty for anything else.
[[nodiscard]] Value squared(Value v);
/// A constant of v's type.
[[nodiscard]] Value number_like(Value v, double number);
/// Whether x is a power of two (of either sign) whose reciprocal is normal in that dtype, so that
/// multiplying by either rounds alike.
[[nodiscard]] bool has_exact_reciprocal(DType dtype, double x);

} // namespace nngc
