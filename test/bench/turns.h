/// Rivals take turns on one machine: what a benchmark reports is a ratio of what they did in the
/// same rounds.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <vector>

namespace nngc::bench {

[[nodiscard]] inline double median(std::vector<double> list) {
  const auto middle = list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2);
  std::nth_element(list.begin(), middle, list.end());
  return *middle;
}

/// (90th - 10th percentile) / median: what a neighbour on the machine spoils for a round or two is
/// left out.
[[nodiscard]] inline double spread(std::vector<double> list) {
  std::sort(list.begin(), list.end());
  const std::size_t tenth = list.size() / 10;
  return (list[list.size() - 1 - tenth] - list[tenth]) / list[list.size() / 2];
}

/// Seconds per call of each rival in each round. A slice is long enough for the clock and, so that
/// all rivals meet the same machine, not much longer.
[[nodiscard]] inline std::vector<std::vector<double>>
take_turns(const std::vector<std::function<void()>>& rivals, int rounds, double slice_s) {
  using Clock = std::chrono::steady_clock;
  const auto seconds = [](const std::function<void()>& rival, long calls) {
    const Clock::time_point start = Clock::now();
    for (long i = 0; i < calls; ++i) rival();
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  std::vector<long> calls;
  for (const auto& rival : rivals) {
    rival(); // the first call pays for pages and caches
    long count = 1;
    for (double s = seconds(rival, 1); s < slice_s / 2; s = seconds(rival, count)) count *= 2;
    calls.push_back(count);
  }
  std::vector<std::vector<double>> times(rivals.size());
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < rivals.size(); ++i)
      times[i].push_back(seconds(rivals[i], calls[i]) / static_cast<double>(calls[i]));
  return times;
}

/// How many times faster `ours` was than `theirs`, round by round.
[[nodiscard]] inline std::vector<double> ratios(const std::vector<double>& theirs,
                                                const std::vector<double>& ours) {
  std::vector<double> list;
  for (std::size_t i = 0; i < ours.size(); ++i) list.push_back(theirs[i] / ours[i]);
  return list;
}

} // namespace nngc::bench
