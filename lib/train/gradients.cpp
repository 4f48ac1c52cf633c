// What is done to gradients before an optimizer sees them, and penalties.
#include <fmt/format.h>

#include "nngc/ops.h"
#include "nngc/optimizers.h"

namespace nngc {

namespace {

void check_list(std::string_view what, std::span<const Value> values, Where where) {
  if (values.empty())
    throw Error(Error::Kind::Argument, fmt::format("{}: there is no value", what), where);
}

void check_limit(std::string_view what, double limit, Where where) {
  if (!(limit > 0))
    throw Error(Error::Kind::Argument,
                fmt::format("{}: the limit must be positive, got {}", what, limit), where);
}

} // namespace

std::vector<Value> clip_by_value(std::span<const Value> grads, double limit, Where where) {
  check_limit("clip_by_value", limit, where);
  std::vector<Value> result;
  for (const Value g : grads) result.push_back(clip(g, -limit, limit, where));
  return result;
}

// The norm of the norms: none of them overflows.
std::vector<Value> clip_by_global_norm(std::span<const Value> grads, double limit, Where where) {
  check_list("clip_by_global_norm", grads, where);
  check_limit("clip_by_global_norm", limit, where);
  std::vector<Value> norms;
  for (const Value g : grads)
    norms.push_back(reshape(l2_norm(convert(g, DType::F64, where), {}, false, where), {1}, where));
  const Value norm = l2_norm(concat(norms, 0, where), {}, false, where);
  const Value scale = select(norm > limit, limit / norm, 1);
  std::vector<Value> result;
  for (const Value g : grads) result.push_back(g * convert(scale, g.dtype(), where));
  return result;
}

Value l1_penalty(std::span<const Value> params, double rate, Where where) {
  check_list("l1_penalty", params, where);
  Value sum;
  for (const Value p : params) {
    const Value part = l1_norm(p, {}, false, where);
    sum = sum ? sum + part : part;
  }
  return sum * rate;
}

Value l2_penalty(std::span<const Value> params, double rate, Where where) {
  check_list("l2_penalty", params, where);
  Value sum;
  for (const Value p : params) {
    const Value part = reduce_sum(square(p, where), {}, false, where);
    sum = sum ? sum + part : part;
  }
  return sum * (0.5 * rate);
}

} // namespace nngc
