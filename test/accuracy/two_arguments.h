/// Functions of two arguments: edge classes in all pairs, exact ties, and random numbers.
#pragma once

#include <string>

#include "test/accuracy/functions.h"

namespace nngc::accuracy {

struct Walk2 {
  std::uint64_t samples = 0;
  int threads = 1;
  std::span<const std::string> processors;
};

/// The rows of the page, f32 and f64; false where a result is more than 1 ulp off or a special
/// value wrong.
bool walk_two(const Function2& f, const Walk2& how, std::string& rows);
[[nodiscard]] std::string head_of_two(std::span<const std::string> processors);

} // namespace nngc::accuracy
