// Recurrent cells, one step each. All gates come of two products: one of the input, which may be
// taken for all steps at once, and one of the state.
#include "nngc/layers.h"
#include "ops/composite/composite.h"

namespace nngc {

namespace {

/// Throws unless x[batch, in], states[batch, units], wx[in, gates units], wh[units, gates units],
/// biases[gates units].
void check_cell(std::string_view op, Value x, std::span<const Value> states, Value wx, Value wh,
                std::span<const Value> biases, std::int64_t gates, Where where) {
  std::vector<Value> all{x};
  all.insert(all.end(), states.begin(), states.end());
  all.insert(all.end(), {wx, wh});
  all.insert(all.end(), biases.begin(), biases.end());
  check_floats(op, all, where);
  bool fits = x.rank() == 2 && wx.rank() == 2 && wh.rank() == 2;
  for (const Value s : states)
    fits = fits && s.rank() == 2 && s.shape() == Shape{x.shape()[0], wh.shape()[0]};
  fits = fits && wx.shape()[0] == x.shape()[1] && wx.shape()[1] == wh.shape()[1] &&
         wh.shape()[1] == wh.shape()[0] * Dim(gates);
  for (const Value b : biases) fits = fits && b.shape() == Shape{wh.shape()[1]};
  const std::string wide = gates == 1 ? "units" : std::to_string(gates) + " units";
  const std::string state = states.size() == 1 ? "h[batch, units], " : "h, c[batch, units], ";
  check_fit(fits, op,
            "x[batch, in], " + state + "wx[in, " + wide + "], wh[units, " + wide + "], b[" + wide +
                "]",
            all, where);
}

/// Gate number i: its columns.
Value gate(Value all, std::int64_t i, Dim units) {
  return slice(all, {0, units * Dim(i)}, {all.shape()[0], units * Dim(i + 1)});
}

} // namespace

Value rnn_cell(Value x, Value h, Value wx, Value wh, Value b, Where where) {
  check_cell("rnn_cell", x, std::array{h}, wx, wh, std::array{b}, 1, where);
  return tanh(matmul(x, wx) + matmul(h, wh) + b);
}

Lstm lstm_cell(Value x, Lstm state, Value wx, Value wh, Value b, Where where) {
  check_cell("lstm_cell", x, std::array{state.h, state.c}, wx, wh, std::array{b}, 4, where);
  const Value all = matmul(x, wx) + matmul(state.h, wh) + b;
  const Dim units = wh.shape()[0];
  const Value in = logistic(gate(all, 0, units)), keep = logistic(gate(all, 1, units));
  const Value cell = tanh(gate(all, 2, units)), out = logistic(gate(all, 3, units));
  const Value c = keep * state.c + in * cell;
  return {out * tanh(c), c};
}

Value gru_cell(Value x, Value h, Value wx, Value wh, Value b, Value bh, Where where) {
  check_cell("gru_cell", x, std::array{h}, wx, wh, std::array{b, bh}, 3, where);
  const Value from_x = matmul(x, wx) + b, from_h = matmul(h, wh) + bh;
  const Dim units = wh.shape()[0];
  const Value reset = logistic(gate(from_x, 0, units) + gate(from_h, 0, units));
  const Value keep = logistic(gate(from_x, 1, units) + gate(from_h, 1, units));
  const Value fresh = tanh(gate(from_x, 2, units) + reset * gate(from_h, 2, units));
  return fresh + keep * (h - fresh);
}

} // namespace nngc
