/// Many graphs, each judged by some variants that belong to its seed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "test/fuzz/generator.h"
#include "test/fuzz/judge.h"

namespace nngc::test {

struct CampaignOptions {
  std::uint64_t first_seed = 1, graphs = 1000;
  unsigned threads = 1;
  /// Compiled variants per graph: of one graph in `compile_one_in`, and how many.
  unsigned compile_one_in = 1, compiled_each = 1;
  std::uint64_t most_failures = 20;                  ///< then it stops
  std::function<void(const Figures&)> progress = {}; ///< now and then, from any thread
};

struct Failure {
  std::uint64_t seed;
  std::int64_t n;
  Variant variant;
  std::string what;
};

struct Outcome {
  Figures figures;
  std::vector<Failure> failures; ///< by seed
};

[[nodiscard]] Outcome run_campaign(const CampaignOptions& options);

/// The variants a seed is judged by.
[[nodiscard]] std::vector<Variant> variants_of(std::uint64_t seed, unsigned compile_one_in = 1,
                                               unsigned compiled_each = 1);

/// `seed 7, passes=... : y0[3] is ...`
[[nodiscard]] std::string str(const Failure& failure);

} // namespace nngc::test
