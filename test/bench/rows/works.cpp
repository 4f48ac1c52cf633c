// Definitions; nngc_rows.cpp has the judges.
#include "test/bench/rows/works.h"

#include "nngc/ops.h"

namespace nngc::bench {
namespace {

Value chain(Graph& g, std::int64_t rows, std::int64_t width) {
  const Value x = g.input("x", f32({rows, width})), y = g.input("y", f32({rows, width}));
  return max(x * 1.5 + y, 0.25) * 0.5 - x * y;
}

Value softmax_rows(Graph& g, std::int64_t rows, std::int64_t width) {
  return softmax(g.input("x", f32({rows, width})));
}

Value layer_norm(Graph& g, std::int64_t rows, std::int64_t width) {
  const Value x = g.input("x", f32({rows, width}));
  const Value scale = g.param("scale", f32({width})), shift = g.param("shift", f32({width}));
  const Value centered = x - reduce_mean(x, {1}, true);
  return centered * rsqrt(reduce_mean(square(centered), {1}, true) + row_epsilon) * scale + shift;
}

} // namespace

const std::vector<RowWork>& row_works() {
  static const std::vector<RowWork> list = {
      {"chain", 2, chain}, {"softmax", 1, softmax_rows}, {"layer-norm", 1, layer_norm}};
  return list;
}

} // namespace nngc::bench
