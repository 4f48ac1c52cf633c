// Expressions: elementwise ops, views and constants become instructions; values in memory become
// loads.
#include "lower/body.h"

#include <cstring>
#include <limits>

#include "ops/lower_context.h"

namespace nngc::lower_detail {

using loop::Affine;
using loop::Instr;
using loop::Op;

int Body::emit(Op op, DType type, int a, int b, int c) {
  Instr i;
  i.op = op, i.type = type, i.a = a, i.b = b, i.c = c;
  return append_instr(phase_, std::move(i));
}

int Body::constant(DType type, std::int64_t bits) {
  Instr i;
  i.op = Op::Const, i.type = type, i.bits = static_cast<std::uint64_t>(bits);
  return append_instr(phase_, std::move(i));
}

int Body::position(Affine index) {
  Instr i;
  i.op = Op::Index, i.type = DType::I64, i.index = std::move(index);
  return append_instr(phase_, std::move(i));
}

int Body::load(NodeId base, Affine at) {
  Instr i;
  i.op = Op::Load, i.type = g_.type(base).dtype, i.buffer = buffer_of_[base],
  i.index = std::move(at);
  return append_instr(phase_, std::move(i));
}

int Body::load_where(NodeId base, Affine at, int offset, int condition) {
  Instr i;
  i.op = Op::LoadAt, i.type = g_.type(base).dtype, i.buffer = buffer_of_[base],
  i.index = std::move(at);
  i.a = offset, i.b = condition;
  return append_instr(phase_, std::move(i));
}

int Body::both(int a, int b) { return a < 0 ? b : b < 0 ? a : emit(Op::And, DType::Bool, a, b); }

int Body::value(NodeId v, Index index) {
  for (;;) { // views are followed here: chains of them may be long
    if (plan_.in_memory(v) && plan_.stored_by[v] != group_)
      return load(v, linear(g_.type(v).shape, index));
    if (plan_.lowering(v) == Lowering::View) {
      index = view_index(g_, v, index);
    } else if (plan_.lowering(v) == Lowering::Reshape) {
      const NodeId o = g_.operands(v)[0];
      Index mapped;
      if (squeeze_index(g_.type(v).shape, g_.type(o).shape, index, mapped)) {
        index = std::move(mapped);
      } else if (plan_.in_memory(o)) {
        return load(o, linear(g_.type(v).shape, index));
      } else {
        index.assign(static_cast<std::size_t>(g_.type(o).shape.rank()),
                     Affine{}); // a splat: any element
      }
    } else {
      break;
    }
    v = g_.operands(v)[0];
  }
  for (const auto& [known, id] : memo_[v])
    if (known == index) return id;
  const int id = compute(v, index);
  memo_[v].emplace_back(std::move(index), id);
  return id;
}

int Body::compute(NodeId v, const Index& index) {
  switch (plan_.lowering(v)) {
  case Lowering::Constant: return constant_element(v, index);
  case Lowering::Pad: return pad(v, index);
  case Lowering::Concat: return concat(v, index);
  case Lowering::Gather: return gather(v, index);
  case Lowering::DynamicSlice: return dynamic_slice(v, index);
  case Lowering::DynamicUpdateSlice: return dynamic_update_slice(v, index);
  case Lowering::Cumulate: return running(v);
  case Lowering::Reduce:
  case Lowering::ArgReduce: return reduced(v);
  case Lowering::Dot: {
    const DType type = g_.type(v).dtype;
    const bool half = type == DType::BF16 || type == DType::F16;
    const int acc = emit(Op::Acc, half ? DType::F32 : type);
    return half ? emit(Op::Convert, type, acc) : acc;
  }
  default: return elementwise(v, index);
  }
}

int Body::elementwise(NodeId v, const Index& index) {
  std::vector<int> operands;
  std::vector<const TensorType*> types;
  if (plan_.lowering(v) == Lowering::RngBits) { // two words of the key, and the counter
    const NodeId key = g_.operands(v)[0], counter = g_.operands(v)[1];
    Affine second;
    second.base = 1;
    operands = {value(key, {Affine{}}), value(key, {second}), value(counter, {})};
    types = {&g_.type(key), &g_.type(key), &g_.type(counter)};
  } else {
    for (NodeId o : g_.operands(v)) {
      operands.push_back(value(o, index));
      types.push_back(&g_.type(o));
    }
  }
  LowerContext c(phase_, g_.attrs(v), g_.type(v), operands, types, index);
  return g_.def(v).lower(c);
}

int Body::constant_element(NodeId v, const Index&) {
  const Tensor& t = *g_.attrs(v).get<Literal>("value");
  Instr i;
  i.op = Op::Const, i.type = t.dtype();
  std::memcpy(&i.bits, t.raw(), static_cast<std::size_t>(byte_size(t.dtype())));
  return append_instr(phase_, std::move(i));
}

int Body::reduced(NodeId v) {
  const auto [phase, number] = results_.at(v);
  Instr i;
  i.op = Op::Reduced, i.phase = phase, i.imm = number;
  const DType type = g_.type(v).dtype;
  const bool half = type == DType::BF16 || type == DType::F16;
  const bool arg = plan_.lowering(v) == Lowering::ArgReduce;
  i.type = arg ? DType::I64 : half ? DType::F32 : type;
  const DType have = i.type;
  const int id = append_instr(phase_, std::move(i));
  return have == type ? id : emit(Op::Convert, type, id);
}

int Body::pad(NodeId v, const Index& index) {
  const NodeId x = g_.operands(v)[0];
  const Attrs& attrs = g_.attrs(v);
  const auto &lo = attrs.get<Axes>("lo"), &hi = attrs.get<Axes>("hi"),
             &interior = attrs.get<Axes>("interior");
  for (std::int64_t i : interior)
    if (i != 0) return spread_pad(v, index);
  int inside = -1;
  Index moved;
  for (std::size_t axis = 0; axis < lo.size(); ++axis) {
    moved.push_back(shifted(index[axis], Dim(-lo[axis])));
    if (lo[axis] <= 0 && hi[axis] <= 0) continue;
    const int at = position(moved.back());
    if (lo[axis] > 0) inside = both(inside, emit(Op::Ge, DType::Bool, at, constant(DType::I64, 0)));
    if (hi[axis] > 0) {
      Affine end;
      end.base = g_.type(x).shape[static_cast<int>(axis)];
      inside = both(inside, emit(Op::Lt, DType::Bool, at, position(end)));
    }
  }
  NodeId base = 0;
  Affine at;
  if (!resolve(plan_, x, moved, base, at)) { // a splat
    const int element = value(x, Index(moved.size()));
    return inside < 0
               ? element
               : emit(Op::Select, g_.type(v).dtype, inside, element, value(g_.operands(v)[1], {}));
  }
  if (inside < 0) return load(base, at);
  const int element = load_where(base, at, constant(DType::I64, 0), inside);
  return emit(Op::Select, g_.type(v).dtype, inside, element, value(g_.operands(v)[1], {}));
}

// Elements lie lo + i * (interior + 1): the quotient is no affine, so the position is computed.
int Body::spread_pad(NodeId v, const Index& index) {
  const NodeId x = g_.operands(v)[0];
  const Attrs& attrs = g_.attrs(v);
  const auto &lo = attrs.get<Axes>("lo"), &interior = attrs.get<Axes>("interior");
  int inside = -1, offset = constant(DType::I64, 0);
  Dim stride = 1;
  const Shape& shape = g_.type(x).shape;
  for (int axis = shape.rank(); axis-- > 0;) {
    const auto a = static_cast<std::size_t>(axis);
    const int at = position(shifted(index[a], Dim(-lo[a]))),
              step = constant(DType::I64, interior[a] + 1);
    const int quotient = emit(Op::Div, DType::I64, at, step),
              rest = emit(Op::Rem, DType::I64, at, step);
    Affine extent, walk;
    extent.base = shape[axis];
    walk.base = stride;
    const int zero = constant(DType::I64, 0);
    inside = both(inside, emit(Op::Ge, DType::Bool, at, zero));
    inside = both(inside, emit(Op::Eq, DType::Bool, rest, zero));
    inside = both(inside, emit(Op::Lt, DType::Bool, quotient, position(extent)));
    offset = emit(Op::Add, DType::I64, offset, emit(Op::Mul, DType::I64, quotient, position(walk)));
    stride = stride * shape[axis];
  }
  const int element = load_where(x, Affine{}, offset, inside);
  return inside < 0
             ? element
             : emit(Op::Select, g_.type(v).dtype, inside, element, value(g_.operands(v)[1], {}));
}

int Body::concat(NodeId v, const Index& index) {
  const auto axis = static_cast<std::size_t>(g_.attrs(v).get<std::int64_t>("axis"));
  const auto parts = g_.operands(v);
  std::vector<int> elements, below;
  Dim start = 0;
  for (NodeId part : parts) {
    Index moved = index;
    moved[axis] = shifted(moved[axis], Dim(0) - start);
    const Dim end = start + g_.type(part).shape[static_cast<int>(axis)];
    const int at = position(index[axis]);
    Affine first, limit;
    first.base = start, limit.base = end;
    const int is_below = emit(Op::Lt, DType::Bool, at, position(limit));
    const int inside = both(emit(Op::Ge, DType::Bool, at, position(first)), is_below);
    NodeId base = 0;
    Affine where;
    elements.push_back(resolve(plan_, part, moved, base, where)
                           ? load_where(base, where, constant(DType::I64, 0), inside)
                           : value(part, Index(moved.size())));
    below.push_back(is_below);
    start = end;
  }
  int result = elements.back();
  for (std::size_t i = parts.size() - 1; i-- > 0;)
    result = emit(Op::Select, g_.type(v).dtype, below[i], elements[i], result);
  return result;
}

std::pair<int, int> Body::checked_index(int i, DType from, Dim n, const std::string& mode) {
  if (from == DType::U64) // past 2^63 it is far beyond the end, not negative
    i = emit(Op::Min, from, i, constant(from, std::numeric_limits<std::int64_t>::max()));
  if (from != DType::I64) i = emit(Op::Convert, DType::I64, i);
  Affine extent, last;
  extent.base = n, last.base = n - Dim(1);
  const int zero = constant(DType::I64, 0);
  if (mode != "clip") // nobody can hold us to a promise: it is read as fill, and so is the oracle
    return {i, both(emit(Op::Ge, DType::Bool, i, zero),
                    emit(Op::Lt, DType::Bool, i, position(extent)))};
  const int row = emit(Op::Max, DType::I64, emit(Op::Min, DType::I64, i, position(last)), zero);
  if (n.is_static() && n.value() > 0) return {row, -1};
  return {row, emit(Op::Lt, DType::Bool, row, position(extent))}; // there may be no row at all
}

void Body::split_axis(NodeId v, Index index, int axis, NodeId& base, Affine& rest,
                      Dim& stride) const {
  constexpr int marker = 1 << 20; // a dim that no kernel has
  index[static_cast<std::size_t>(axis)] = dim_index(marker);
  Affine all;
  if (!resolve(plan_, v, index, base, all)) base = v;
  stride = 0;
  rest.base = all.base;
  rest.terms.clear();
  for (const auto& t : all.terms) {
    if (t.dim == marker)
      stride = t.stride;
    else
      rest.terms.push_back(t);
  }
}

int Body::gather(NodeId v, const Index& index) {
  const NodeId x = g_.operands(v)[0], indices = g_.operands(v)[1];
  const auto axis = static_cast<int>(g_.attrs(v).get<std::int64_t>("axis"));
  const RowIndices row = row_indices(g_, v, index);
  const int i = value(indices, row.indices);
  const auto [at, inside] = checked_index(i, g_.type(indices).dtype, g_.type(x).shape[axis],
                                          g_.attrs(v).get<std::string>("mode"));
  NodeId base = 0;
  Affine rest, walk;
  Dim stride;
  split_axis(x, row.row, axis, base, rest, stride);
  if (!plan_.in_memory(base)) { // a splat
    const int element = value(x, Index(row.row.size()));
    return inside < 0
               ? element
               : emit(Op::Select, g_.type(v).dtype, inside, element, constant(g_.type(v).dtype, 0));
  }
  walk.base = stride;
  return load_where(base, rest, emit(Op::Mul, DType::I64, at, position(walk)), inside);
}

} // namespace nngc::lower_detail
