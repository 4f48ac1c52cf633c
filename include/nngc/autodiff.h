/// Differentiation: graph to graph, any order. Results are nodes of the same graph, so they can be
/// differentiated, optimized and compiled like any other.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "nngc/graph.h"

namespace nngc {

/// d loss / d wrt[i], shaped as wrt[i]; zeros where the loss does not depend on it. The loss is a
/// float of rank 0. Throws Error{Type} for an integer or bool among them (no silent zeros),
/// Error{Shape} for a loss of rank > 0.
std::vector<Value> grad(Value loss, std::span<const Value> wrt, Where where = Where::current());

std::pair<Value, std::vector<Value>> value_and_grad(Value loss, std::span<const Value> wrt,
                                                    Where where = Where::current());

/// Transposed Jacobian times cotangents: sum over outputs of cotangents[i] * d outputs[i] / d
/// wrt[j]. Throws Error{Shape} where a cotangent has not its output's type.
std::vector<Value> vjp(std::span<const Value> outputs, std::span<const Value> cotangents,
                       std::span<const Value> wrt, Where where = Where::current());

/// Jacobian times tangents: the derivative of each output when wrt moves along `tangents`.
std::vector<Value> jvp(std::span<const Value> outputs, std::span<const Value> wrt,
                       std::span<const Value> tangents, Where where = Where::current());

/// Hessian of the loss times `along`, forward over reverse; shaped as wrt.
std::vector<Value> hvp(Value loss, std::span<const Value> wrt, std::span<const Value> along,
                       Where where = Where::current());

} // namespace nngc
