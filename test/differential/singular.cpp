#include "test/differential/singular.h"

#include <limits>

#include "nngc/ops.h"

namespace nngc::test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

Value part(Value x, std::int64_t from, std::int64_t to) { return slice(x, {from}, {to}); }

Value norm_of(Value x) {
  const Value square_sum = reduce_sum(square(x));
  return select(square_sum > 0, sqrt(square_sum), 0);
}

Value direction_of(Value x) {
  const Value square_sum = reduce_sum(square(x));
  return select(broadcast_to(square_sum > 0, x.shape()), x * rsqrt(square_sum), 0);
}

/// Rows of two; the first has nothing that is not masked.
Value masked_rows(Value x) {
  const Value rows = reshape(x, {2, 2});
  return select(rows < 100, rows, -inf);
}
Value second_column(Value rows) { return slice(rows, {0, 1}, {2, 2}); }

} // namespace

std::vector<SingularCase> singular_cases() {
  return {
      {"sqrt under select", {0, 4}, [](Value x) { return select(x > 0, sqrt(x), 0); }},
      {"sqrt of a negative under select",
       {-1, 4},
       [](Value x) { return select(x > 0, sqrt(x), 0); }},
      {"log under select", {0, 2}, [](Value x) { return select(x > 0, log(x), 0); }},
      {"log1p under select", {-1, 1}, [](Value x) { return select(x > -1, log1p(x), 0); }},
      {"rsqrt under select", {0, 4}, [](Value x) { return select(x > 0, rsqrt(x), 0); }},
      {"pow 0.5 under select", {0, 4}, [](Value x) { return select(x > 0, pow(x, 0.5), 0); }},
      {"reciprocal under select", {0, 2}, [](Value x) { return select(ne(x, 0), 1 / x, 0); }},
      {"sin x over x under select",
       {0, 1},
       [](Value x) { return select(ne(x, 0), sin(x) / x, 1); }},
      {"x log x under select", {0, 0.5}, [](Value x) { return select(x > 0, x * log(x), 0); }},
      {"exp that overflows under select",
       {1000, 1},
       [](Value x) { return select(x < 100, exp(x), 0); }},
      {"norm under select", {0, 0}, norm_of},
      {"direction under select", {0, 0}, direction_of},
      {"pow(a, b) at 0^2", {0, 2}, [](Value x) { return pow(part(x, 0, 1), part(x, 1, 2)); }},
      {"pow(a, b) at 0^1", {0, 1}, [](Value x) { return pow(part(x, 0, 1), part(x, 1, 2)); }},
      {"pow(a, b) at 0^3", {0, 3}, [](Value x) { return pow(part(x, 0, 1), part(x, 1, 2)); }},
      {"logsumexp of all -inf", {-inf, -inf}, [](Value x) { return logsumexp(x); }},
      {"softmax, a row masked",
       {500, 600, 0, 0},
       [](Value x) { return second_column(softmax(masked_rows(x))); }},
      {"logsumexp, one masked",
       {500, 0},
       [](Value x) { return logsumexp(select(x < 100, x, -inf)); }},
      {"log_softmax, one masked",
       {500, 1, 2, 3},
       [](Value x) { return select(reshape(x, {2, 2}) < 100, log_softmax(masked_rows(x)), 0); }},
      {"softplus far out", {2000, -2000}, [](Value x) { return softplus(x); }},
      {"silu far out", {-2000, 2000}, [](Value x) { return silu(x); }},
      {"bce far out", {2000, -2000}, [](Value x) { return bce_with_logits(x, step(x)); }},
  };
}

} // namespace nngc::test
