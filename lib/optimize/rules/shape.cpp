// Movement of elements: compositions become one step, broadcasts come after the arithmetic they
// repeat. Nothing is computed differently, except where a rule says so.
#include <algorithm>
#include <cmath>

#include "optimize/rules/stable.h"

namespace nngc {

namespace {

bool contains(const Axes& axes, std::int64_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}
bool is_unit(const Shape& shape, std::int64_t axis) {
  return shape[static_cast<int>(axis)] == Dim(1);
}

Value erase_stop_gradient(const Match& m) { return operand(m.root(), 0); }

Value transpose_units(const Match& m) {
  const Value x = operand(m.root(), 0);
  std::int64_t last = -1;
  for (std::int64_t p : attr<Axes>(m.root(), "perm")) {
    if (is_unit(x.shape(), p)) continue;
    if (p < last) return {};
    last = p;
  }
  return reshape(x, m.type().shape);
}

Value reverse_of_reverse(const Match& m) {
  const Value inner = operand(m.root(), 0);
  if (!is(inner, Opcode::Reverse)) return {};
  const Axes &a = attr<Axes>(m.root(), "axes"), &b = attr<Axes>(inner, "axes");
  Axes axes;
  std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(axes));
  return axes.empty() ? operand(inner, 0) : reverse(operand(inner, 0), axes);
}

Value broadcast_of_broadcast(const Match& m) {
  const Value inner = operand(m.root(), 0);
  if (!is(inner, Opcode::BroadcastInDim)) return {};
  const Axes& outer = attr<Axes>(m.root(), "dims");
  Axes dims = attr<Axes>(inner, "dims");
  for (std::int64_t& d : dims) d = outer[static_cast<std::size_t>(d)];
  return broadcast_in_dim(operand(inner, 0), m.type().shape, dims);
}

/// A reshape that only puts in axes of extent 1 is part of the broadcast over it.
Value broadcast_of_reshape(const Match& m) {
  const Value inner = operand(m.root(), 0);
  if (!is(inner, Opcode::Reshape)) return {};
  const Value x = operand(inner, 0);
  const Axes& outer = attr<Axes>(m.root(), "dims");
  Axes dims;
  for (int i = 0; i < inner.rank(); ++i) {
    const int next = static_cast<int>(dims.size());
    if (next < x.rank() && x.shape()[next] == inner.shape()[i])
      dims.push_back(outer[static_cast<std::size_t>(i)]);
    else if (!is_unit(inner.shape(), i))
      return {};
  }
  if (static_cast<int>(dims.size()) != x.rank()) return {};
  return broadcast_in_dim(x, m.type().shape, dims);
}

/// f(broadcast(x), broadcast(y)) -> broadcast(f(x, y)): every element is computed once, not once
/// per repetition.
Value sink_broadcast(const Match& m) {
  const Value root = m.root();
  if ((root.graph()->def(root.id()).traits & trait::Elementwise) == 0) return {};
  Value first;
  for (int i = 0; i < operand_count(root); ++i) {
    const Value v = operand(root, i);
    if (is(v, Opcode::Constant) && is_splat(v)) continue;
    if (!is(v, Opcode::BroadcastInDim)) return {};
    if (!first)
      first = v;
    else if (!(operand(v, 0).shape() == operand(first, 0).shape()) ||
             attr<Axes>(v, "dims") != attr<Axes>(first, "dims"))
      return {};
  }
  if (!first) return {};
  const Shape& small = operand(first, 0).shape();
  const Axes dims = attr<Axes>(first, "dims");
  std::vector<Value> operands;
  for (int i = 0; i < operand_count(root); ++i) {
    const Value v = operand(root, i);
    if (is(v, Opcode::BroadcastInDim))
      operands.push_back(operand(v, 0));
    else
      operands.push_back(append(m.graph(), Opcode::Constant, {},
                                {{"shape", small.dims()}, {"value", attr<Literal>(v, "value")}}));
  }
  const Value f = append(m.graph(), opcode(root), operands, attrs_of(root));
  return broadcast_in_dim(f, m.type().shape, dims);
}

bool reduces_units_only(Value reduce) {
  const Value x = operand(reduce, 0);
  const Axes& axes = attr<Axes>(reduce, "axes");
  return std::all_of(axes.begin(), axes.end(),
                     [&](std::int64_t a) { return is_unit(x.shape(), a); });
}

Value reduce_units(const Match& m) {
  if (is_float_sum(m.root()) || !reduces_units_only(m.root())) return {};
  return reshape(operand(m.root(), 0), m.type().shape);
}

Value sum_units(const Match& m) {
  if (!is_float_sum(m.root()) || !reduces_units_only(m.root())) return {};
  return reshape(operand(m.root(), 0), m.type().shape);
}

Value merged_reduces(const Match& m) {
  const Value inner = operand(m.root(), 0);
  if (!is(inner, Opcode::Reduce) || !m.single_use(inner)) return {};
  if (attr<std::string>(inner, "kind") != attr<std::string>(m.root(), "kind")) return {};
  const Value x = operand(inner, 0);
  Axes axes = attr<Axes>(inner, "axes");
  // Outer axes, counted as those of x.
  Axes left;
  for (int i = 0; i < x.rank(); ++i)
    if (attr<bool>(inner, "keepdims") || !contains(axes, i)) left.push_back(i);
  for (std::int64_t a : attr<Axes>(m.root(), "axes"))
    if (const std::int64_t axis = left[static_cast<std::size_t>(a)]; !contains(axes, axis))
      axes.push_back(axis);
  std::sort(axes.begin(), axes.end());
  Attrs attrs = attrs_of(m.root());
  attrs.set("axes", axes);
  attrs.set("keepdims", false);
  return reshape(append(Opcode::Reduce, {x}, attrs, Where::current()), m.type().shape);
}

/// Greatest, smallest, bits and ints do not mind the order; float sums and products do.
bool order_matters(Value reduce) {
  const std::string& kind = attr<std::string>(reduce, "kind");
  return is_float(reduce.dtype()) && (kind == "add" || kind == "mul");
}
Value reduce_of_reduce(const Match& m) {
  return order_matters(m.root()) ? Value{} : merged_reduces(m);
}
Value sum_of_sum(const Match& m) { return order_matters(m.root()) ? merged_reduces(m) : Value{}; }

Value reshape_of_reduce(const Match& m) {
  const Value r = operand(m.root(), 0);
  if (!is(r, Opcode::Reduce) || !m.single_use(r)) return {};
  Attrs attrs = attrs_of(r);
  attrs.set("keepdims", !attr<bool>(r, "keepdims"));
  const Value other = append(Opcode::Reduce, {operand(r, 0)}, attrs, Where::current());
  return other.shape() == m.type().shape ? other : Value{};
}

Value sum_of_broadcast(const Match& m) {
  const Value b = operand(m.root(), 0);
  if (!is_float_sum(m.root()) || !is(b, Opcode::BroadcastInDim)) return {};
  const Value x = operand(b, 0);
  const Axes &axes = attr<Axes>(m.root(), "axes"), &dims = attr<Axes>(b, "dims");
  double count = 1;
  for (std::int64_t a : axes) {
    const Dim extent = b.shape()[static_cast<int>(a)];
    if (contains(dims, a) || !extent.is_static()) return {};
    count *= static_cast<double>(extent.value());
  }
  if (count == 0 || count > 0x1p24 || (byte_size(x.dtype()) == 2 && count > 0x1p8)) return {};
  Axes left; // the axes of b that stay, renumbered
  for (std::int64_t d : dims)
    left.push_back(d - std::count_if(axes.begin(), axes.end(), [&](auto a) { return a < d; }));
  const Value scaled = x * number_like(x, count);
  if (attr<bool>(m.root(), "keepdims")) return broadcast_in_dim(scaled, m.type().shape, dims);
  return broadcast_in_dim(scaled, m.type().shape, left);
}

Value sum_of_scaled(const Match& m) {
  const Value p = operand(m.root(), 0);
  if (!is_float_sum(m.root()) || !is(p, Opcode::Mul) || !m.single_use(p)) return {};
  return either_way(p, [&](Value x, Value c) {
    double number = 0;
    // Nothing adds up to 0, which times NaN or infinity is not 0.
    if (!is_splat(c, number) || is_splat(x) || !std::isfinite(number)) return Value{};
    return reduce_sum(x, attr<Axes>(m.root(), "axes"), attr<bool>(m.root(), "keepdims")) *
           number_like(m.root(), number);
  });
}

bool has_steps(Value slice) {
  const Axes& stride = attr<Axes>(slice, "stride");
  return std::any_of(stride.begin(), stride.end(), [](std::int64_t s) { return s != 1; });
}

Value slice_of_slice(const Match& m) {
  const Value inner = operand(m.root(), 0);
  if (!is(inner, Opcode::Slice) || has_steps(inner)) return {};
  auto start = attr<std::vector<Dim>>(m.root(), "start"),
       limit = attr<std::vector<Dim>>(m.root(), "limit");
  const auto& base = attr<std::vector<Dim>>(inner, "start");
  for (std::size_t i = 0; i < start.size(); ++i) {
    if (!base[i].is_static()) return {};
    start[i] = start[i] + base[i];
    limit[i] = limit[i] + base[i];
  }
  return slice(operand(inner, 0), start, limit, attr<Axes>(m.root(), "stride"));
}

/// A slice that stays within one part.
Value slice_of_concat(const Match& m) {
  const Value c = operand(m.root(), 0);
  if (!is(c, Opcode::Concat)) return {};
  const auto axis = static_cast<std::size_t>(attr<std::int64_t>(c, "axis"));
  auto start = attr<std::vector<Dim>>(m.root(), "start"),
       limit = attr<std::vector<Dim>>(m.root(), "limit");
  if (!start[axis].is_static() || !limit[axis].is_static()) return {};
  std::int64_t at = 0;
  for (int i = 0; i < operand_count(c); ++i) {
    const Dim extent = operand(c, i).shape()[static_cast<int>(axis)];
    if (!extent.is_static()) return {};
    const std::int64_t end = at + extent.value();
    if (start[axis].value() >= at && limit[axis].value() <= end) {
      start[axis] = start[axis].value() - at;
      limit[axis] = limit[axis].value() - at;
      return slice(operand(c, i), start, limit, attr<Axes>(m.root(), "stride"));
    }
    at = end;
  }
  return {};
}

/// Neighbouring slices of one tensor, put together again.
Value concat_of_slices(const Match& m) {
  const Value first = operand(m.root(), 0);
  if (!is(first, Opcode::Slice)) return {};
  const auto axis = static_cast<std::size_t>(attr<std::int64_t>(m.root(), "axis"));
  const Value x = operand(first, 0);
  auto limit = attr<std::vector<Dim>>(first, "limit");
  for (int i = 0; i < operand_count(m.root()); ++i) {
    const Value part = operand(m.root(), i);
    if (!is(part, Opcode::Slice) || !operand(part, 0).same(x) || has_steps(part)) return {};
    if (i == 0) continue;
    auto start = attr<std::vector<Dim>>(part, "start");
    if (!(start[axis] == limit[axis])) return {};
    start[axis] = attr<std::vector<Dim>>(first, "start")[axis];
    if (start != attr<std::vector<Dim>>(first, "start")) return {};
    limit[axis] = attr<std::vector<Dim>>(part, "limit")[axis];
    if (limit != attr<std::vector<Dim>>(part, "limit")) return {};
  }
  return slice(x, attr<std::vector<Dim>>(first, "start"), limit);
}

constexpr Rule table[] = {
    {"erase-stop-gradient", RuleClass::Exact, Opcode::StopGradient, "stop_gradient(x) -> x",
     erase_stop_gradient},
    {"transpose-units", RuleClass::Exact, Opcode::Transpose,
     "transpose that moves extents of 1 only -> reshape", transpose_units},
    {"reverse-of-reverse", RuleClass::Exact, Opcode::Reverse, "reverse(reverse(x)) -> reverse(x)",
     reverse_of_reverse},
    {"broadcast-of-broadcast", RuleClass::Exact, Opcode::BroadcastInDim,
     "broadcast(broadcast(x)) -> broadcast(x)", broadcast_of_broadcast},
    {"broadcast-of-reshape", RuleClass::Exact, Opcode::BroadcastInDim,
     "broadcast(reshape that puts in extents of 1) -> broadcast(x)", broadcast_of_reshape},
    {"reduce-units", RuleClass::Exact, Opcode::Reduce, "reduce over extents of 1 -> reshape",
     reduce_units},
    {"reduce-of-reduce", RuleClass::Exact, Opcode::Reduce,
     "max(max(x, axes), more) -> max(x, all axes)", reduce_of_reduce},
    {"reshape-of-reduce", RuleClass::Exact, Opcode::Reshape,
     "reshape(reduce(x)) -> reduce(x, keepdims)", reshape_of_reduce},
    {"slice-of-slice", RuleClass::Exact, Opcode::Slice, "slice(slice(x)) -> slice(x)",
     slice_of_slice},
    {"slice-of-concat", RuleClass::Exact, Opcode::Slice, "slice(concat(..., x, ...)) -> slice(x)",
     slice_of_concat},
    {"concat-of-slices", RuleClass::Exact, Opcode::Concat, "concat(x[a:b], x[b:c]) -> x[a:c]",
     concat_of_slices},
    {"sum-units", RuleClass::SignedZero, Opcode::Reduce, "sum over extents of 1 -> reshape",
     sum_units},
    {"sum-of-sum", RuleClass::Reassociate, Opcode::Reduce,
     "sum(sum(x, axes), more) -> sum(x, all axes)", sum_of_sum},
    {"sum-of-broadcast", RuleClass::Reassociate, Opcode::Reduce, "sum(broadcast(x)) -> x * n",
     sum_of_broadcast},
    {"sum-of-scaled", RuleClass::Reassociate, Opcode::Reduce, "sum(x * c) -> sum(x) * c",
     sum_of_scaled},
};
/// Tried on every elementwise op.
constexpr Rule sink = {"sink-broadcast", RuleClass::Exact, Opcode::Count_,
                       "f(broadcast(x), broadcast(y)) -> broadcast(f(x, y))", sink_broadcast};

} // namespace

std::span<const Rule> shape_rules() { return table; }
const Rule& sink_broadcast_rule() { return sink; }

} // namespace nngc
