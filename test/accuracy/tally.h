/// What is counted while a function is walked through.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace nngc::accuracy {

template <class T> using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// The same bits; any NaN is any NaN.
template <class T> bool same(T a, T b) {
  return std::bit_cast<BitsOf<T>>(a) == std::bit_cast<BitsOf<T>>(b) ||
         (std::isnan(a) && std::isnan(b));
}

/// A count, and the first input that was counted.
template <class T> struct Places {
  std::uint64_t count = 0;
  T first = 0;
  void add(T x) {
    if (count++ == 0) first = x;
  }
  void merge(const Places& o) {
    if (count == 0) first = o.first;
    count += o.count;
  }
};

/// Processors beside the first, whose results are compared with its.
constexpr std::size_t most_others = 2;

template <class T> struct Tally {
  std::uint64_t inputs = 0;
  std::uint64_t not_nearest = 0; ///< results that are not the nearest number
  Places<T> special;             ///< NaN or the sign where it should not be, or not where it should
  Places<T> falls;               ///< neighbours in the wrong order
  std::array<Places<T>, most_others> differ; ///< results of other bits on another processor
  double worst = 0;                          ///< ulp
  T worst_at = 0;

  /// `got` for `x`, where the mathematics says `want`, in a wider type.
  template <class Wide> void take(T x, T got, Wide want) {
    ++inputs;
    const T nearest = static_cast<T>(want);
    if (!same(nearest, got)) ++not_nearest;
    if (std::isnan(got) != std::isnan(nearest) || std::signbit(got) != std::signbit(nearest)) {
      if (!std::isnan(got) || !std::isnan(nearest)) special.add(x);
      return;
    }
    if (std::isnan(got)) return;
    // Beyond the greatest number lies infinity, one step on.
    const Wide end = std::ldexp(static_cast<Wide>(1), std::numeric_limits<T>::max_exponent);
    const Wide here = std::min(std::fabs(static_cast<Wide>(got)), end);
    const Wide there = std::min(std::fabs(want), end);
    const double error = static_cast<double>(std::fabs(here - there) / ulp(there));
    if (error > worst) {
      worst = error;
      worst_at = x;
    }
  }

  void merge(const Tally& o) {
    inputs += o.inputs;
    not_nearest += o.not_nearest;
    special.merge(o.special);
    falls.merge(o.falls);
    for (std::size_t i = 0; i < most_others; ++i) differ[i].merge(o.differ[i]);
    if (o.worst > worst) {
      worst = o.worst;
      worst_at = o.worst_at;
    }
  }

private:
  /// The distance of the numbers around `value`.
  template <class Wide> static Wide ulp(Wide value) {
    constexpr int least = std::numeric_limits<T>::min_exponent,
                  most = std::numeric_limits<T>::max_exponent;
    const int exponent = value == 0 ? least : std::clamp(std::ilogb(value) + 1, least, most);
    return std::ldexp(static_cast<Wide>(1), exponent - std::numeric_limits<T>::digits);
  }
};

} // namespace nngc::accuracy
