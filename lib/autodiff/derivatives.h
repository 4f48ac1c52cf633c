/// The two modes with structural zeros: an empty Value is a zero that nobody writes down. What
/// vjp(), jvp() and the rules of call, cond, scan and while are made of.
#pragma once

#include <span>
#include <vector>

#include "ir/graph_data.h"

namespace nngc {

/// Cotangents of `wrt`, empty where nothing arrives; an empty cotangent of an output is a zero.
[[nodiscard]] std::vector<Value> reverse_mode(GraphData* graph, std::span<const Value> outputs,
                                              std::span<const Value> cotangents,
                                              std::span<const Value> wrt, Where where);
/// Tangents of `outputs`, empty where nothing moves; an empty tangent of wrt is a zero.
[[nodiscard]] std::vector<Value> forward_mode(GraphData* graph, std::span<const Value> outputs,
                                              std::span<const Value> wrt,
                                              std::span<const Value> tangents, Where where);

/// The rules of the ops that carry graphs. `cotangents`: one per result; the answer: one per
/// operand, made only where `wanted`.
[[nodiscard]] std::vector<Value> region_vjp(Value node, std::span<const Value> cotangents,
                                            const std::vector<bool>& wanted, Where where);
/// `tangents`: one per operand; the answer: one per result.
[[nodiscard]] std::vector<Value> region_jvp(Value node, std::span<const Value> tangents,
                                            Where where);

// One per file.
[[nodiscard]] std::vector<Value> call_vjp(Value node, std::span<const Value> cotangents,
                                          const std::vector<bool>& wanted, Where where);
[[nodiscard]] std::vector<Value> call_jvp(Value node, std::span<const Value> tangents, Where where);
[[nodiscard]] std::vector<Value> cond_vjp(Value node, std::span<const Value> cotangents,
                                          const std::vector<bool>& wanted, Where where);
[[nodiscard]] std::vector<Value> cond_jvp(Value node, std::span<const Value> tangents, Where where);
[[nodiscard]] std::vector<Value> loop_vjp(Value node, std::span<const Value> cotangents,
                                          const std::vector<bool>& wanted, Where where);
/// Of a scan with `snapshots`, which keeps that many carries alone.
[[nodiscard]] std::vector<Value> revolve_vjp(Value node, std::span<const Value> cotangents,
                                             const std::vector<bool>& wanted, Where where);
[[nodiscard]] std::vector<Value> loop_jvp(Value node, std::span<const Value> tangents, Where where);

} // namespace nngc
