/// The matrix products of other libraries, where they are installed: libopenblas-dev, libdnnl-dev,
/// libxsmm-dev. They judge ours; nngc itself uses none of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace nngc::bench {

struct Product {
  std::int64_t m, n, k;
  const float *a, *b; ///< [m, k] and [k, n], row-major
  float* c;           ///< [m, n]
};

struct Library {
  std::string name;
  std::function<void()> run;
};

/// One call per library and product, on one thread. Empty where none was there to build with.
[[nodiscard]] std::vector<Library> libraries(const Product& p);

} // namespace nngc::bench
