// Movement of elements, moved: transposes and slices go towards what made the elements, where they
// become dimension numbers or less work, and reductions look through them. All exact.
#include <algorithm>

#include "optimize/rule.h"

namespace nngc {

namespace {

using Dims = std::vector<Dim>;

std::size_t at(std::int64_t axis) { return static_cast<std::size_t>(axis); }
bool contains(const Axes& axes, std::int64_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

/// The axes that repeat nothing are cut in the operand, the others are that much shorter.
Value slice_of_broadcast(const Match& m) {
  const Value b = operand(m.root(), 0);
  if (!is(b, Opcode::BroadcastInDim)) return {};
  const Value x = operand(b, 0);
  const Axes &dims = attr<Axes>(b, "dims"), &stride = attr<Axes>(m.root(), "stride");
  const Dims &from = attr<Dims>(m.root(), "start"), &to = attr<Dims>(m.root(), "limit");
  Dims start(dims.size(), 0), limit = x.shape().dims();
  Axes step(dims.size(), 1);
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const int axis = static_cast<int>(dims[i]);
    if (!(x.shape()[static_cast<int>(i)] == b.shape()[axis])) continue; // a repeated 1
    start[i] = from[at(axis)], limit[i] = to[at(axis)], step[i] = stride[at(axis)];
  }
  return broadcast_in_dim(slice(x, start, limit, step), m.type().shape, dims);
}

Value slice_of_transpose(const Match& m) {
  const Value t = operand(m.root(), 0);
  if (!is(t, Opcode::Transpose) || !m.single_use(t)) return {};
  const Axes &perm = attr<Axes>(t, "perm"), &stride = attr<Axes>(m.root(), "stride");
  const Dims &from = attr<Dims>(m.root(), "start"), &to = attr<Dims>(m.root(), "limit");
  Dims start(perm.size()), limit(perm.size());
  Axes step(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i)
    start[at(perm[i])] = from[i], limit[at(perm[i])] = to[i], step[at(perm[i])] = stride[i];
  return transpose(slice(operand(t, 0), start, limit, step), perm);
}

Value transpose_of_transpose(const Match& m) {
  const Value t = operand(m.root(), 0);
  if (!is(t, Opcode::Transpose)) return {};
  return transpose(t, attr<Axes>(m.root(), "perm")); // which puts them together
}

Value reshape_of_reshape(const Match& m) {
  const Value r = operand(m.root(), 0);
  return is(r, Opcode::Reshape) ? reshape(r, m.type().shape) : Value{};
}

Value transpose_of_broadcast(const Match& m) {
  const Value b = operand(m.root(), 0);
  if (!is(b, Opcode::BroadcastInDim)) return {};
  const Axes& perm = attr<Axes>(m.root(), "perm");
  Axes place(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i) place[at(perm[i])] = static_cast<std::int64_t>(i);
  Axes dims = attr<Axes>(b, "dims");
  for (std::int64_t& d : dims) d = place[at(d)];
  // Axes of the operand in the order in which they come out: dims ascend.
  Axes order(dims.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
  std::sort(order.begin(), order.end(), [&](auto a, auto c) { return dims[at(a)] < dims[at(c)]; });
  const bool sorted = std::is_sorted(order.begin(), order.end());
  std::sort(dims.begin(), dims.end());
  const Value x = operand(b, 0);
  return broadcast_in_dim(sorted ? x : transpose(x, order), m.type().shape, dims);
}

Value reverse_of_broadcast(const Match& m) {
  const Value b = operand(m.root(), 0);
  if (!is(b, Opcode::BroadcastInDim)) return {};
  const Value x = operand(b, 0);
  const Axes &dims = attr<Axes>(b, "dims"), &axes = attr<Axes>(m.root(), "axes");
  Axes own;
  for (std::size_t i = 0; i < dims.size(); ++i)
    if (contains(axes, dims[i]) && !(x.shape()[static_cast<int>(i)] == Dim(1)))
      own.push_back(static_cast<std::int64_t>(i));
  return broadcast_in_dim(own.empty() ? x : reverse(x, own), m.type().shape, dims);
}

/// Whether the elements come in the same order for each result: exact for sums of floats, too.
Value reduce_of_transpose(const Match& m) {
  const Value t = operand(m.root(), 0);
  if (!is(t, Opcode::Transpose)) return {};
  const Axes &perm = attr<Axes>(t, "perm"), &axes = attr<Axes>(m.root(), "axes");
  Axes kept, gone;
  for (std::size_t i = 0; i < perm.size(); ++i)
    (contains(axes, static_cast<std::int64_t>(i)) ? gone : kept).push_back(perm[i]);
  if (!std::is_sorted(gone.begin(), gone.end()) || !std::is_sorted(kept.begin(), kept.end()))
    return {};
  Attrs attrs = attrs_of(m.root());
  attrs.set("axes", gone);
  attrs.set("keepdims", false);
  return reshape(append(Opcode::Reduce, {operand(t, 0)}, attrs, Where::current()), m.type().shape);
}

/// f(transpose(x), transpose(y)) -> transpose(f(x, y)), splats aside: what follows meets fewer
/// transposes, and a product none.
Value sink_transpose(const Match& m) {
  const Value root = m.root();
  if (!is(operand(root, 0), Opcode::Transpose) &&
      !is(operand(root, operand_count(root) - 1), Opcode::Transpose))
    return {};
  Value first;
  for (int i = 0; i < operand_count(root); ++i) {
    const Value v = operand(root, i);
    if (is(v, Opcode::Constant) && is_splat(v)) continue;
    if (!is(v, Opcode::Transpose) || !m.single_use(v)) return {};
    if (first && attr<Axes>(v, "perm") != attr<Axes>(first, "perm")) return {};
    first = v;
  }
  if (!first) return {};
  const Dims small = operand(first, 0).shape().dims();
  std::vector<Value> operands;
  for (int i = 0; i < operand_count(root); ++i) {
    const Value v = operand(root, i);
    operands.push_back(is(v, Opcode::Transpose)
                           ? operand(v, 0)
                           : append(m.graph(), Opcode::Constant, {},
                                    {{"shape", small}, {"value", attr<Literal>(v, "value")}}));
  }
  return transpose(append(m.graph(), opcode(root), operands, attrs_of(root)),
                   attr<Axes>(first, "perm"));
}

constexpr Rule table[] = {
    {"slice-of-broadcast", RuleClass::Exact, Opcode::Slice,
     "slice(broadcast(x)) -> broadcast(slice(x))", slice_of_broadcast},
    {"slice-of-transpose", RuleClass::Exact, Opcode::Slice,
     "slice(transpose(x)) -> transpose(slice(x))", slice_of_transpose},
    {"transpose-of-transpose", RuleClass::Exact, Opcode::Transpose,
     "transpose(transpose(x)) -> transpose(x)", transpose_of_transpose},
    {"reshape-of-reshape", RuleClass::Exact, Opcode::Reshape, "reshape(reshape(x)) -> reshape(x)",
     reshape_of_reshape},
    {"transpose-of-broadcast", RuleClass::Exact, Opcode::Transpose,
     "transpose(broadcast(x)) -> broadcast(transpose(x))", transpose_of_broadcast},
    {"reverse-of-broadcast", RuleClass::Exact, Opcode::Reverse,
     "reverse(broadcast(x)) -> broadcast(reverse(x))", reverse_of_broadcast},
    {"reduce-of-transpose", RuleClass::Exact, Opcode::Reduce,
     "sum(transpose(x)) -> sum(x), in the same order", reduce_of_transpose},
};
constexpr Rule sink = {"sink-transpose", RuleClass::Exact, Opcode::Count_,
                       "f(transpose(x), transpose(y)) -> transpose(f(x, y))", sink_transpose};

} // namespace

std::span<const Rule> view_rules() { return table; }
const Rule& sink_transpose_rule() { return sink; }

} // namespace nngc
