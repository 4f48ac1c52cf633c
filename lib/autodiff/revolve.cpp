// beta(s, r) = (s + r)! / (s! r!) steps can be reversed with s snapshots when none is computed
// again more than r times. With the least r that is enough for l of them, going on by m is as good
// as can be where beta(s, r - 2) <= m <= beta(s, r - 1) and beta(s - 1, r - 1) <= l - m <=
// beta(s - 1, r): m steps are left to s snapshots and r - 1 repetitions, the others to s - 1 and r.
#include "autodiff/revolve.h"

#include "nngc/control.h"

namespace nngc {

Value revolve_distance(Value steps, Value slots) {
  const Value l = convert(steps, DType::I64), s = convert(slots, DType::I64);
  const Value zero = l - l, one = zero + 1;
  // r, beta(s, r - 1), beta(s, r); the products are below 2^63, as both factors are below 2^31.
  const Values last = while_values(
      {one, one, s + 1}, [&](const Values& c) { return lt(c[2], l); },
      [&](const Values& c) {
        const Value r = c[0] + 1;
        return Values{r, c[2], c[2] * (s + r) / r};
      });
  // beta(s - 1, r - 1) is beta(s, r - 1) s / (s + r - 1).
  const Value r = last[0], most = last[1], right = most * s / (s + r - 1);
  return convert(min(most, l - right), DType::I32);
}

} // namespace nngc
