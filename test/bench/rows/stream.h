/// What memory allows: reads and writes with nothing between them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace nngc::bench {

/// to[i] = a[i], or a[i] + b[i] where there is a b, `count` floats, a multiple of 64; all three
/// 64-byte aligned.
using Stream = void (*)(float* to, const float* a, const float* b, std::size_t count);

struct NamedStream {
  std::string name;
  Stream run;
  bool past_caches = false;
};

/// As wide as this processor's vectors; with stores that go through the caches, and with stores
/// that go past them.
[[nodiscard]] std::vector<NamedStream> streams();

/// Adds up `count` floats, a multiple of 128, 64-byte aligned.
using Read = float (*)(const float* from, std::size_t count);

struct NamedRead {
  std::string name;
  Read run;
};
[[nodiscard]] std::vector<NamedRead> reads();

} // namespace nngc::bench
