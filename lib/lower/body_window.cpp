// Expressions: windows at computed places, and running results.
#include <limits>

#include "lower/body.h"
#include "ops/lower_context.h"

namespace nngc::lower_detail {

using loop::Affine;
using loop::Op;

namespace {

constexpr int first_marker = 1 << 20; // dims that no kernel has

/// The index with a further dim on every axis, that of a window's start.
Index from_start(Index index) {
  for (std::size_t axis = 0; axis < index.size(); ++axis)
    index[axis] = sum(index[axis], dim_index(first_marker + static_cast<int>(axis)));
  return index;
}

} // namespace

int Body::plus(int a, int b) { return a < 0 ? b : b < 0 ? a : emit(Op::Add, DType::I64, a, b); }

int Body::times(int a, Dim by) {
  Affine factor;
  factor.base = by;
  return by == Dim(1) ? a : emit(Op::Mul, DType::I64, a, position(factor));
}

std::vector<int> Body::window_start(NodeId v, std::size_t first, const Shape& window) {
  const auto operands = g_.operands(v);
  const Shape& whole = g_.type(operands[0]).shape;
  std::vector<int> start;
  for (int axis = 0; axis < whole.rank(); ++axis) {
    if (whole[axis] == window[axis]) { // it fits at 0 only
      start.push_back(-1);
      continue;
    }
    const NodeId o = operands[first + static_cast<std::size_t>(axis)];
    const DType type = g_.type(o).dtype;
    int i = value(o, {});
    if (type == DType::U64) // past 2^63 it is far beyond the end, not negative
      i = emit(Op::Min, type, i, constant(type, std::numeric_limits<std::int64_t>::max()));
    if (type != DType::I64) i = emit(Op::Convert, DType::I64, i);
    Affine last;
    last.base = whole[axis] - window[axis];
    i = emit(Op::Min, DType::I64, i, position(last));
    start.push_back(emit(Op::Max, DType::I64, i, constant(DType::I64, 0)));
  }
  return start;
}

int Body::load_window(NodeId x, const Index& index, const std::vector<int>& start, bool back,
                      int condition) {
  NodeId base = 0;
  Affine all, rest;
  if (!resolve(plan_, x, from_start(index), base, all)) // a splat
    return value(x, Index(index.size()));
  int offset = -1;
  rest.base = all.base;
  for (const auto& term : all.terms) {
    if (term.dim < first_marker)
      rest.terms.push_back(term);
    else if (const int at = start[static_cast<std::size_t>(term.dim - first_marker)]; at >= 0)
      offset = plus(offset, times(at, back ? Dim(0) - term.stride : term.stride));
  }
  if (offset < 0 && condition < 0) return load(base, rest);
  return load_where(base, rest, offset < 0 ? constant(DType::I64, 0) : offset, condition);
}

int Body::dynamic_slice(NodeId v, const Index& index) {
  const NodeId x = g_.operands(v)[0];
  return load_window(x, index, window_start(v, 1, g_.type(v).shape), false, -1);
}

int Body::dynamic_update_slice(NodeId v, const Index& index) {
  const NodeId update = g_.operands(v)[1];
  const Shape& window = g_.type(update).shape;
  const std::vector<int> start = window_start(v, 2, window);
  int inside = -1;
  for (std::size_t axis = 0; axis < start.size(); ++axis) {
    if (start[axis] < 0) continue;
    const int at = emit(Op::Sub, DType::I64, position(index[axis]), start[axis]);
    Affine extent;
    extent.base = window[static_cast<int>(axis)];
    inside = both(inside, emit(Op::Ge, DType::Bool, at, constant(DType::I64, 0)));
    inside = both(inside, emit(Op::Lt, DType::Bool, at, position(extent)));
  }
  const int element = load_window(update, index, start, true, inside);
  if (inside < 0) return element;
  return emit(Op::Select, g_.type(v).dtype, inside, element, value(g_.operands(v)[0], index));
}

int Body::running(NodeId v) {
  const auto [phase, number] = results_.at(v);
  const Attrs& attrs = g_.attrs(v);
  const DType type = g_.type(v).dtype;
  const bool half = type == DType::BF16 || type == DType::F16;
  const bool arg = g_.node(v).op == Opcode::CumArg;
  loop::Instr i;
  i.op = attrs.get_or<bool>("exclusive", false) ? Op::Before : Op::Running;
  i.imm = number;
  i.type = arg ? DType::I64 : half ? DType::F32 : type;
  const DType have = i.type;
  int id = append_instr(phase_, std::move(i));
  if (arg && attrs.get<bool>("reverse")) { // steps count from the end
    Affine last;
    last.base = g_.type(v).shape[static_cast<int>(attrs.get<std::int64_t>("axis"))] - Dim(1);
    id = emit(Op::Sub, DType::I64, position(last), id);
  }
  return have == type ? id : emit(Op::Convert, type, id);
}

} // namespace nngc::lower_detail
