/// A first look at DOT text, before Boost.Graph reads it: whether it is DOT at all, and where
/// things stand. Boost's reader names no place, forgets the order of nodes, and on hostile text
/// recurses and multiplies without bound.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "support/diagnostics.h"

namespace nngc {

struct DotOutline {
  struct Node {
    std::string name;
    std::size_t offset; ///< where it is named first
  };
  std::string name;
  std::vector<Node> nodes;        ///< in order of their first place
  std::vector<std::size_t> edges; ///< where each edge begins, in order
};

/// Nothing where a mistake was reported. What it accepts, Boost's reader accepts: one `digraph` of
/// nodes, edges between nodes, attributes, defaults and subgraphs; no HTML strings, no ports.
[[nodiscard]] bool outline_dot(std::string_view text, Diagnostics& diagnostics, DotOutline& out);

} // namespace nngc
