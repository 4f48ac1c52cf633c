// A dense layer without its activation.
#include "nngc/layers.h"
#include "ops/composite/composite.h"

namespace nngc {

Value dense(Value x, Value weights, Value bias, Where where) {
  common_graph("dense", std::array{x, weights, bias}, where);
  const bool fits = x.rank() >= 1 && weights.rank() == 2 && bias.rank() == 1 &&
                    x.shape()[x.rank() - 1] == weights.shape()[0] &&
                    weights.shape()[1] == bias.shape()[0];
  check_fit(fits, "dense", "x[..., in], weights[in, out], bias[out]", std::array{x, weights, bias},
            where);
  return add({dense(x, weights, where), where}, {bias, where});
}

Value dense(Value x, Value weights, Where where) {
  common_graph("dense", std::array{x, weights}, where);
  const bool fits =
      x.rank() >= 1 && weights.rank() == 2 && x.shape()[x.rank() - 1] == weights.shape()[0];
  check_fit(fits, "dense", "x[..., in], weights[in, out]", std::array{x, weights}, where);
  return dot_general(x, weights, {x.rank() - 1}, {0}, {}, {}, where);
}

} // namespace nngc
