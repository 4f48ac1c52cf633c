// A potential trained on energy and forces: the gradient of a gradient. The pairs within the cutoff
// are listed anew in every call, as the peers do it: room for 640, what is left of it has weight 0.
#include <array>
#include <cmath>
#include <numbers>

#include "nngc/autodiff.h"
#include "nngc/indexing.h"
#include "nngc/ops.h"
#include "test/bench/peer/parts.h"

namespace nngc::bench {

Workload forces() {
  constexpr std::int64_t atoms = 64, centres = 32, pairs = atoms * (atoms - 1) / 2, room = 640;
  constexpr std::array<std::int64_t, 4> sizes = {centres, 64, 64, 1};
  Graph g("forces");
  const Value r = g.input("r", f32({atoms, 3})), e_target = g.input("e_target", f32({1})),
              f_target = g.input("f_target", f32({atoms, 3}));
  std::vector<Value> params;
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    params.push_back(g.param("w" + std::to_string(i), f32({sizes[i - 1], sizes[i]})));
    params.push_back(g.param("b" + std::to_string(i), f32({sizes[i]})));
  }
  std::vector<std::int32_t> first, second;
  for (std::int32_t i = 0; i < atoms; ++i)
    for (std::int32_t j = i + 1; j < atoms; ++j) first.push_back(i), second.push_back(j);
  std::vector<float> places;
  for (int k = 0; k < centres; ++k)
    places.push_back(0.5F + static_cast<float>(k) * static_cast<float>(3.5 / 31));
  const Value first_of = constant(g, Tensor::of<std::int32_t>({pairs}, first)),
              second_of = constant(g, Tensor::of<std::int32_t>({pairs}, second)),
              mu = constant(g, Tensor::of<float>({centres}, places));
  const auto between = [&](Value i, Value j) {
    return gather(r, i, 0, IndexMode::Promise) - gather(r, j, 0, IndexMode::Promise);
  };
  const Value close = reduce_sum(square(between(first_of, second_of)), {1}) < 16;
  const Value number = cumsum(convert(close, DType::I32), 0);
  const Value pair =
      scatter_set(full(g, i32({room}), 0), select(close, number - 1, -1), iota(g, i32({pairs})));
  const Value i = gather(first_of, pair, 0, IndexMode::Promise),
              j = gather(second_of, pair, 0, IndexMode::Promise);
  const Value count = broadcast_to(slice(number, {pairs - 1}, {pairs}), {room});
  const Value d = sqrt(reduce_sum(square(between(i, j)), {1}));
  const Value near =
      select(iota(g, i32({room})) < count, 0.5 * Operand(cos(d * (std::numbers::pi / 4)) + 1), 0);
  const Value bump =
      exp(-4 * Operand(square(reshape(d, {room, 1}) - mu))) * reshape(near, {room, 1});
  Value h = full(g, f32({atoms, centres}), 0);
  h = scatter_add(h, i, bump, 0, IndexMode::Promise);
  h = scatter_add(h, j, bump, 0, IndexMode::Promise);
  for (std::size_t n = 0; n < params.size(); n += 2)
    h = dense(n == 0 ? h : tanh(h), params[n], params[n + 1]);
  const Value energy = reduce_sum(h);
  const std::array wrt{r};
  const Value force = neg(grad(energy, wrt)[0]);
  const Value loss = reduce_sum(square(energy - e_target)) / static_cast<double>(atoms) +
                     reduce_sum(square(force - f_target)) / static_cast<double>(3 * atoms);
  const std::vector<Value> grads = grad(loss, params);
  g.output("loss", loss);
  g.output("forces", force);
  for (std::size_t n = 0; n < params.size(); ++n)
    g.update(params[n], params[n] - 1e-3 * Operand(grads[n]));
  return {std::move(g), "loss", {}};
}

} // namespace nngc::bench
