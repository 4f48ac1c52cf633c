/// How exact each op is promised to be: the one table behind the noise that random graphs are
/// judged by and the error bounds that derivatives are held to.
#pragma once

#include "ir/graph_data.h"
#include "ops/reference.h"

namespace nngc::test {

/// Whether elements are added or multiplied up: rounded once per term, in f32 for 16-bit floats,
/// relative to the terms.
[[nodiscard]] bool is_sum(const GraphData& graph, NodeId id);

/// Whether a result of this node is rounded; what only moves, chooses or counts is not.
[[nodiscard]] bool is_rounded(const GraphData& graph, NodeId id);

/// Whether compiled code may round results of this node, or of one in a body of it, otherwise than
/// the interpreter does, at any level: most sums, whose order is another, and functions, which are
/// within a unit. All other arithmetic is rounded alike everywhere.
[[nodiscard]] bool is_open(const GraphData& graph, NodeId id);

/// How many terms make up one element of a sum, at most.
[[nodiscard]] double terms_of(const GraphData& graph, NodeId id, const EvalContext& context);

/// How many roundings, each of half a unit in the last place, a result may be off by, in the
/// interpreter and in compiled code: relative to the result, of sums to the sum of the terms'
/// magnitudes, in any order of adding up.
[[nodiscard]] double roundings_of(const GraphData& graph, NodeId id, const EvalContext& context);

} // namespace nngc::test
