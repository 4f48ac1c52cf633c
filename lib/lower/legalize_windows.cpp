// Windows as what lowering knows: reductions of views. A maximum reads its padding through a
// condition; whose it is, is found by comparing.
#include <algorithm>
#include <limits>

#include "lower/windows_of.h"

namespace nngc::lower_detail {

namespace {

/// The value that loses to every other: the smallest for max, the largest for min.
Value weakest(GraphData* graph, DType dtype, bool greatest) {
  if (is_float(dtype))
    return splat(graph, dtype, (greatest ? -1 : 1) * std::numeric_limits<double>::infinity());
  auto literal = std::make_shared<Tensor>(dtype, std::vector<std::int64_t>{});
  auto* bytes = static_cast<unsigned char*>(literal->raw());
  const auto last = static_cast<std::size_t>(byte_size(dtype)) - 1;
  std::fill(bytes, bytes + last + 1, greatest ? 0 : 255);
  if (is_signed_int(dtype)) bytes[last] = greatest ? 128 : 127;
  return append(graph, Opcode::Constant, {},
                {{"shape", std::vector<Dim>{}}, {"value", Literal(std::move(literal))}});
}

/// The row-major number of every element of the windows, as i32; `beyond` for padding.
Value numbers(Value x, const std::vector<WindowAxis>& axes, const Shape& space, Value inside,
              Value beyond) {
  GraphData* graph = x.graph();
  const int rank = x.rank();
  const auto static_from_1 = [&] {
    for (int i = 1; i < rank; ++i)
      if (!x.shape()[i].is_static()) return false;
    return true;
  };
  const auto iota_of = [&](const Shape& shape, int axis) {
    return append(graph, Opcode::Iota, {},
                  {{"axis", std::int64_t{axis}}, {"dtype", DType::I32}, {"shape", shape.dims()}});
  };
  const bool gaps = std::any_of(axes.begin(), axes.end(), [](auto& a) { return a.base > 1; });
  if (gaps || !static_from_1()) { // written down once, and read like x
    const Value all = reshape(iota_of(Shape{x.shape().size()}, 0), x.shape());
    return Laid(axes).windows_of(all, beyond);
  }
  Value number = splat(graph, DType::I32, 0, space);
  std::int64_t stride = 1;
  for (int i = rank; i-- > 0;) {
    const WindowAxis& a = axes[static_cast<std::size_t>(i)];
    const auto times = [&](Value v, std::int64_t by) { return v * static_cast<double>(by); };
    Value place = times(iota_of(space, rank + i), a.stride * stride);
    if (a.size > 1) place = place + times(iota_of(space, i), a.step * stride);
    number = number + place - static_cast<double>(a.lo * stride);
    if (i > 0) stride *= x.shape()[i].value();
  }
  return inside ? select(inside, number, beyond) : number;
}

} // namespace

Value legal_reduce_window(Value x, const Attrs& attrs, const TensorType& type) {
  if (is_empty(type.shape)) return zeros(x.graph(), type);
  const auto& kind = attrs.get<std::string>("kind");
  const Value border =
      kind == "add" ? splat(x.graph(), x.dtype(), 0) : weakest(x.graph(), x.dtype(), kind == "max");
  const Value all = Laid(window_axes(attrs)).windows_of(x, border);
  return reduce_kind(kind.c_str(), all, iota_axes(0, x.rank()));
}

Value legal_arg_window(Value x, const Attrs& attrs, const TensorType& type) {
  if (is_empty(type.shape)) return zeros(x.graph(), type);
  const auto& kind = attrs.get<std::string>("kind");
  const std::vector<WindowAxis> axes = window_axes(attrs);
  const Laid laid(axes);
  GraphData* graph = x.graph();
  const int rank = x.rank();
  // The extreme, then the first element that equals it: two passes over a window that is in L1, and
  // the first of them is shared with the extreme itself.
  const Value all = laid.windows_of(x, weakest(graph, x.dtype(), kind == "max"));
  const Value best = broadcast_in_dim(reduce_kind(kind.c_str(), all, iota_axes(0, rank)),
                                      all.shape(), iota_axes(rank, rank));
  Value hit = eq(all, best);
  if (is_float(x.dtype())) hit = bit_or(hit, ne(all, all));
  Value inside;
  if (laid.pads())
    inside = laid.windows_of(splat(graph, DType::Bool, 1, x.shape()), splat(graph, DType::Bool, 0));
  const Value beyond = splat(graph, DType::I32, std::numeric_limits<std::int32_t>::max());
  const Value far = broadcast_to(beyond, all.shape());
  const Value number = numbers(x, axes, all.shape(), inside ? inside : Value(), beyond);
  const Value first = reduce_kind("min", select(hit, number, far), iota_axes(0, rank));
  return laid.pads() ? select(eq(first, broadcast_to(beyond, first.shape())), -1, first) : first;
}

} // namespace nngc::lower_detail
