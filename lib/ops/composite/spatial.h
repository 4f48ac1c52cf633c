/// What convolutions and pooling share: which axes are spatial, and how they are padded.
#pragma once

#include "nngc/windows.h"
#include "ops/composite/composite.h"

namespace nngc {

/// One number per spatial axis from what the user gave.
struct Spatial {
  /// Throws Error{Shape} where x has not `count` spatial axes (-1: any), Error{Attribute} for a
  /// list of another length.
  Spatial(std::string_view op, Value x, int count, Layout layout, Where where);
  /// `given`, or `fallback` for every axis.
  [[nodiscard]] Axes list(const char* what, const Axes& given, std::int64_t fallback) const;
  /// Sets lo and hi. Throws Error{Unsupported} where Same would need a symbolic extent.
  void pad(const Padding& padding, const Axes& sizes, const Axes& strides, const Axes& dilation);
  /// The list with `other` for the batch and the channels, in the order of x's axes.
  [[nodiscard]] Axes full(const Axes& spatial, std::int64_t other) const;

  std::string op;
  Value x;
  Layout layout;
  Where where;
  int count = 0, first = 1; ///< spatial axes are first, first + 1, ...
  Axes lo, hi;
};

} // namespace nngc
