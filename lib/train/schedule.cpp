// Learning rates that change, as functions of the number of steps done.
#include <cmath>
#include <numbers>

#include "nngc/ops.h"
#include "nngc/optimizers.h"

namespace nngc {

namespace {

Value after_warmup(const Schedule& s, Value k) {
  switch (s.kind) {
  case Schedule::Kind::Constant: break;
  case Schedule::Kind::Step: return exp(floor(k / s.steps) * std::log(s.rate));
  case Schedule::Kind::Exponential: return exp(k * (std::log(s.rate) / s.steps));
  case Schedule::Kind::Cosine: {
    const Value way = min(k, s.steps) * (std::numbers::pi / s.steps);
    return s.least + (1 - s.least) * 0.5 * (1 + cos(way));
  }
  case Schedule::Kind::Inverse: return 1 / (k + s.offset);
  }
  return {};
}

} // namespace

Value Schedule::at(Value done) const {
  const bool rises = warmup > 0;
  const Value factor = after_warmup(*this, rises ? max(done - warmup, 0) : done);
  if (!rises) return factor ? factor : done * 0 + 1;
  const Value rise = min((done + 1) * (1 / warmup), 1);
  return factor ? rise * factor : rise;
}

} // namespace nngc
