// Losses between probabilities: means, rank 0. Where a probability and its weight are both 0, 0 log
// 0 counts as 0.
#include <limits>

#include "ops/composite/composite.h"

namespace nngc {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// weight * log(p) with 0 log 0 = 0: the logarithm of 1 there, and no derivative.
Value weighted_log(Value weight, Value p) {
  return weight * log(select(bit_and(eq(weight, 0), eq(p, 0)), 1, p));
}

/// Throws unless labels are one int per row of `scores`, or floats of its type.
void check_labels(std::string_view op, Value scores, Value labels, Where where) {
  check_float(op, scores, where);
  common_graph(op, std::array{scores, labels}, where);
  if (scores.rank() == 0)
    throw Error(Error::Kind::Shape,
                std::string(op) + ": needs an axis of classes: " + scores.type().str(), where);
  if (!is_int(labels.dtype())) return check_same_floats(op, scores, labels, where);
  Shape rows = scores.shape();
  rows = Shape(std::vector<Dim>(rows.begin(), rows.end() - 1));
  if (!(labels.shape() == rows))
    throw Error(Error::Kind::Shape,
                std::string(op) + ": integer labels must be one per row, " +
                    TensorType{labels.dtype(), rows}.str() + ", got " + labels.type().str() +
                    " for " + scores.type().str(),
                where);
}

/// The rows' element at the label, and whether there is one.
struct Picked {
  Value score, exists;
};
Picked pick(Value scores, Value labels, Where where) {
  const Dim classes = scores.shape()[scores.rank() - 1];
  const Value hits = class_hits(labels, classes, where);
  const Value score = reduce_sum(select(hits, scores, 0), {-1});
  if (!classes.is_static()) return {score, reduce_or(hits, {-1})};
  if (byte_size(labels.dtype()) < 4) labels = convert(labels, DType::I32, where);
  Value exists = labels < static_cast<double>(classes.value());
  if (is_signed_int(labels.dtype())) exists = bit_and(exists, labels >= 0);
  return {score, exists};
}

} // namespace

Value bce(Value probability, Value target, Where where) {
  check_same_floats("bce", probability, target, where);
  const Value p = probability, t = target;
  const Value other = select(bit_and(eq(t, 1), eq(p, 1)), 0, p);
  return neg(reduce_mean(weighted_log(t, p) + (1 - Operand(t)) * log1p(neg(other))));
}

// softplus(x) - x t, which is -t log s(x) - (1 - t) log(1 - s(x)) without either logarithm's
// overflow.
Value bce_with_logits(Value logits, Value target, Where where) {
  check_same_floats("bce_with_logits", logits, target, where);
  return reduce_mean(max(logits, 0, Tie::Half) - logits * target + log1p(exp(neg(abs(logits)))));
}

// A row whose label is outside [0, classes) has no loss and no derivative; it still counts as a row
// of the mean.
Value cross_entropy(Value probabilities, Value labels, Where where) {
  check_labels("cross_entropy", probabilities, labels, where);
  if (!is_int(labels.dtype()))
    return neg(reduce_mean(reduce_sum(weighted_log(labels, probabilities), {-1})));
  const Picked picked = pick(probabilities, labels, where);
  return neg(reduce_mean(select(picked.exists, log(picked.score), 0)));
}

// log(sum) - z[label] per row, both of the shifted logits z: the backward pass then needs no sum of
// its own, only softmax minus the hits.
Value cross_entropy_with_logits(Value logits, Value labels, Where where) {
  check_labels("cross_entropy_with_logits", logits, labels, where);
  if (!is_int(labels.dtype())) {
    const Value log_p = log_softmax(logits, -1);
    const Value never = bit_and(eq(labels, 0), eq(log_p, -infinity));
    return neg(reduce_mean(reduce_sum(labels * select(never, 0, log_p), {-1})));
  }
  const Value z = shifted_by_max(logits, {-1}).x;
  const Value sum = reduce_sum(exp(z), {-1});
  const Picked picked = pick(z, labels, where);
  const Value loss = log(select(eq(sum, 0), 1, sum)) - picked.score;
  return reduce_mean(select(picked.exists, loss, 0));
}

} // namespace nngc
