/// The text form (.nng), and pictures (DOT).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nngc/graph.h"

namespace nngc {

struct PrintOptions {
  bool all_nodes = false; ///< also nodes that no output needs
  std::size_t literal_limit =
      ~std::size_t{0}; ///< larger constants print as shape and hash, which cannot be parsed
};

/// Canonical, deterministic; print(parse(print(g))) == print(g).
[[nodiscard]] std::string print(const Graph& graph, const PrintOptions& options = {});

/// Throws Error{Parse} whose message lists every mistake with line, column and a caret line. `file`
/// names the text.
[[nodiscard]] Graph parse(std::string_view text, std::string_view file = "<text>");

/// One line per result, such as `y = tanh(w*x + b)`, for people. Parts that are used more than once
/// come first, as `t1 = ...`; broadcasts are not shown.
[[nodiscard]] std::string formula(const Graph& graph);

/// Checks every node against its op's own rules. Throws Error{Graph} listing every violation.
void verify(const Graph& graph);

struct DotOptions {
  bool clusters = true; ///< forward, backward, update
  bool reduce = false;  ///< leave out edges that a longer path implies
  /// Group of each node, -1 for none, indexed by node id: drawn as boxes (the fused kernels).
  std::vector<int> groups = {};
  std::vector<std::string> group_names = {};
};
[[nodiscard]] std::string to_dot(const Graph& graph, const DotOptions& options = {});

} // namespace nngc
