// Skip-gram with negative samples: the gradients of the gathered rows go into the tables in place.
#include <array>

#include "nngc/autodiff.h"
#include "nngc/ops.h"
#include "test/bench/peer/parts.h"

namespace nngc::bench {

Workload word2vec() {
  constexpr std::int64_t words = 10000, width = 128, pairs = 1024, negatives = 5;
  Graph g("word2vec");
  const Value u = g.param("u", f32({words, width})), v = g.param("v", f32({words, width}));
  const Value centre = g.input("centre", i32({pairs})), context = g.input("context", i32({pairs})),
              negative = g.input("negative", i32({pairs, negatives}));
  const std::array both{reshape(context, {pairs, 1}), negative};
  const Value other = concat(both, 1);
  const Value rows_u = gather(u, centre, 0, IndexMode::Promise),
              rows_v = gather(v, other, 0, IndexMode::Promise);
  const Value z =
      reduce_sum(broadcast_in_dim(rows_u, {pairs, 1 + negatives, width}, {0, 2}) * rows_v, {2});
  const Value right = softplus(neg(slice(z, {0, 0}, {pairs, 1})));
  const Value wrong = softplus(slice(z, {0, 1}, {pairs, 1 + negatives}));
  const Value loss = (reduce_sum(right) + reduce_sum(wrong)) / static_cast<double>(pairs);
  const std::array wrt{rows_u, rows_v};
  const std::vector<Value> grads = grad(loss, wrt);
  g.output("loss", loss);
  g.update(u, scatter_add(u, centre, -0.5 * Operand(grads[0]), 0, IndexMode::Promise));
  g.update(v, scatter_add(v, other, -0.5 * Operand(grads[1]), 0, IndexMode::Promise));
  return {std::move(g), "loss", {}};
}

} // namespace nngc::bench
