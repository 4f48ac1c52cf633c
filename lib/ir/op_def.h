/// The record of a primitive: one definition per op, read by builder, printer, parser, verifier,
/// DOT, evaluator, differentiation, lowering, fuzzer and docs. `ops/op_table.cpp` makes the table
/// from `nngc/ops.def`: `op_def()` is declared here and defined there, the one deliberate upward
/// link.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/attrs.h"
#include "nngc/graph.h"

namespace nngc {

enum class Opcode : std::uint16_t {
#define NNGC_OP(enumerator, mnemonic) enumerator,
#include "nngc/ops.def"
#undef NNGC_OP
  Count_
};

enum class AttrKind : std::uint8_t { Bool, Int, Float, String, DType, Ints, Dims, Literal, Region };

struct AttrSpec {
  std::string_view key;
  AttrKind kind;
  bool required = true;
  std::string_view summary;
};

namespace trait {
inline constexpr unsigned Elementwise =
    1; ///< result[i] depends on operands[..][i] alone; all shapes equal
inline constexpr unsigned Commutative = 2; ///< operands may be sorted
inline constexpr unsigned Leaf = 4;        ///< no operands that carry a gradient
inline constexpr unsigned View =
    8; ///< result[i] is an element of the operand: `view` maps the index
inline constexpr unsigned MasksThrough =
    16; ///< vjp may be applied to a cotangent and its mask alike
inline constexpr unsigned Expensive =
    32; ///< a function call per element: not worth computing twice
inline constexpr unsigned Region =
    64; ///< carries graphs and may have several results: the node is the first, `result` the others
} // namespace trait

/// How lowering treats an op that is neither elementwise nor a view.
enum class Lowering : std::uint8_t {
  Elementwise,
  View,
  Input,
  Constant,
  Iota,
  RngBits,
  Reshape,
  Pad,
  Concat,
  Gather,
  DynamicSlice,
  DynamicUpdateSlice,
  Scatter,
  Reduce,
  ArgReduce,
  Cumulate,
  Sort,
  Dot,
  ArgWindow, ///< legalize makes a reduction of windows of it
  Conv,      ///< legalize makes a dot of windows of it
  ReduceWindow,
  Region, ///< its graphs become bodies that one control kernel calls
  Result
};

/// What `infer` sees. Shapes, dtypes and attributes are judged here and nowhere else.
struct InferContext {
  const struct OpDef& op;
  std::span<const TensorType* const> operands;
  const Attrs& attrs;
  Where where;
  std::span<const Value> values = {}; ///< the operands as nodes: `result` looks at what they carry
  [[nodiscard]] const TensorType& operand(int i) const {
    return *operands[static_cast<std::size_t>(i)];
  }
  /// Throws Error{kind} `op: message: operand types`, at the user's line.
  [[noreturn]] void fail(Error::Kind kind, const std::string& message) const;
};

/// A value of which only the part where `mask` is true counts (elsewhere 0). No mask: all of it.
struct Masked {
  Value value;
  Value mask;
};

/// What a derivative rule sees.
class DiffContext {
public:
  DiffContext(Value result, std::span<const Value> operands, const Attrs& attrs)
      : result_(result), operands_(operands), attrs_(attrs) {}
  [[nodiscard]] Value operand(int i) const { return operands_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] int operand_count() const { return static_cast<int>(operands_.size()); }
  [[nodiscard]] Value result() const { return result_; }
  [[nodiscard]] const Attrs& attrs() const { return attrs_; }

private:
  Value result_;
  std::span<const Value> operands_;
  const Attrs& attrs_;
};

class VjpContext : public DiffContext {
public:
  using DiffContext::DiffContext;
  Value cotangent;               ///< of the result, its mask already applied
  std::vector<bool> wanted;      ///< which operands need a cotangent
  std::vector<Value> cotangents; ///< filled by the rule; empty: structural zero
  [[nodiscard]] bool wants(int i) const { return wanted[static_cast<std::size_t>(i)]; }
  void add(int i, Value ct) { cotangents[static_cast<std::size_t>(i)] = ct; }
};

class JvpContext : public DiffContext {
public:
  using DiffContext::DiffContext;
  std::vector<Value> tangents; ///< of the operands; empty: structural zero
  [[nodiscard]] Value tangent(int i) const { return tangents[static_cast<std::size_t>(i)]; }
};

struct EvalContext; // ops/reference.h
class LowerContext; // ops/lower_context.h
class ViewContext;  // ops/lower_context.h

struct OpDef {
  std::string_view mnemonic;
  std::string_view summary;
  /// Operands by name with the dtypes they take (any, float, int, number: float or int, bits: bool
  /// or int, or one dtype), then the result's: `(p: bool, a, b: any) -> as a`. For people; a test
  /// holds it against `infer`.
  std::string_view signature;
  int min_operands = 0;
  int max_operands = 0; ///< -1: any number
  unsigned traits = 0;
  Lowering lowering = Lowering::Elementwise;
  std::span<const AttrSpec> attrs = {};
  TensorType (*infer)(const InferContext&) = nullptr;
  /// Elementwise ops: t * d result / d operand i, for a cotangent or a tangent t alike.
  Masked (*diff)(const DiffContext&, Value t, int i) = nullptr;
  /// Other ops.
  void (*vjp)(VjpContext&) = nullptr;
  Value (*jvp)(JvpContext&) = nullptr;
  std::string_view not_differentiable = {}; ///< why there is no rule (ints, bools, constants)
  void (*eval)(EvalContext&) = nullptr;
  int (*lower)(LowerContext&) = nullptr; ///< Elementwise, Iota, RngBits: emits scalar instructions
  void (*view)(ViewContext&) = nullptr; ///< View: maps an index of the result to one of the operand
  /// Exact rewrites that add no node, tried when a node is built: an existing node that has the
  /// same value bit for bit, or an empty Value.
  Value (*simplify)(GraphData* graph, std::span<const Value> operands, const Attrs& attrs,
                    const TensorType& type) = nullptr;
};

[[nodiscard]] const OpDef& op_def(Opcode op);
/// The opcode of that mnemonic; false if there is none.
[[nodiscard]] bool find_op(std::string_view mnemonic, Opcode& out);
inline constexpr int op_count = static_cast<int>(Opcode::Count_);

namespace ops { // one constant per primitive, defined in lib/ops/<mnemonic>.cpp
#define NNGC_OP(enumerator, mnemonic) extern const OpDef enumerator;
#include "nngc/ops.def"
#undef NNGC_OP
} // namespace ops

} // namespace nngc
