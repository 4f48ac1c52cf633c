/// What the lambdas of control flow give back, checked at the user's line.
#pragma once

#include <string>
#include <vector>

#include "ir/graph_data.h"
#include "nngc/control.h"

namespace nngc {

/// Throws Error{Graph} for an empty value or one of another graph.
void check_values(std::string_view op, const GraphData* graph, const Values& values, Where where);
/// Throws Error{Type} naming the first value that came back with another type.
void check_same_types(std::string_view op, const Values& before, const Values& after,
                      const std::vector<std::string>& names, Where where);

} // namespace nngc
