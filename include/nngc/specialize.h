/// Binding symbolic dims to numbers.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "nngc/graph.h"

namespace nngc {

/// Values of symbolic dims by name.
using DimValues = std::map<std::string, std::int64_t, std::less<>>;

/// The same graph where the dims of these names are numbers: faster code for one size. Names,
/// roles, outputs and updates are kept; nodes that no output needs are dropped, inputs never.
/// Throws Error{Graph} for a name that is no symbolic dim of an input, Error{Shape} for a negative
/// number or where the shapes do not fit with these numbers.
[[nodiscard]] Graph specialize(const Graph& graph, const DimValues& dims,
                               Where where = Where::current());

} // namespace nngc
