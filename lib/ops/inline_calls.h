/// Calls put in place.
#pragma once

#include "nngc/graph.h"

namespace nngc {

/// The graph with the body of every call where the call was, calls in bodies included; the bodies
/// of loops and branches stay as they are.
[[nodiscard]] Graph inline_calls(const Graph& graph);

} // namespace nngc
