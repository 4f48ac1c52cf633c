/// What an op's lowering sees: a body of scalar instructions under construction (elementwise ops),
/// or an index to map (views).
#pragma once

#include <span>
#include <vector>

#include "ir/attrs.h"
#include "loop/loop_ir.h"
#include "nngc/type.h"

namespace nngc {

/// Elementwise, Iota, RngBits: emit instructions and return the id of the result. Never an op of
/// the graph again.
class LowerContext {
public:
  LowerContext(loop::Phase& body, const Attrs& attrs, const TensorType& type,
               std::span<const int> operands, std::span<const TensorType* const> operand_types,
               std::span<const loop::Affine> index)
      : body_(body), attrs_(attrs), type_(type), operands_(operands), operand_types_(operand_types),
        index_(index) {}

  [[nodiscard]] int operand(int i) const { return operands_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] DType operand_dtype(int i) const {
    return operand_types_[static_cast<std::size_t>(i)]->dtype;
  }
  [[nodiscard]] const Attrs& attrs() const { return attrs_; }
  [[nodiscard]] const TensorType& type() const { return type_; }
  [[nodiscard]] DType dtype() const { return type_.dtype; }

  /// An instruction of the result's dtype (or `dtype`); equal instructions are shared.
  int emit(loop::Op op, int a = -1, int b = -1, int c = -1) {
    return emit_as(dtype(), op, a, b, c);
  }
  int emit_as(DType dtype, loop::Op op, int a = -1, int b = -1, int c = -1);
  /// A constant of that dtype (floats and ints; ints exactly up to 2^53; use constant_bits beyond).
  int constant(DType dtype, double value);
  int constant_bits(DType dtype, std::uint64_t bits);
  /// I64: the position of this element along `axis` of the result; or its row-major number in the
  /// result.
  int position(int axis);
  int linear_position();

private:
  loop::Phase& body_;
  const Attrs& attrs_;
  const TensorType& type_;
  std::span<const int> operands_;
  std::span<const TensorType* const> operand_types_;
  std::span<const loop::Affine> index_;
};

/// Views: from the index of an element of the result (one affine per axis) to the operand's.
class ViewContext {
public:
  ViewContext(const Attrs& attrs, const TensorType& type, const TensorType& operand_type,
              std::span<const loop::Affine> index)
      : attrs(attrs), type(type), operand_type(operand_type), index(index) {}
  const Attrs& attrs;
  const TensorType& type;
  const TensorType& operand_type;
  std::span<const loop::Affine> index;
  std::vector<loop::Affine> operand_index; ///< to be filled: one affine per axis of the operand
};

/// Arithmetic on affines: a * s, a + b, a + constant.
[[nodiscard]] loop::Affine scaled(const loop::Affine& a, Dim by);
[[nodiscard]] loop::Affine sum(const loop::Affine& a, const loop::Affine& b);
[[nodiscard]] loop::Affine shifted(const loop::Affine& a, Dim by);
/// Appends the instruction unless an equal one is there; stores are always appended.
int append_instr(loop::Phase& body, loop::Instr instr);

} // namespace nngc
