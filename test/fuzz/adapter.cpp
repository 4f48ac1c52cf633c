// Shapes by way of flat values; ranges by functions that keep the derivative alive.
#include "test/fuzz/adapter.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace nngc::test {

Range range_of(const EvalArray& array) {
  Range r{1e300, -1e300, 1};
  std::size_t finite = 0, count = 0;
  std::visit(
      [&]<class T>(const std::vector<T>& data) {
        if constexpr (!std::is_same_v<T, Complex>)
          for (const T& e : data) {
            const auto x = static_cast<double>(e);
            ++count;
            if (!std::isfinite(x)) continue;
            ++finite;
            r.low = std::min(r.low, x);
            r.high = std::max(r.high, x);
          }
      },
      array.data);
  if (count > 0) r.finite = static_cast<double>(finite) / static_cast<double>(count);
  return r;
}

Value Adapter::number(const TensorType& type) {
  constexpr std::array numbers{0.0, 1.0, -1.0, 2.0, 0.5, 3.0};
  const double x = numbers[choose_.below(numbers.size())];
  const bool fits = is_float(type.dtype) || (x >= 0 && x == std::floor(x));
  return full(graph_, type, type.dtype == DType::Bool || !fits ? 1 : x);
}

Value Adapter::fresh(DType dtype, const Shape& shape) {
  const TensorType type{dtype, shape};
  const bool counts = dtype != DType::Bool && shape.rank() > 0;
  if (counts && choose_.one_in(12))
    return iota(graph_, type,
                static_cast<int>(choose_.below(static_cast<std::size_t>(shape.rank()))));
  if (choose_.one_in(4)) return number(type);
  if (shape.is_static() && shape.size().value() <= 64 && choose_.one_in(8)) {
    std::mt19937 random(static_cast<unsigned>(choose_.below(1U << 30U)));
    return constant(graph_, random_tensor(dtype, concrete(shape, 0), -2, 2, random));
  }
  return graph_.input("x" + std::to_string(graph_.inputs().size()), type,
                      choose_.one_in(3) ? Role::Param : Role::Data);
}

/// With a number, on either side.
Value Adapter::compared(Value v) {
  constexpr std::array compares{eq, ne, lt, le, gt, ge};
  const Value other = number(v.type());
  const auto compare = compares[choose_.below(compares.size())];
  return choose_.one_in(2) ? compare(v, other) : compare(other, v);
}

Value Adapter::to_dtype(Value v, DType dtype) {
  if (v.dtype() == dtype) return v;
  if (dtype == DType::Bool && choose_.one_in(2)) return compared(v);
  return convert(v, dtype);
}

Value Adapter::to_shape(Value v, const Shape& shape) {
  if (v.shape() == shape) return v;
  if (!shape.is_static()) return to_symbolic(v, shape);
  v = to_static(v);
  if (v.shape() == shape) return v;
  // Trailing axes that fit may be broadcast, as the builder does it.
  bool fits = v.rank() <= shape.rank() && choose_.one_in(2);
  for (int i = 1; fits && i <= v.rank(); ++i)
    fits = v.shape()[v.rank() - i] == shape[shape.rank() - i] || v.shape()[v.rank() - i] == Dim(1);
  if (fits) return broadcast_to(v, shape);
  const std::int64_t count = shape.size().value(), have = v.shape().size().value();
  if (have == 0 && count > 0) return fresh(v.dtype(), shape);
  if (have == 1 && count != 1) return broadcast_in_dim(reshape(v, Shape{}), shape, {});
  return reshape(have == count ? v : to_count(reshape(v, Shape{have}), count), shape);
}

