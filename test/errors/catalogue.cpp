// What the mistakes are made with.
#include "test/errors/catalogue.h"

#include "nngc/ops.h"

namespace nngc::test {

Ground::Ground() {
  a = g.input("a", f32({2, 3}));
  tall = g.input("tall", f32({3, 2}));
  i = g.input("i", i32({2, 3}));
  p = g.input("p", boolean({2, 3}));
  d = g.input("d", f64({2, 3}));
  x = g.input("x", f32({batch, 3}));
  row = g.input("row", f32({3}));
  w = g.param("w", f32({4, 5}));
  g.input("key", {DType::U32, {2}});
  g.input("empty", f32({2, 0}));
  for (const int n : {1, 2, 3, 5}) g.input("k" + std::to_string(n), i32({n}));
  s = reduce_sum(tanh(a) * row);
  foreign = other.input("y", f32({2, 3}));
  g.output("out", s);
  g.update(w, w * 0.5);
  g.output("h", reduce_mean(x, {1}) + reduce_sum(matmul(a, tall)));
}

} // namespace nngc::test
