// Convolutions as what lowering knows: dots over views of windows.
//
// Where neighbours of x lie apart, as in the cotangent of a strided convolution, nothing is
// multiplied by zeros: one dense convolution for every remainder.
//
// A convolution pads x once, into memory, but where small windows make sums and no dot
// (small_windows_of_border); its windows are a view of that, no copy. So the dot reads
// A[n, o, (w, c)] at an address that is affine in all of them, as several contracted axes. Axes are
// taken in the order in which they lie in memory: the forward product has a row of pixels as m and
// (w, c) as k; the weights' gradient, which comes as a convolution of transposed operands, has the
// channels as m and (batch, pixels) as k.
#include <numeric>

#include "lower/windows_of.h"
#include "ops/conv.h"

namespace nngc::lower_detail {

namespace {

bool is_half(DType t) { return t == DType::BF16 || t == DType::F16; }

/// A value without the transpose on top, and where its axes have gone: axis i is axis at[i] of it.
struct Peeled {
  explicit Peeled(Value v) : value(v), at(iota_axes(0, v.rank())) {
    const GraphData* g = v.graph();
    while (g->node(value.id()).op == Opcode::Transpose) {
      const auto& perm = g->attrs(value.id()).get<Axes>("perm");
      for (std::int64_t& a : at) a = perm[static_cast<std::size_t>(a)];
      value = Value(v.graph(), g->operands(value.id())[0]);
    }
  }
  /// Splits the axis that is `axis` of the value into groups; returns where they are now.
  std::int64_t split(int axis, std::int64_t groups) {
    const std::int64_t where = at[static_cast<std::size_t>(axis)];
    value = split_axis(value, static_cast<int>(where), groups);
    for (std::int64_t& a : at)
      if (a >= where) ++a;
    return where;
  }
  Value value;
  Axes at;
};

/// The sum of products over the last axes of a[group, m..., k...] and the middle ones of b[group,
/// k..., 1], as [m..., group]. The groups lie in the lanes: one product each is too thin for a
/// contraction.
Value sum_in_lanes(Value a, Value b, int m, int k, DType out) {
  const DType wide = is_half(a.dtype()) ? DType::F32 : a.dtype();
  Axes last = iota_axes(1, m + k);
  last.push_back(0);
  a = convert(transpose(a, last), wide);
  Axes perm = iota_axes(1, k);
  perm.push_back(0), perm.push_back(k + 1);
  b = join_axis(transpose(b, perm), k);
  const Value spread = broadcast_in_dim(convert(b, wide), a.shape(), iota_axes(m, k + 1));
  return convert(reduce_kind("add", a * spread, iota_axes(m, k)), out);
}

/// The same as [group, m...]. Of few sums over much, as the gradient of a depthwise convolution's
/// weights, each is one of its own: one kernel then makes them all and reads b once, not once for
/// each.
Value product_sum(Value a, Value b, int m, int k, DType out) {
  constexpr std::int64_t most_sums = 16, least_steps = 32;
  const auto many = [&] { // rather a symbolic count than none
    std::int64_t count = 1;
    for (int i = 0; i < k; ++i) {
      const Dim& d = a.shape()[1 + m + i];
      count *= d.is_static() ? d.value() : least_steps;
    }
    return count >= least_steps;
  };
  std::vector<std::int64_t> extents;
  std::int64_t sums = 1;
  for (int i = 0; i < m && sums <= most_sums; ++i) {
    const Dim& d = a.shape()[1 + i];
    extents.push_back(d.is_static() ? d.value() : most_sums + 1);
    sums *= extents.back();
  }
  Value sum;
  if (sums > 1 && sums <= most_sums && many()) {
    std::vector<Value> each;
    std::vector<Dim> row(a.shape().begin() + m, a.shape().end());
    row.front() = a.shape()[0];
    for (std::int64_t number = 0; number < sums; ++number) {
      std::vector<Dim> low(static_cast<std::size_t>(a.rank()), 0), high = a.shape().dims();
      std::int64_t rest = number;
      for (int i = m; i-- > 0;) {
        const auto at = static_cast<std::size_t>(i);
        low[at + 1] = rest % extents[at], high[at + 1] = rest % extents[at] + 1;
        rest /= extents[at];
      }
      const Value one = sum_in_lanes(reshape(slice(a, low, high), Shape(row)), b, 0, k, out);
      each.push_back(reshape(one, Shape{1, a.shape()[0]}));
    }
    std::vector<Dim> dims(extents.begin(), extents.end());
    dims.push_back(a.shape()[0]);
    sum = reshape(concat(each, 0), Shape(dims));
  } else {
    sum = sum_in_lanes(a, b, m, k, out);
  }
  Axes first{m};
  for (int i = 0; i < m; ++i) first.push_back(i);
  return transpose(sum, first);
}

/// An axis of a product: where it lies in x's memory, which axis of the windows it is, and which of
/// w's axes (k) or of the result's (m) it is.
struct Part {
  std::int64_t memory, axis, role;
};

/// [group?, m..., k...] of all windows of x, axes in the order of memory.
Value left_operand(Value all, const Axes& wanted) {
  Axes perm; // axes that nobody wants have one element
  for (std::int64_t i = 0; i < all.rank(); ++i)
    if (std::find(wanted.begin(), wanted.end(), i) == wanted.end()) perm.push_back(i);
  const auto ones = static_cast<std::ptrdiff_t>(perm.size());
  perm.insert(perm.end(), wanted.begin(), wanted.end());
  const Value v = transpose(all, perm);
  return reshape(v, Shape(std::vector<Dim>(v.shape().begin() + ones, v.shape().end())));
}

/// Neighbours of x lie side by side.
Value dense_conv(Value x, Value w, const ConvPlan& plan, const TensorType& type) {
  const int spatial = plan.spatial, channel = spatial + 1;
  const std::int64_t groups = plan.feature_groups * plan.batch_groups;
  const bool thin = w.shape()[channel] == Dim(groups);
  const int batch = groups > 1 || thin ? 1 : 0, count = spatial + 1;
  Peeled a(x), b(w);
  std::int64_t group_a = 0, group_b = 0;
  if (batch == 1) {
    group_a = a.split(plan.batch_groups > 1 ? 0 : channel, groups);
    group_b = b.split(channel, groups);
  }
  // Every axis of x has windows; those of the batch, the channels and the groups have one element.
  const int rank = a.value.rank();
  const auto at = [&](int axis) { return a.at[static_cast<std::size_t>(axis)]; };
  std::vector<WindowAxis> axes(static_cast<std::size_t>(rank));
  std::vector<Part> m{{at(0), rank + at(0), 0}}, k{{at(channel), rank + at(channel), spatial}};
  for (int i = 1; i <= spatial; ++i) {
    axes[static_cast<std::size_t>(at(i))] = plan.axes[static_cast<std::size_t>(i - 1)];
    m.push_back({at(i), rank + at(i), i});
    k.push_back({at(i), at(i), i - 1});
  }
  const Value all = Laid(axes).windows_of(a.value, splat(x.graph(), x.dtype(), 0));
  const auto by_memory = [](const Part& p, const Part& q) { return p.memory < q.memory; };
  std::sort(m.begin(), m.end(), by_memory);
  std::sort(k.begin(), k.end(), by_memory);
  Axes perm_a, perm_b;
  if (batch == 1) perm_a.push_back(rank + group_a), perm_b.push_back(group_b);
  for (const Part& p : m) perm_a.push_back(p.axis);
  for (const Part& p : k) perm_a.push_back(p.axis);
  for (const Part& p : k) perm_b.push_back(b.at[static_cast<std::size_t>(p.role)]);
  perm_b.push_back(b.at[static_cast<std::size_t>(channel)]);
  const Value left = left_operand(all, perm_a), right = transpose(b.value, perm_b);

  // [group?, m..., out], then in the order of the result.
  Axes order;
  for (std::int64_t role = 0; role <= spatial; ++role)
    for (std::size_t i = 0; i < m.size(); ++i)
      if (m[i].role == role) order.push_back(batch + static_cast<std::int64_t>(i));
  if (batch == 1) order.push_back(0);
  if (thin) return transpose(product_sum(left, right, count, count, type.dtype), order);
  order.push_back(batch + count);
  Attrs dot{{"batch_a", iota_axes(0, batch)},
            {"batch_b", iota_axes(0, batch)},
            {"contract_a", iota_axes(batch + count, count)},
            {"contract_b", iota_axes(batch, count)}};
  if (type.dtype != x.dtype()) dot.set("out", type.dtype);
  const Value y =
      transpose(append(Opcode::DotGeneral, {left, right}, dot, Where::current()), order);
  return batch == 1 ? join_axis(y, channel) : y;
}

Value conv_of(Value x, Value w, const ConvPlan& plan, TensorType type);

/// Where neighbours of x lie apart along spatial axis `i`, the elements of w that meet them differ
/// by the output's position modulo some period: one convolution for each, their results in turns.
Value conv_in_turns(Value x, Value w, const ConvPlan& plan, const TensorType& type, int i) {
  const WindowAxis a = plan.axes[static_cast<std::size_t>(i)];
  const std::int64_t period = a.base / std::gcd(a.stride, a.base),
                     apart = a.base / std::gcd(a.step, a.base);
  const int axis = i + 1;
  const std::int64_t out = type.shape[axis].value(), longest = (out + period - 1) / period;
  std::vector<Value> turns;
  for (std::int64_t turn = 0; turn < period; ++turn) {
    TensorType part = type;
    part.shape[axis] = longest;
    std::int64_t first = 0; // the first element of w that meets any of x
    const auto off = [&] { return turn * a.stride + first * a.step - a.lo; };
    while (first < apart && off() % a.base != 0) ++first;
    if (first == apart || first >= a.size) {
      turns.push_back(zeros(x.graph(), part));
      continue;
    }
    std::vector<Dim> start(static_cast<std::size_t>(w.rank()), 0);
    Axes stride(start.size(), 1);
    start[static_cast<std::size_t>(i)] = first, stride[static_cast<std::size_t>(i)] = apart;
    const Value some = slice(w, start, w.shape().dims(), stride);
    ConvPlan p = plan;
    WindowAxis& b = p.axes[static_cast<std::size_t>(i)];
    b = {some.shape()[i].value(), period * a.stride / a.base, -off() / a.base, 0, 1,
         apart * a.step / a.base};
    b.hi = (longest - 1) * b.stride + b.covered() - b.lo - x.shape()[axis].value();
    turns.push_back(conv_of(x, some, p, part));
  }
  if (period == 1) return turns.front();
  for (Value& v : turns) v = split_axis(v, axis, longest);
  const Value all = join_axis(concat(turns, axis + 1), axis);
  return slice(all, std::vector<Dim>(static_cast<std::size_t>(all.rank()), 0), type.shape.dims());
}

Value conv_of(Value x, Value w, const ConvPlan& plan, TensorType type) {
  for (int i = 0; i < plan.spatial; ++i)
    if (plan.axes[static_cast<std::size_t>(i)].base > 1) return conv_in_turns(x, w, plan, type, i);
  return dense_conv(x, w, plan, type);
}

} // namespace

Value legal_conv(Value x, Value w, const Attrs& attrs, const TensorType& type) {
  if (is_empty(type.shape) || is_empty(x.shape()) || is_empty(w.shape()))
    return zeros(x.graph(), type);
  return conv_of(x, w, ConvPlan(attrs, w.shape()), type);
}

} // namespace nngc::lower_detail
