/// What call, cond, scan and while share. Each carries graphs ("bodies") whose inputs are the op's
/// operands and whose outputs are its results; result 0 is the node itself, `result{index}` of it
/// gives the others. A body is a function: it has no updates, and all it uses is an operand.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ir/graph_data.h"

namespace nngc {

/// The types of all results, result 0 first.
[[nodiscard]] std::vector<TensorType> result_types(Opcode op, const Attrs& attrs);
[[nodiscard]] inline std::vector<TensorType> result_types(Value region) {
  const GraphData& g = *region.graph();
  return result_types(g.node(region.id()).op, g.attrs(region.id()));
}
/// Result `index` of a region op; 0 is the node itself.
[[nodiscard]] Value result_of(Value region, std::size_t index);
[[nodiscard]] std::vector<Value> results_of(Value region);
[[nodiscard]] std::vector<Value> operands_of(Value node);

/// How the operands of a scan or while are divided: consts, carries, xs, and of a counted scan the
/// count.
struct LoopOperands {
  std::size_t consts = 0, carries = 0, xs = 0;
  bool counted = false;
  [[nodiscard]] std::size_t inputs() const { return consts + carries + xs; } ///< of the body
};
[[nodiscard]] LoopOperands loop_operands(const Attrs& attrs, std::size_t operand_count);
/// `length` or `max_steps`: an attribute that is one dim.
[[nodiscard]] Dim one_dim(const Attrs& attrs, std::string_view key);
[[nodiscard]] const Graph& region(const Attrs& attrs, std::string_view key);

/// An axis in front: the type of what a loop stacks.
[[nodiscard]] TensorType stacked(const TensorType& type, Dim length);

// For shape rules; each throws through `c.fail`.

/// The body is a function of the operands [first, first + types.size()), of these types.
void check_body_inputs(const InferContext& c, const Graph& body, std::string_view key,
                       std::span<const TensorType> types);
/// Outputs [0, carries) of the body have the types of its inputs [first, first + carries).
void check_carries(const InferContext& c, const Graph& body, std::size_t first,
                   std::size_t carries);
/// `consts` and `carries` are counts that the operands have room for.
void check_counts(const InferContext& c, std::size_t operands);

} // namespace nngc
