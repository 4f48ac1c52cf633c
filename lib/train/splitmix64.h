/// Random bits that are a pure function of a number (Steele, Lea, Flood, 2014).
#pragma once

#include <cstdint>

namespace nngc {

inline std::uint64_t splitmix64(std::uint64_t x) {
  std::uint64_t z = (x + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

} // namespace nngc
