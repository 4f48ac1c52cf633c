// Dots in one form, so that lowering sees few cases: [batch, m..., k] x [batch, k, n...]. (Those of
// convolutions have several k: legalize_windows.cpp.)
//
// 1. Operands are transposed (views, free here) so that batch axes lead, A ends in k and B has k
// before its free axes.
// 2. Several contracted axes become one by a reshape.
// 3. 16-bit scatter_add accumulates in f32, and what is accumulated in f64 by `acc` is an op on
// f64.
// 4. A product with a vector on the right, or a single row times a transposed matrix, reads the
// matrix once along its
//    rows: multiply and reduce, with k in the lanes, does that without a transposed copy.
#include <algorithm>

#include "ir/graph_data.h"
#include "lower/plan.h"
#include "nngc/ops.h"
#include "ops/accumulate.h"

namespace nngc::lower_detail {

namespace {

Axes free_axes(int rank, const Axes& contract, const Axes& batch) {
  Axes free;
  for (std::int64_t i = 0; i < rank; ++i)
    if (std::find(contract.begin(), contract.end(), i) == contract.end() &&
        std::find(batch.begin(), batch.end(), i) == batch.end())
      free.push_back(i);
  return free;
}

Axes joined(const Axes& a, const Axes& b, const Axes& c) {
  Axes r = a;
  r.insert(r.end(), b.begin(), b.end());
  r.insert(r.end(), c.begin(), c.end());
  return r;
}

Axes iota_axes(std::size_t first, std::size_t count) {
  Axes r;
  for (std::size_t i = 0; i < count; ++i) r.push_back(static_cast<std::int64_t>(first + i));
  return r;
}

/// Axes [first, first + count) of x as one; none of them: a new one of extent 1.
Value merge_axes(Value x, std::size_t first, std::size_t count) {
  if (count == 1) return x;
  std::vector<Dim> dims;
  Dim merged = 1;
  for (std::size_t i = 0; i < static_cast<std::size_t>(x.rank()); ++i) {
    const Dim d = x.shape()[static_cast<int>(i)];
    if (i < first || i >= first + count)
      dims.push_back(d);
    else
      merged = merged * d;
    if (count > 0 && i + 1 == first + count) dims.push_back(merged);
  }
  if (count == 0) dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(first), Dim(1));
  return reshape(x, Shape(std::move(dims)));
}

Value as_sum(Value a, Value b, std::size_t batch, DType out) {
  // a[batch, m.., k], b[batch, k, n..] -> sum over k of a[batch, m.., 1.., k] * b[batch, 1.., n..,
  // k]
  const auto ra = static_cast<std::size_t>(a.rank()), rb = static_cast<std::size_t>(b.rank());
  const std::size_t m = ra - batch - 1, n = rb - batch - 1;
  const Value bt = transpose(
      b, joined(iota_axes(0, batch), iota_axes(batch + 1, n), {static_cast<std::int64_t>(batch)}));
  std::vector<Dim> dims;
  for (std::size_t i = 0; i < batch + m; ++i) dims.push_back(a.shape()[static_cast<int>(i)]);
  for (std::size_t i = 0; i < n; ++i) dims.push_back(b.shape()[static_cast<int>(batch + 1 + i)]);
  dims.push_back(a.shape()[a.rank() - 1]);
  const Shape full(dims);
  const auto last = static_cast<std::int64_t>(batch + m + n);
  const DType wide = out == DType::F16 || out == DType::BF16 ? DType::F32 : out;
  const Value x =
      broadcast_in_dim(convert(a, wide), full, joined(iota_axes(0, batch + m), {last}, {}));
  const Value y = broadcast_in_dim(convert(bt, wide), full,
                                   joined(iota_axes(0, batch), iota_axes(batch + m, n), {last}));
  return convert(reduce_sum(x * y, {last}), out);
}

bool is_half(DType t) { return t == DType::BF16 || t == DType::F16; }

Value legal_dot(Value a, Value b, const Attrs& attrs, DType out) {
  const auto &ca = attrs.get<Axes>("contract_a"), &cb = attrs.get<Axes>("contract_b");
  const auto &ba = attrs.get<Axes>("batch_a"), &bb = attrs.get<Axes>("batch_b");
  const Axes fa = free_axes(a.rank(), ca, ba), fb = free_axes(b.rank(), cb, bb);
  const std::size_t batch = ba.size();
  Value x = merge_axes(transpose(a, joined(ba, fa, ca)), batch + fa.size(), ca.size());
  Value y = merge_axes(transpose(b, joined(bb, cb, fb)), batch, cb.size());
  Dim rows = 1, columns = 1;
  for (std::int64_t i : fa)
    rows = i == fa[0] ? a.shape()[static_cast<int>(i)] : rows * a.shape()[static_cast<int>(i)];
  for (std::int64_t i : fb)
    columns =
        i == fb[0] ? b.shape()[static_cast<int>(i)] : columns * b.shape()[static_cast<int>(i)];
  const bool b_transposed = !fb.empty() && !cb.empty() && fb.back() < cb.back();
  if ((columns == Dim(1) || (rows == Dim(1) && b_transposed)) && is_float(a.dtype()))
    return as_sum(x, y, batch, out);
  const Axes lead = iota_axes(0, batch);
  Attrs legal{{"batch_a", lead},
              {"batch_b", lead},
              {"contract_a", Axes{x.rank() - 1}},
              {"contract_b", Axes{static_cast<std::int64_t>(batch)}}};
  if (attrs.has("out")) legal.set("out", *attrs.find("out"));
  return append(x.graph(), Opcode::DotGeneral, std::vector<Value>{x, y}, std::move(legal));
}

/// The node in legal form; empty where it is as it should be.
Value legal(Opcode op, std::span<const Value> x, const Attrs& attrs, const TensorType& type) {
  switch (op) {
  case Opcode::DotGeneral: return legal_dot(x[0], x[1], attrs, type.dtype);
  case Opcode::ReduceWindow: return legal_reduce_window(x[0], attrs, type);
  case Opcode::ArgWindow: return legal_arg_window(x[0], attrs, type);
  case Opcode::ConvGeneral: return legal_conv(x[0], x[1], attrs, type);
  case Opcode::ScatterAdd: {
    if (!is_half(type.dtype)) return {};
    const std::vector<Value> wide{convert(x[0], DType::F32), x[1], convert(x[2], DType::F32)};
    return convert(append(x[0].graph(), op, wide, attrs), type.dtype);
  }
  default: return {};
  }
}

} // namespace

