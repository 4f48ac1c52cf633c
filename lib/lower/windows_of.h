/// What the legal forms of windows and convolutions share.
#pragma once

#include <algorithm>

#include "lower/plan.h"
#include "ops/window.h"

namespace nngc::lower_detail {

inline Axes iota_axes(int first, int count) {
  Axes r;
  for (int i = 0; i < count; ++i) r.push_back(first + i);
  return r;
}

inline Value reduce_kind(const char* kind, Value x, Axes axes) {
  return append(Opcode::Reduce, {x},
                {{"axes", std::move(axes)}, {"keepdims", false}, {"kind", std::string(kind)}},
                Where::current());
}

inline bool is_empty(const Shape& shape) {
  return std::find(shape.begin(), shape.end(), Dim(0)) != shape.end();
}

/// What every axis has, as the ops take it.
struct Laid {
  Axes dims, strides, step, lo, hi, gaps;
  explicit Laid(const std::vector<WindowAxis>& axes) {
    for (const WindowAxis& a : axes) {
      dims.push_back(a.size), strides.push_back(a.stride), step.push_back(a.step);
      lo.push_back(a.lo), hi.push_back(a.hi), gaps.push_back(a.base - 1);
    }
  }
  [[nodiscard]] bool pads() const {
    const auto adds = [](const Axes& list) {
      return std::any_of(list.begin(), list.end(), [](std::int64_t n) { return n > 0; });
    };
    return adds(lo) || adds(hi) || adds(gaps);
  }
  /// [within the windows..., windows...].
  [[nodiscard]] Value windows_of(Value x, Value border) const {
    return windows(pad(x, border, lo, hi, gaps), dims, strides, step);
  }
};

} // namespace nngc::lower_detail
