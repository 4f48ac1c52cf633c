// Spatial axes and their padding.
#include "ops/composite/spatial.h"

namespace nngc {

Spatial::Spatial(std::string_view name, Value v, int wanted, Layout order, Where at)
    : op(name), x(v), layout(order), where(at), first(order == Layout::ChannelsLast ? 1 : 2) {
  check_value(op, x, where);
  count = x.rank() - 2;
  if (wanted < 0 ? count < 1 : count != wanted)
    throw Error(Error::Kind::Shape,
                op + ": needs a batch, channels and " +
                    (wanted < 0 ? "spatial axes" : std::to_string(wanted) + " spatial axes") +
                    ": " + x.type().str(),
                where);
}

Axes Spatial::list(const char* what, const Axes& given, std::int64_t fallback) const {
  if (given.empty()) return Axes(static_cast<std::size_t>(count), fallback);
  if (given.size() != static_cast<std::size_t>(count))
    throw Error(Error::Kind::Attribute,
                op + ": '" + what + "' has " + std::to_string(given.size()) + " entries for " +
                    std::to_string(count) + " spatial axes: " + x.type().str(),
                where);
  return given;
}

void Spatial::pad(const Padding& padding, const Axes& sizes, const Axes& strides,
                  const Axes& dilation) {
  lo = list("padding", padding.lo, 0), hi = list("padding", padding.hi, 0);
  if (padding.kind != Padding::Kind::Same) return;
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const Dim extent = x.shape()[first + i];
    if (!extent.is_static())
      throw Error(Error::Kind::Unsupported,
                  op + ": 'same' padding of a symbolic extent: " + x.type().str(), where);
    const std::int64_t n = extent.value(), stride = std::max<std::int64_t>(strides[at], 1);
    const std::int64_t windows = (n + stride - 1) / stride;
    const std::int64_t covered = (sizes[at] - 1) * dilation[at] + 1;
    const std::int64_t all = std::max<std::int64_t>((windows - 1) * stride + covered - n, 0);
    lo[at] = all / 2, hi[at] = all - all / 2;
  }
}

Axes Spatial::full(const Axes& spatial, std::int64_t other) const {
  Axes result(static_cast<std::size_t>(first), other);
  result.insert(result.end(), spatial.begin(), spatial.end());
  result.resize(static_cast<std::size_t>(x.rank()), other);
  return result;
}

} // namespace nngc
