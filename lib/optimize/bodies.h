/// Passes and the graphs that call, cond, scan and while carry.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "ir/graph_data.h"

namespace nngc {

[[nodiscard]] bool has_regions(const GraphData& graph);
/// The graph with `change` of every body, and of the bodies inside of these, innermost first.
[[nodiscard]] Graph change_bodies(const Graph& graph,
                                  const std::function<Graph(const Graph&)>& change);

/// A body with some of its inputs, put together or left out, and some of its outputs: `input[i]` is
/// the number of the new input that takes the place of input i, or -1 where nothing needs it.
[[nodiscard]] Graph rewired(const Graph& body, const std::vector<int>& input,
                            std::span<const std::size_t> outputs);

/// The nodes `result` of each region op, and which results anything uses.
struct ResultUse {
  explicit ResultUse(const GraphData& graph);
  /// Whether result `index` of the op is used, by a live node or as an output.
  [[nodiscard]] bool used(NodeId region, std::size_t index) const;

private:
  std::vector<std::vector<bool>> used_; ///< by node; empty for all but region ops
};

} // namespace nngc
