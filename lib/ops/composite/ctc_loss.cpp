// Connectionist temporal classification (Graves et al., 2006): the probability of a label sequence
// is a sum over paths through blank, label, blank, label, ..., blank. It is summed in logarithms
// from step to step; the steps are unrolled.
#include <limits>

#include "ops/composite/composite.h"

namespace nngc {

namespace {

constexpr double minus_inf = -std::numeric_limits<double>::infinity();

/// x moved by `by` places to the right along the last of two axes.
Value moved(Value x, double fill, std::int64_t by) { return pad(x, fill, {0, by}, {0, -by}); }

/// log(e^a + e^b + e^c), elementwise; where all are -inf so is the result, with derivative 0.
Value log_of_sum(Value a, Value b, Value c) {
  const Value greatest = stop_gradient(max(max(a, b), c));
  const Value shift = select(is_finite(greatest), greatest, 0);
  const Value sum = exp(a - shift) + exp(b - shift) + exp(c - shift);
  const Value none = eq(sum, 0);
  return select(none, minus_inf, log(select(none, 1, sum)) + shift);
}

/// blank, label, blank, label, ..., blank: i64[batch, 2 labels + 1].
Value with_blanks(Value labels, std::int64_t blank) {
  const Shape& s = labels.shape();
  const Value column = reshape(labels, {s[0], s[1], 1}),
              blanks = like(column, static_cast<double>(blank));
  const Value pairs = reshape(concat(std::array{blanks, column}, 2), {s[0], Dim(2 * s[1].value())});
  return pad(pairs, static_cast<double>(blank), {0, 0}, {0, 1});
}

/// log p of each place's class at each step: [steps, batch, places]; -inf where there is no such
/// class.
Value emissions(Value logits, Value places) {
  const Shape& s = logits.shape();
  const auto classes = static_cast<double>(s[2].value());
  const Value logs = reshape(log_softmax(logits), {s[0], s[1] * s[2]});
  const Value first = positions(places, 0) * classes;
  const Value exists = bit_and(places >= 0, places < classes);
  const Value picked = gather(logs, first + select(exists, places, 0), 1, IndexMode::Promise);
  return select(broadcast_to(exists, picked.shape()), picked, minus_inf);
}

} // namespace

Value ctc_loss(Value logits, Value labels, Value steps, Value label_counts, std::int64_t blank,
               Where where) {
  const std::array all{logits, labels, steps, label_counts};
  common_graph("ctc_loss", all, where);
  check_float("ctc_loss", logits, where);
  bool fits = logits.rank() == 3 && labels.rank() == 2;
  for (const Value v : {labels, steps, label_counts}) {
    if (!is_int(v.dtype()))
      throw Error(Error::Kind::Type,
                  "ctc_loss: labels and counts must be integers: " + v.type().str(), where);
    fits = fits && v.rank() >= 1 && v.shape()[0] == logits.shape()[1];
  }
  fits = fits && steps.rank() == 1 && label_counts.rank() == 1 && logits.shape()[0].is_static() &&
         logits.shape()[2].is_static() && labels.shape()[1].is_static();
  check_fit(fits, "ctc_loss",
            "logits[steps, batch, classes], labels[batch, most], steps[batch], "
            "label_counts[batch], only the batch symbolic",
            all, where);
  if (blank < 0 || blank >= logits.shape()[2].value())
    throw Error(Error::Kind::Argument,
                "ctc_loss: there is no class " + std::to_string(blank) + " in " +
                    logits.type().str(),
                where);

  const Value places = with_blanks(convert(labels, DType::I64), blank);
  const Value emitted = emissions(logits, places);
  const Shape& shape = places.shape();
  const Value position = positions(places, 1);
  // Over a blank between two labels that differ.
  const Value skips =
      bit_and(ne(places, static_cast<double>(blank)), ne(places, moved(places, -1, 2)));
  const auto column = [&](Value v) { return broadcast_in_dim(convert(v, DType::I64), shape, {0}); };
  const Value length = column(steps), last = column(label_counts) * 2;
  // Before the first step all is at place 0.
  Value reached =
      select(eq(position, 0), zeros(logits.graph(), {logits.dtype(), shape}), minus_inf);
  for (std::int64_t t = 0; t < logits.shape()[0].value(); ++t) {
    const Value here = reshape(slice(emitted, {t, 0, 0}, {t + 1, shape[0], shape[1]}), shape);
    const Value over = select(skips, moved(reached, minus_inf, 2), minus_inf);
    const Value next = log_of_sum(reached, moved(reached, minus_inf, 1), over) + here;
    reached = select(length > static_cast<double>(t), next, reached);
  }
  const Value ends = bit_or(eq(position, last), eq(position, last - 1));
  return neg(reduce_mean(logsumexp(select(ends, reached, minus_inf), {1})));
}

} // namespace nngc