Value Adapter::to_count(Value flat, std::int64_t count) {
  const std::int64_t have = flat.shape()[0].value();
  if (count == 0) return slice(flat, {0}, {0});
  if (have > count) { // every stride-th element from a start
    const auto most = static_cast<std::size_t>((have - 1) / std::max<std::int64_t>(count - 1, 1));
    const auto stride =
        static_cast<std::int64_t>(1 + choose_.below(std::min<std::size_t>(most, 4)));
    const std::int64_t span = (count - 1) * stride + 1;
    const auto start =
        static_cast<std::int64_t>(choose_.below(static_cast<std::size_t>(have - span + 1)));
    return slice(flat, {start}, {start + span}, {stride});
  }
  const std::int64_t lack = count - have;
  switch (choose_.below(3)) {
  case 0: { // around it
    const auto lo = static_cast<std::int64_t>(choose_.below(static_cast<std::size_t>(lack + 1)));
    const bool is_wide = lack % (have - 1) == 0 && choose_.one_in(2);
    if (is_wide)
      return pad(flat, full(graph_, {flat.dtype(), {}}, 1), {0}, {0}, {lack / (have - 1)});
    return pad(flat, full(graph_, {flat.dtype(), {}}, 0), {lo}, {lack - lo});
  }
  case 1:
    if (count <= 4 * have) { // with itself
      std::vector<Value> parts(static_cast<std::size_t>(count / have), flat);
      if (count % have != 0) parts.push_back(to_count(flat, count % have));
      return concat(parts, 0);
    }
    [[fallthrough]];
  default: { // by row numbers, the last ones behind the end
    Value rows = iota(graph_, i32({count}));
    if (choose_.one_in(2)) rows = rem(rows, static_cast<int>(have));
    return gather(flat, rows, 0, choose_.one_in(2) ? IndexMode::Clip : IndexMode::Fill);
  }
  }
}

Value Adapter::to_static(Value v) {
  if (v.shape().is_static()) return v;
  Axes symbolic;
  for (int i = 0; i < v.rank(); ++i)
    if (!v.shape()[i].is_static()) symbolic.push_back(i);
  if (v.dtype() == DType::Bool)
    return choose_.one_in(2) ? reduce_and(v, symbolic) : reduce_or(v, symbolic);
  switch (choose_.below(4)) {
  case 0: return reduce_sum(v, symbolic);
  case 1: return reduce_max(v, symbolic);
  default: break;
  }
  for (const std::int64_t axis : symbolic) {
    const auto count = static_cast<std::int64_t>(1 + choose_.below(6));
    v = gather(v, iota(graph_, i32({count})), static_cast<int>(axis),
               choose_.one_in(2) ? IndexMode::Clip : IndexMode::Fill);
  }
  return v;
}

Value Adapter::to_symbolic(Value v, const Shape& shape) {
  if (!v.shape().is_static() && v.rank() == shape.rank() && choose_.one_in(2)) {
    Axes order; // the same axes in another order?
    for (int i = 0; i < shape.rank(); ++i)
      for (int k = 0; k < v.rank(); ++k)
        if (v.shape()[k] == shape[i] && std::find(order.begin(), order.end(), k) == order.end()) {
          order.push_back(k);
          break;
        }
    if (static_cast<int>(order.size()) == v.rank()) return transpose(v, order);
  }
  Shape narrow;
  Axes dims;
  for (const Dim& d : shape) {
    dims.push_back(narrow.rank());
    narrow.push_back(d.is_static() ? d : Dim(1));
  }
  const Value wide = broadcast_in_dim(to_shape(v, narrow), shape, dims);
  if (choose_.one_in(3)) return wide;
  const Value other = fresh(v.dtype(), shape);
  if (v.dtype() == DType::Bool) return bit_xor(wide, other);
  return choose_.one_in(2) ? wide + other : wide * other;
}

Value Adapter::to_range(Value v, const InputSpec& spec, const Range& now) {
  if (now.low >= spec.low && now.high <= spec.high) return v;
  // What is asked for is a domain, or just handy numbers.
  const bool is_any = spec.low < 0 && spec.high > 0;
  if (is_any && now.low > -100 && now.high < 100 && !choose_.one_in(3)) return v;
  if (choose_.one_in(12)) return v; // NaN and infinities must come out alike, too
  const double width = spec.high - spec.low;
  switch (choose_.below(4)) {
  case 0: return min(max(v, spec.low), spec.high);
  case 1: return spec.low + width * (1 / (1 + v * v));
  case 2: return spec.low + width / 2 + width / 2 * sin(v);
  default: return spec.low + width * logistic(v);
  }
}

} // namespace nngc::test