Graph legalize(const Graph& graph) {
  const GraphData& from = *graph.data();
  Graph next(graph.name());
  std::vector<Value> made(from.size());
  for (const InputInfo& i : from.inputs)
    made[i.node] = next.input(i.name, from.type(i.node), i.role);
  const std::vector<bool> live = live_nodes(from);
  for (NodeId id = 0; id < from.size(); ++id) {
    if (!live[id] || made[id]) continue;
    std::vector<Value> operands;
    for (NodeId o : from.operands(id)) operands.push_back(made[o]);
    const SectionScope scope(next.data(), from.node(id).section);
    next.data()->epoch = from.node(id).epoch; // else what is to be computed again would be shared
    const Attrs& attrs = from.attrs(id);
    const Opcode op = from.node(id).op;
    const TensorType type = from.type(id);
    if (attrs.has("acc")) {
      // Its operands are converted, which copies nothing: kernels convert what they read.
      Value wide = widened(next.data(), op, operands, attrs).result;
      operands.clear();
      for (NodeId o : next.data()->operands(wide.id())) operands.emplace_back(next.data(), o);
      const Attrs rest = next.data()->attrs(wide.id());
      if (const Value v = legal(op, operands, rest, wide.type())) wide = v;
      made[id] = convert(wide, type.dtype);
    } else if (const Value v = legal(op, operands, attrs, type)) {
      made[id] = v;
    } else {
      made[id] = copy_node(from, id, next.data(), operands);
    }
  }
  next.data()->epoch = from.epoch;
  for (const Output& o : graph.outputs()) {
    if (o.updates)
      next.update(made[o.updates.id()], made[o.value.id()]);
    else
      next.output(o.name, made[o.value.id()]);
  }
  return next;
}

} // namespace nngc::lower_detail
