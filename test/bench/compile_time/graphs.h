/// The graphs whose compilation is timed, at any size.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nngc/graph.h"

namespace nngc::bench {

/// A graph, and what to differentiate in it where that is what is timed.
struct Subject {
  Graph graph;
  Value loss;
  std::vector<Value> wrt;
};

/// What is done to a subject while the clock runs.
enum class Task : std::uint8_t { Compile, Differentiate };

struct Case {
  std::string name;
  Task task = Task::Compile;
  std::int64_t size = 0; ///< nodes, or layers; 0: the case has one size
  double bound_s = 0;    ///< what the time must stay below; 0: nothing was promised
  Subject (*make)(std::int64_t) = nullptr;
};

[[nodiscard]] const std::vector<Case>& cases();

} // namespace nngc::bench
