/// Makes a failing graph small, and a test file of it.
#pragma once

#include <functional>
#include <string>

#include "test/fuzz/campaign.h"

namespace nngc::test {

/// Whether a graph still fails, with that value of the symbolic dim.
using Fails = std::function<bool(const Graph&, std::int64_t n)>;

struct Shrunk {
  Graph graph;
  std::int64_t n;
};

/// Drops outputs and inputs, puts inputs, constants and operands in the place of nodes, a number in
/// the place of the symbolic dim, and smaller extents, as long as the graph fails.
[[nodiscard]] Shrunk shrink(const Graph& graph, std::int64_t n, const Fails& fails);

/// The failure of a campaign, made small: the text of a file for test/filetest/fuzz. `crashes`:
/// judges in processes of their own, for failures that end the process.
[[nodiscard]] std::string as_test_file(const Failure& failure, bool crashes = false);

/// What `judge` says in a process of its own, or `crashes with signal 11`.
[[nodiscard]] std::string isolated(const std::function<std::string()>& judge);

/// `seed=4711 n=3 passes=all math=strict` as a failure; throws std::invalid_argument.
[[nodiscard]] Failure parse_failure(std::span<const std::string> words);

/// What such a file says: the words behind `fuzz` in its first line. Empty, or what is wrong.
[[nodiscard]] std::string judge_test_file(const Graph& graph, std::span<const std::string> words);

} // namespace nngc::test
