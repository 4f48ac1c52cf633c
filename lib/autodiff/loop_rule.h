/// What the reverse-mode rules of loops begin with: the parts of the loop, and through which of
/// them derivatives flow.
#pragma once

#include "autodiff/linear_body.h"
#include "ops/regions.h"
#include "ops/trace.h"

namespace nngc {

class LoopRule {
protected:
  using Values = std::vector<Value>;

  /// `cotangents`: one per result, empty where none arrives; `wanted`: which operands.
  LoopRule(Value node, std::span<const Value> cotangents, const std::vector<bool>& wanted,
           Where where);

  [[nodiscard]] Value zeros(const TensorType& type) const;
  /// Whether input i of the body is a carry; consts come before them, rows of xs behind.
  [[nodiscard]] bool is_carry(std::size_t i) const { return i >= parts_.consts && i < first_row(); }
  [[nodiscard]] std::size_t first_row() const { return parts_.consts + parts_.carries; }
  /// What the values of a body become: consts as they are, the other inputs as these.
  [[nodiscard]] Values known(const Graph& graph, const Values& inputs,
                             std::span<const Value> others) const;
  /// The cotangents of the body's inputs in one step, from what its values are (`map`).
  [[nodiscard]] Values gradients_of_step(const BodyVjp& body, Values map) const;

  /// The parameter for a row of `stack`, or for a carry, of a scan about to be built.
  [[nodiscard]] Value add_row(ScanParts& scan, Value stack) const;
  [[nodiscard]] Value add_carry(ScanParts& scan, Value init) const;

  Value node_;
  GraphData* graph_;
  Opcode op_;
  const Attrs attrs_; ///< a copy, which keeps the body alive while the graph grows
  const Graph& body_;
  Values cotangents_, operands_;
  LoopOperands parts_;
  Dim length_; ///< of stacks of rows; where it has one
  Where where_;
  /// Carries through which a derivative flows: reached from what is wanted, in this step or an
  /// earlier one, and reaching a result that has a cotangent, in this step or a later one.
  Which active_;
  Which given_;  ///< outputs of the body that have cotangents
  Which wanted_; ///< inputs of the body whose gradients are needed

private:
  void choose_active();
};

} // namespace nngc
