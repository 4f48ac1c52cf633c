/// Functions built from the primitives, which therefore need no derivative rules: activations,
/// softmax, norms, losses. Values and derivatives are stable by construction. Part of nngc/ops.h,
/// whose rules hold here too; layers have nngc/layers.h.
#pragma once

#include <cstdint>

#include "nngc/graph.h"
#include "nngc/indexing.h"

namespace nngc {

// ---- elementwise ----
Value square(Value x, Where where = Where::current());
Value exp2(Value x, Where where = Where::current());
Value log2(Value x, Where where = Where::current());
Value tan(Value x, Where where = Where::current());
Value asin(Value x, Where where = Where::current()); ///< derivative inf at -1 and 1
Value acos(Value x, Where where = Where::current());
/// The angle of the point (x, y), in [-pi, pi]; 0 with derivative 0 at the origin, zeros of both
/// signs are alike, NaN where both are infinite.
Value atan2(Operand y, Operand x);
/// x between low and high, the nearer of the two outside; derivative 0 from the bounds on.
Value clip(Value x, double low, double high, Where where = Where::current());
Value step(Value x, Where where = Where::current()); ///< 1 where x > 0, else 0
Value sign(Value x, Where where = Where::current());

// ---- activations ----
Value relu(Value x, Where where = Where::current());
Value relu6(Value x, Where where = Where::current());
Value leaky_relu(Value x, double slope = 0.01, Where where = Where::current());
Value elu(Value x, double alpha = 1, Where where = Where::current()); ///< alpha (exp x - 1) below 0
Value selu(Value x, Where where = Where::current());
Value gelu(Value x, Where where = Where::current());      ///< x * (1 + erf(x / sqrt 2)) / 2
Value gelu_tanh(Value x, Where where = Where::current()); ///< the tanh approximation
Value silu(Value x, Where where = Where::current());
Value mish(Value x, Where where = Where::current());     ///< x tanh(softplus x)
Value softplus(Value x, Where where = Where::current()); ///< log(1 + exp x), derivative 1/2 at 0
Value softsign(Value x, Where where = Where::current()); ///< x / (1 + |x|)
Value log_sigmoid(Value x, Where where = Where::current());
Value hard_sigmoid(Value x, Where where = Where::current()); ///< x / 6 + 1/2 between 0 and 1
Value hard_swish(Value x, Where where = Where::current());   ///< x hard_sigmoid(x)
Value softmax(Value x, int axis = -1, Where where = Where::current());
Value log_softmax(Value x, int axis = -1, Where where = Where::current());
Value logsumexp(Value x, Axes axes = {}, bool keepdims = false, Where where = Where::current());

// ---- norms; no axes: all of them. Derivatives are 0 at 0; nothing overflows on the way ----
Value l1_norm(Value x, Axes axes = {}, bool keepdims = false, Where where = Where::current());
Value l2_norm(Value x, Axes axes = {}, bool keepdims = false, Where where = Where::current());
Value max_norm(Value x, Axes axes = {}, bool keepdims = false, Where where = Where::current());
/// x divided by its l2_norm along `axis`; zeros stay zeros.
Value normalize(Value x, int axis = -1, Where where = Where::current());
/// The cosine of the angle between a and b along `axis`; 0 where one of them is 0.
Value cosine_similarity(Value a, Value b, int axis = -1, Where where = Where::current());

// ---- losses: means of rank 0; both sides of one type ----
Value mse(Value prediction, Value target,
          Where where = Where::current()); ///< mean of squares
Value mae(Value prediction, Value target, Where where = Where::current());
Value smooth_l1(Value prediction, Value target, double beta = 1, Where where = Where::current());
Value bce(Value probability, Value target, Where where = Where::current());
Value bce_with_logits(Value logits, Value target, Where where = Where::current());
/// Mean over rows of -log p[label]; labels: ints [rows], or probabilities shaped as the first
/// operand.
Value cross_entropy(Value probabilities, Value labels, Where where = Where::current());
Value cross_entropy_with_logits(Value logits, Value labels, Where where = Where::current());
/// Mean over rows of the sum of p log(p / q), p = target, q = exp(log_prediction); 0 where p is 0.
Value kl_div(Value log_prediction, Value target, Where where = Where::current());
/// -log of the normal density without its constant; variances count as at least `least`.
Value gaussian_nll(Value mean, Value variance, Value target, double least = 1e-6,
                   Where where = Where::current());
/// exp(log_rate) - target log_rate: -log of Poisson's probability without its constant.
Value poisson_nll(Value log_rate, Value target, Where where = Where::current());
/// max(0, 1 - target score); targets are -1 and 1.
Value hinge(Value score, Value target, Where where = Where::current());
/// Mean over rows of max(0, |anchor - positive| - |anchor - negative| + margin), along the last
/// axis.
Value triplet(Value anchor, Value positive, Value negative, double margin = 1,
              Where where = Where::current());
/// Mean over the batch of -log p(labels): p sums over all alignments of the labels to the steps, in
/// which class `blank` stands for no label. logits: [steps, batch, classes]; labels: ints [batch,
/// most]; how many of each count: ints [batch]. Labels that fit no alignment cost inf and have
/// derivative 0.
Value ctc_loss(Value logits, Value labels, Value steps, Value label_counts, std::int64_t blank = 0,
               Where where = Where::current());

// ---- with indices, keys and weights ----
Value one_hot(Value indices, Dim classes, DType dtype = DType::F32, Where where = Where::current());
/// Zeroes each element with probability `rate` and scales the rest by 1 / (1 - rate).
Value dropout(Value x, double rate, Value key, Value counter, std::int64_t site,
              Where where = Where::current());
/// x[..., in] W[in, out] + b[out].
Value dense(Value x, Value weights, Value bias, Where where = Where::current());

} // namespace nngc
