// Workloads with a loop over time.
#include <vector>

#include "nngc/autodiff.h"
#include "nngc/control.h"
#include "nngc/ops.h"
#include "nngc/train.h"
#include "test/bench/peer/parts.h"

namespace nngc::bench {

namespace {

struct LstmState {
  Value h, c;
};

} // namespace

} // namespace nngc::bench

NNGC_STRUCT(nngc::bench::LstmState, h, c)

namespace nngc::bench {

Workload scan_grad() {
  constexpr std::int64_t steps = 614, size = 8;
  Graph g("scan_grad");
  const Value a = g.input("a", f32({size, size})), b = g.input("b", f32({size})),
              c = g.input("c", f32({size})), s0 = g.input("s0", f32({size})),
              x = g.input("x", f32({steps, size})), y = g.input("y", f32({steps, size}));
  const auto [last, path] = scan(s0, x, [&](Value s, Value row) {
    const Value u = tanh(reduce_sum(a * s, {1}) + b);
    const Value next = s + 0.05 * Operand(u - 0.1 * Operand(s)) + 0.01 * Operand(sin(c * s)) * row;
    return std::pair{next, next};
  });
  const Value loss = reduce_sum(square(path - y)) / static_cast<double>(steps);
  const std::vector<Value> wrt{a, b, c, s0};
  const std::vector<Value> grads = grad(loss, wrt);
  g.output("loss", loss);
  for (std::size_t i = 0; i < wrt.size(); ++i)
    g.output("g" + std::string(g.input_name(wrt[i])), grads[i]);
  return {std::move(g), "loss", {}};
}

Workload lstm_train() {
  constexpr std::int64_t vocabulary = 96, hidden = 256, time = 64, batch = 32;
  Graph g("lstm");
  const Value tokens = transpose(g.input("tokens", i32({batch, time + 1})));
  const Value embed = g.param("embed", f32({vocabulary, hidden})),
              wx = g.param("wx", f32({hidden, 4 * hidden})),
              wh = g.param("wh", f32({hidden, 4 * hidden})), b = g.param("b", f32({4 * hidden})),
              wo = g.param("wo", f32({hidden, vocabulary})), bo = g.param("bo", f32({vocabulary}));
  const Value inputs = slice(tokens, {0, 0}, {time, batch}),
              targets = slice(tokens, {1, 0}, {time + 1, batch});
  // A gather of rows commutes with a product on its right: 96 rows instead of 2,048.
  const Value projected = gather(matmul(embed, wx) + b, inputs);
  const Value zero = full(g, f32({batch, hidden}), 0);
  const auto [last, hs] = scan(LstmState{zero, zero}, projected, [&](LstmState s, Value row) {
    const Value z = row + matmul(s.h, wh);
    const auto gate = [&](std::int64_t i) {
      return slice(z, {0, i * hidden}, {batch, (i + 1) * hidden});
    };
    const Value cell = logistic(gate(1)) * s.c + logistic(gate(0)) * tanh(gate(2));
    const Value h = logistic(gate(3)) * tanh(cell);
    return std::pair{LstmState{h, cell}, h};
  });
  const Value z = matmul(reshape(hs, {time * batch, hidden}), wo) + bo;
  const Value loss = cross_entropy_with_logits(z, reshape(targets, {time * batch}));
  return {training_step(g, loss, sgd(0.1)), "loss", {}};
}

} // namespace nngc::bench
