/// Convolutions of other libraries, where they are installed: libdnnl-dev. They judge ours; nngc
/// itself uses none of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace nngc::bench {

/// A 2-D convolution of NHWC pictures with HWIO weights, "same" padding.
struct Layer {
  const char* name;
  std::int64_t batch, extent, in, out, size, stride, groups;

  [[nodiscard]] std::int64_t out_extent() const { return (extent + stride - 1) / stride; }
};

enum class Road { Forward, ToData, ToWeights };

/// `x` [batch, extent, extent, in], `w` [size, size, in / groups, out], `y` [batch, out_extent,
/// out_extent, out]; the one that the road computes is written.
struct ConvArrays {
  float *x, *w, *y;
};

struct ConvLibrary {
  std::string name;
  std::function<void()> run;
};

/// One call per library and way of laying out: "oneDNN" starts from and ends with the arrays as
/// they are, whatever it reorders between; "oneDNN, own layouts" is the primitive alone, on arrays
/// laid out as it wishes, which hold what the call before left there. One thread, empty where none
/// was there to build with.
[[nodiscard]] std::vector<ConvLibrary> conv_libraries(const Layer& layer, Road road,
                                                      const ConvArrays& arrays);

} // namespace nngc::bench
