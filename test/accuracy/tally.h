/// What is counted while a function is walked through.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include <fmt/format.h>

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
  Places<T> special;             ///< NaN, infinity, sign or a prescribed value: wrong
  Places<T> falls;               ///< neighbours in the wrong order
  double worst = 0;              ///< ulp
  T worst_at = 0;
  struct Other {
    Places<T> differ; ///< results of other bits
    double worst = 0; ///< ulp, of these
    T worst_at = 0;
    void is_off(double error, T x) {
      if (error <= worst) return;
      worst = error;
      worst_at = x;
    }
  };
  std::array<Other, most_others> others; ///< other processors; `special`, `falls` count theirs, too

  /// `got` for `x`, where the mathematics says `want`, in a wider type. `prescribed`: annex F says
  /// which value it is, and no other is close.
  template <class Wide> void take(T x, T got, Wide want, bool prescribed) {
    ++inputs;
    if (!same(static_cast<T>(want), got)) ++not_nearest;
    const double error = judge(x, got, want, prescribed);
    if (error > worst) {
      worst = error;
      worst_at = x;
    }
  }

  /// The result of another processor, where it has other bits.
  template <class Wide> void take_other(std::size_t other, T x, T got, Wide want, bool prescribed) {
    others[other].differ.add(x);
    others[other].is_off(judge(x, got, want, prescribed), x);
  }

  [[nodiscard]] bool good() const {
    return worst <= 1 && special.count == 0 && falls.count == 0 &&
           std::all_of(others.begin(), others.end(), [](const Other& o) { return o.worst <= 1; });
  }

  void merge(const Tally& o) {
    inputs += o.inputs;
    not_nearest += o.not_nearest;
    special.merge(o.special);
    falls.merge(o.falls);
    for (std::size_t i = 0; i < most_others; ++i) {
      others[i].differ.merge(o.others[i].differ);
      others[i].is_off(o.others[i].worst, o.others[i].worst_at);
    }
    if (o.worst > worst) {
      worst = o.worst;
      worst_at = o.worst_at;
    }
  }

private:
  /// How far `got` is off, in ulp; 0 where it is special, right or wrong.
  template <class Wide> double judge(T x, T got, Wide want, bool prescribed) {
    const T nearest = static_cast<T>(want);
    // An infinity of the wide type is the mathematics', or far beyond the range.
    if (prescribed || std::isnan(want) || std::isinf(want) || std::isnan(got) ||
        std::signbit(got) != std::signbit(nearest)) {
      if (!same(nearest, got)) special.add(x);
      return 0;
    }
    // Beyond the greatest number lies infinity, one step on.
    const Wide end = std::ldexp(static_cast<Wide>(1), std::numeric_limits<T>::max_exponent);
    const Wide here = std::min(std::fabs(static_cast<Wide>(got)), end);
    const Wide there = std::min(std::fabs(want), end);
    return static_cast<double>(std::fabs(here - there) / ulp(there));
  }

  /// The distance of the numbers around `value`.
  template <class Wide> static Wide ulp(Wide value) {
    constexpr int least = std::numeric_limits<T>::min_exponent,
                  most = std::numeric_limits<T>::max_exponent;
    const int exponent = value == 0 ? least : std::clamp(std::ilogb(value) + 1, least, most);
    return std::ldexp(static_cast<Wide>(1), exponent - std::numeric_limits<T>::digits);
  }
};

/// How many results of another processor differ, how far they are off, and where the first is.
template <class T> std::string of_other(const typename Tally<T>::Other& o) {
  if (o.differ.count == 0) return "0";
  return fmt::format("{}, first at {:a}, worst {:.4f} at {:a}", o.differ.count, o.differ.first,
                     o.worst, o.worst_at);
}

} // namespace nngc::accuracy
