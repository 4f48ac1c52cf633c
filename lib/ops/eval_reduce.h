/// What reductions and running results combine elements with.
#pragma once

#include <array>
#include <limits>
#include <string>
#include <string_view>

#include "ops/eval_index.h"

namespace nngc {

enum class ReduceKind : std::uint8_t { Add, Mul, Max, Min, And, Or, None };
inline constexpr std::array<std::string_view, 6> reduce_kinds = {"add", "mul", "max",
                                                                 "min", "and", "or"};
inline ReduceKind reduce_kind(const Attrs& attrs) {
  const auto& text = attrs.get<std::string>("kind");
  return static_cast<ReduceKind>(std::find(reduce_kinds.begin(), reduce_kinds.end(), text) -
                                 reduce_kinds.begin());
}

template <class T> T smallest(DType dtype) {
  if constexpr (std::is_same_v<T, std::int64_t>) {
    if (is_unsigned_int(dtype)) return 0;
    return -1 - (std::numeric_limits<std::int64_t>::max() >> (64 - 8 * byte_size(dtype)));
  } else if constexpr (std::is_same_v<T, Complex>)
    return -std::numeric_limits<double>::infinity();
  else
    return -std::numeric_limits<T>::infinity();
}
template <class T> T largest(DType dtype) {
  if constexpr (std::is_same_v<T, std::int64_t>) {
    if (is_unsigned_int(dtype)) return wrap(dtype, -1);
    return std::numeric_limits<std::int64_t>::max() >> (64 - 8 * byte_size(dtype));
  } else
    return -smallest<T>(dtype);
}

/// Whether v takes the place of the greatest (or least) so far; a NaN does, and stays.
template <class T> bool takes_over(DType dtype, bool greatest, T best, T v) {
  if (is_nan(best)) return false;
  return is_nan(v) || (greatest ? less(dtype, best, v) : less(dtype, v, best));
}

template <class T> T identity(ReduceKind kind, DType dtype) {
  switch (kind) {
  case ReduceKind::Mul: return T(1);
  case ReduceKind::Max: return smallest<T>(dtype);
  case ReduceKind::Min: return largest<T>(dtype);
  case ReduceKind::And: return dtype == DType::Bool ? T(1) : T(-1);
  default: return T(0);
  }
}

template <class T> T combined(ReduceKind kind, DType dtype, T a, T b) {
  switch (kind) {
  case ReduceKind::Add: return plus(a, b);
  case ReduceKind::Mul: return times(a, b);
  case ReduceKind::Max: return is_nan(a) || (!is_nan(b) && !less(dtype, a, b)) ? a : b;
  case ReduceKind::Min: return is_nan(a) || (!is_nan(b) && !less(dtype, b, a)) ? a : b;
  default: break;
  }
  if constexpr (std::is_same_v<T, std::int64_t>)
    return kind == ReduceKind::And ? a & b : a | b;
  else
    return a; // infer lets no float come here
}

} // namespace nngc
