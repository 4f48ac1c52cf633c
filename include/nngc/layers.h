/// Layers: what networks are made of, in functions of their inputs and weights. All are composites:
/// graphs of primitives, differentiable to any order. The rules of nngc/ops.h hold here too.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "nngc/ops.h"

namespace nngc {

// ---- normalization: x minus its mean, divided by sqrt(variance + eps), times scale, plus shift;
// statistics of 16-bit floats are taken in f32 ----

/// Over the last axis; scale and shift: [last axis].
Value layer_norm(Value x, Value scale, Value shift, double eps = 1e-5,
                 Where where = Where::current());
/// x / sqrt(mean of squares + eps) * scale, over the last axis.
Value rms_norm(Value x, Value scale, double eps = 1e-6, Where where = Where::current());
/// Over groups of neighbouring channels (the last axis) and all axes between it and the first.
Value group_norm(Value x, std::int64_t groups, Value scale, Value shift, double eps = 1e-5,
                 Where where = Where::current());
/// Per channel (the last axis), with the given statistics: for inference.
Value batch_norm(Value x, Value scale, Value shift, Value mean, Value variance, double eps = 1e-5,
                 Where where = Where::current());
/// The same with the statistics of x itself, and the running ones moved towards them by `rate`:
/// update the states that hold them, graph.update(running_mean, result.mean).
struct BatchNorm {
  Value y, mean, variance;
};
BatchNorm batch_norm_training(Value x, Value scale, Value shift, Value running_mean,
                              Value running_variance, double rate = 0.1, double eps = 1e-5,
                              Where where = Where::current());

// ---- layers of neurons; with a bias: dense(x, weights, bias) ----

/// x[..., in] W[in, out].
Value dense(Value x, Value weights, Where where = Where::current());

// ---- attention and tables ----

struct Attention {
  bool causal = false; ///< a query sees no later key; the last of both stand at the same place
  Value mask = {};     ///< bool: true where a query sees a key, or floats that are added to scores;
                       ///< broadcast to [..., heads, queries, keys]
  double scale = 0;    ///< of scores; 0: 1 / sqrt(width)
};
/// softmax(q k^T scale) v. q: [..., heads, queries, width], k: [..., groups, keys, width], v: [...,
/// groups, keys, width of the result]; heads / groups neighbouring heads share keys and values. A
/// query that sees no key gives zeros.
Value attention(Value q, Value k, Value v, const Attention& options = {},
                Where where = Where::current());
/// Rows of table[classes, width] by number: [indices..., width]; zeros for no row of the table.
Value embedding(Value table, Value indices, Where where = Where::current());

// ---- recurrent cells, one step: x[batch, in], h and c[batch, units], wx[in, gates * units],
// wh[units, gates * units], b[gates * units] ----

/// tanh(x wx + h wh + b).
Value rnn_cell(Value x, Value h, Value wx, Value wh, Value b, Where where = Where::current());
struct Lstm {
  Value h, c;
};
/// Gates in the order input, forget, cell, output.
Lstm lstm_cell(Value x, Lstm state, Value wx, Value wh, Value b, Where where = Where::current());
/// Gates in the order reset, update, new; the reset gate scales h wh + bh: h' = (1 - z) n + z h.
Value gru_cell(Value x, Value h, Value wx, Value wh, Value b, Value bh,
               Where where = Where::current());

// ---- sums over indices, and resizing ----

/// Einstein's sums: `ij,jk->ik`. A letter names an axis; equal letters are one index, which runs
/// over all axes of that name at once; what is not in the result is summed. Without `->` the result
/// has the letters that come once, in the order of the alphabet. `...` stands for leading axes,
/// aligned at their last.
Value einsum(std::string_view formula, std::span<const Value> operands,
             Where where = Where::current());

enum class Interpolation : std::uint8_t { Nearest, Linear };
/// x with new extents along some axes (static ones), by interpolation along each. Element i of n
/// stands at (i + 1/2) / n; with align_corners at i / (n - 1). Outside the first and last elements
/// the nearer one counts.
Value resize(Value x, const Axes& axes, const std::vector<std::int64_t>& sizes,
             Interpolation how = Interpolation::Linear, bool align_corners = false,
             Where where = Where::current());

} // namespace nngc
