#include "test/differential/control_draw.h"

#include <cmath>

#include "nngc/ops.h"

namespace nngc::test {

Value ControlDraw::mix(const Values& from, const Shape& shape) {
  Values list = from;
  for (int i = d_.pick(1, 3); i > 0; --i) {
    const Value a = d_.choose_.of(list), b = d_.choose_.of(list);
    switch (d_.pick(0, 7)) {
    case 0: list.push_back(tanh(a * b)); break;
    case 1: list.push_back(sin(a) + b * 0.5); break;
    case 2: list.push_back(a * logistic(b)); break;
    case 3: list.push_back(a / (b * b + 1)); break;
    case 4: list.push_back(sqrt(a * a + 0.5) - b); break;
    case 5: list.push_back(a - reduce_mean(b)); break;
    case 6: list.push_back(exp(tanh(a)) * 0.5); break;
    default: // neighbours, where there are any
      list.push_back(shape.rank() == 0 ? cos(a) : reverse(a, {0}) * b);
    }
  }
  return tanh(list.back()) + list.front() * 0.25;
}

Values ControlDraw::scanned() {
  const Shape shape = d_.any_shape(2);
  const int length = d_.pick(d_.chance(6) ? 0 : 1, 4);
  Shape rows{length};
  for (const Dim extent : shape) rows.push_back(extent);
  const Value init = d_.of_shape(shape), xs = d_.of_shape(rows), whole = d_.of_shape(shape);
  ScanOptions options;
  options.reverse = d_.chance(2);
  if (d_.chance(3))
    options.segments = 2;
  else if (d_.chance(3))
    options.snapshots = d_.pick(1, 3);
  if (options.segments == 0 && d_.chance(3)) options.count = d_.index({}, 0, length);
  // A branch may look at the row: of it, outside, the numbers are known.
  Axes all;
  for (int i = 1; i <= shape.rank(); ++i) all.push_back(i);
  const bool asks = shape.rank() > 0 && d_.chance(3) && d_.away_from_zero(reduce_sum(xs, all));
  const bool nests = !asks && shape.rank() > 0 && d_.chance(3);
  auto [last, ys] = scan_values(
      {init}, {xs},
      [&](const Values& c, const Values& row) {
        Value next;
        if (asks)
          next = cond(
              reduce_sum(row[0]) > 0, [&] { return mix({c[0], row[0], whole}, shape); },
              [&] { return mix({row[0], c[0]}, shape); });
        else if (nests)
          next = scan(reduce_mean(c[0]), row[0] * c[0], [&](Value s, Value part) {
                   const Value sum = tanh(s + reduce_mean(part));
                   return std::pair{sum, part * sum};
                 }).second;
        else
          next = mix({c[0], row[0], whole}, shape);
        return std::pair{Values{next}, Values{mix({next, row[0]}, shape)}};
      },
      options);
  last.push_back(ys[0]);
  return last;
}

/// Until a count is reached, or a sum.
Values ControlDraw::repeated() {
  const Shape shape = d_.any_shape(2);
  const Value init = d_.of_shape(shape), whole = d_.of_shape(shape);
  WhileOptions options;
  options.max_steps = d_.pick(1, 5);
  const bool counts = d_.chance(2);
  const Value wanted = counts ? d_.index({}, 0, 6) : d_.g_.scalar(d_.dtype_, d_.real(0.5, 6));
  const Value zero = d_.g_.scalar(counts ? DType::I32 : d_.dtype_, 0);
  Values results = while_values(
      {init, zero}, [&](const Values& c) { return c[1] < wanted; },
      [&](const Values& c) {
        const Value next = mix({c[0], whole}, shape);
        const Value more = counts ? c[1] + 1 : c[1] + 0.5 + reduce_mean(next * next);
        return Values{next, more};
      },
      options);
  results.pop_back(); // how many steps there were
  if (counts) results.pop_back();
  return results;
}

Values ControlDraw::branched() {
  const Shape shape = d_.any_shape(2);
  const Value a = d_.of_shape(shape), b = d_.of_shape(shape), sum = reduce_sum(a) - 0.25;
  if (!d_.away_from_zero(sum)) return {};
  return cond_values(
      d_.chance(2) ? sum > 0 : sum < 0, [&] { return Values{mix({a, b}, shape), mix({b}, shape)}; },
      [&] { return Values{mix({b, a}, shape), a * 0.5}; });
}

Values ControlDraw::called() {
  const Shape shape = d_.any_shape(2);
  const Value a = d_.of_shape(shape), b = d_.of_shape(shape);
  return call_values(
      {a, b}, [&](const Values& v) { return Values{mix(v, shape), mix({v[1], v[0]}, shape)}; },
      d_.chance(2));
}

Values ControlDraw::draw() {
  switch (d_.pick(0, 6)) {
  case 0:
  case 1:
  case 2: return scanned();
  case 3:
  case 4: return repeated();
  case 5: return branched();
  default: return called();
  }
}

} // namespace nngc::test
