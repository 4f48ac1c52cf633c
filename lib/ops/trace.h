/// How functions become graphs. A lambda is called with parameters, which are nodes of the user's
/// own graph; what it builds upon them is cut out afterwards as a body. All that does not depend on
/// a parameter stays outside and becomes an operand: what a loop would compute the same in every
/// step is computed once, before it. Derivatives of loops are made in the same way.
#pragma once

#include <span>
#include <vector>

#include "ir/graph_data.h"
#include "nngc/ops.h"

namespace nngc {

/// A node that stands for an argument of the function being traced: an input of no graph's list.
[[nodiscard]] Value parameter(GraphData* graph, const TensorType& type);

/// What belongs to a body: what depends on a parameter, or also all nodes that are not older than
/// `since` (a branch must not be computed where it is not taken).
struct Extent {
  std::span<const Value> parameters;
  NodeId since = ~NodeId{0};
};
/// The values that the results need and that are neither parameters nor of the body, by id. Small
/// constants are copied into bodies, and not among them.
[[nodiscard]] std::vector<Value> captures(const Extent& extent, std::span<const Value> results);
/// The body: its inputs are `inputs` (captures and parameters), its outputs the results.
[[nodiscard]] Graph cut_out(std::string_view name, std::span<const Value> inputs,
                            std::span<const Value> results);

/// Copies what `roots` of the graph `from` need into `to`. `known[id]`: what a node is there; must
/// hold all inputs that are needed. Copies get `epoch` more than they have.
[[nodiscard]] std::vector<Value> copy_into(GraphData* to, const GraphData& from,
                                           std::span<const Value> roots, std::vector<Value> known,
                                           std::uint8_t epoch = 0);

/// A scan about to be built: its parameters stand in the graph and the body has been traced.
struct ScanParts {
  std::vector<Value> carry, init; ///< parameters, and what they begin with
  std::vector<Value> row, xs;     ///< parameters, and what they are rows of
  Value count;                    ///< of a counted scan
  Dim length;
  bool reverse = false;
  std::int64_t snapshots = 0; ///< of carries that derivatives keep; 0: whatever they need
};
/// The scan's results, carries first.
[[nodiscard]] std::vector<Value> append_scan(GraphData* graph, const ScanParts& parts,
                                             std::span<const Value> next, std::span<const Value> ys,
                                             Where where);
struct WhileParts {
  std::vector<Value> carry, init;
  bool bounded = false;
  Dim max_steps;
};
[[nodiscard]] std::vector<Value> append_while(GraphData* graph, const WhileParts& parts,
                                              Value go_on, std::span<const Value> next,
                                              std::span<const Value> ys, Where where);
/// The operands of the branches are `arguments`, which `parameters` stand for, and what they
/// capture.
[[nodiscard]] std::vector<Value> append_cond(Value p, std::span<const Value> parameters,
                                             std::span<const Value> arguments, NodeId since,
                                             std::span<const Value> on_true,
                                             std::span<const Value> on_false, Where where);

} // namespace nngc
