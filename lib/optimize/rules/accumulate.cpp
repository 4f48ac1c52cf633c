// Pieces of one tensor. The derivatives of slices are pads, zeros around the piece that was read,
// and the tensor's derivative is their sum: where the pieces fill a range, that sum is a concat.
#include <algorithm>

#include "optimize/rule.h"

namespace nngc {

namespace {

using Dims = std::vector<Dim>;

constexpr std::size_t most_parts = 64; ///< of one sum, and of a concat that takes others in

bool all_zero(const Axes& list) {
  return std::all_of(list.begin(), list.end(), [](std::int64_t n) { return n == 0; });
}

bool is_zero(Value v) { return is_number(v, 0.0) || is_number(v, -0.0); }

/// A value with zeros before and after it along one axis.
struct Piece {
  Value value;
  std::size_t axis = 0;
  std::int64_t lo = 0, hi = 0, extent = 0;
};

bool is_piece(Value v, Piece& piece) {
  if (!is(v, Opcode::Pad) || !is_zero(operand(v, 1)) || !all_zero(attr<Axes>(v, "interior")))
    return false;
  const Axes &lo = attr<Axes>(v, "lo"), &hi = attr<Axes>(v, "hi");
  piece.value = operand(v, 0);
  int axes = 0;
  for (std::size_t i = 0; i < lo.size(); ++i) {
    if (lo[i] == 0 && hi[i] == 0) continue;
    const Dim extent = piece.value.shape()[static_cast<int>(i)];
    if (lo[i] < 0 || hi[i] < 0 || !extent.is_static()) return false;
    piece.axis = i, piece.lo = lo[i], piece.hi = hi[i], piece.extent = extent.value();
    ++axes;
  }
  return axes == 1;
}

/// The terms of a sum of pads that nobody else uses; empty if anything else is in it.
std::vector<Piece> pieces_of(const Match& m) {
  std::vector<Piece> pieces;
  std::vector<Value> open{operand(m.root(), 1), operand(m.root(), 0)};
  while (!open.empty()) {
    const Value v = open.back();
    open.pop_back();
    Piece piece;
    if (is(v, Opcode::Add) && m.single_use(v)) {
      open.push_back(operand(v, 1));
      open.push_back(operand(v, 0));
    } else if (is_piece(v, piece) && (pieces.empty() || piece.axis == pieces[0].axis)) {
      pieces.push_back(piece);
    } else {
      return {};
    }
    if (open.size() + pieces.size() > most_parts) return {};
  }
  return pieces;
}

Value sum_of_pads(const Match& m) {
  // Every sum comes by here: most are no business of this rule, and show it at once.
  for (int i = 0; i < 2; ++i)
    if (!is(operand(m.root(), i), Opcode::Pad) && !is(operand(m.root(), i), Opcode::Add)) return {};
  std::vector<Piece> pieces = pieces_of(m);
  if (pieces.empty()) return {};
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.lo < b.lo; });
  std::vector<Value> parts;
  std::int64_t end = pieces[0].lo;
  for (const Piece& piece : pieces) {
    if (piece.lo != end) return {};
    end += piece.extent;
    parts.push_back(piece.value);
  }
  const std::size_t axis = pieces[0].axis;
  Axes lo(static_cast<std::size_t>(m.root().rank())), hi(lo);
  lo[axis] = pieces.front().lo, hi[axis] = pieces.back().hi;
  const Value zero = splat(m.graph(), m.type().dtype, 0.0);
  return pad(concat(parts, static_cast<int>(axis)), zero, lo, hi);
}

Value concat_of_concat(const Match& m) {
  const std::int64_t axis = attr<std::int64_t>(m.root(), "axis");
  std::vector<Value> parts;
  for (int i = 0; i < operand_count(m.root()); ++i) {
    const Value part = operand(m.root(), i);
    if (is(part, Opcode::Concat) && attr<std::int64_t>(part, "axis") == axis && m.single_use(part))
      for (int k = 0; k < operand_count(part); ++k) parts.push_back(operand(part, k));
    else
      parts.push_back(part);
  }
  if (static_cast<int>(parts.size()) == operand_count(m.root()) || parts.size() > most_parts)
    return {};
  return concat(parts, static_cast<int>(axis));
}

/// Borders of the same value grow together. Where either cuts, the order matters.
Value pad_of_pad(const Match& m) {
  const Value inner = operand(m.root(), 0);
  if (!is(inner, Opcode::Pad) || !operand(inner, 1).same(operand(m.root(), 1))) return {};
  Axes lo = attr<Axes>(m.root(), "lo"), hi = attr<Axes>(m.root(), "hi");
  if (!all_zero(attr<Axes>(m.root(), "interior"))) return {};
  const Axes &inner_lo = attr<Axes>(inner, "lo"), &inner_hi = attr<Axes>(inner, "hi");
  for (std::size_t i = 0; i < lo.size(); ++i) {
    if (lo[i] < 0 || hi[i] < 0 || inner_lo[i] < 0 || inner_hi[i] < 0) return {};
    lo[i] += inner_lo[i], hi[i] += inner_hi[i];
  }
  return pad(operand(inner, 0), operand(inner, 1), lo, hi, attr<Axes>(inner, "interior"));
}

/// A slice of what stands between the borders, or of a border alone.
Value slice_of_pad(const Match& m) {
  const Value p = operand(m.root(), 0);
  if (!is(p, Opcode::Pad) || !all_zero(attr<Axes>(p, "interior"))) return {};
  const Value x = operand(p, 0);
  const Axes &lo = attr<Axes>(p, "lo"), &hi = attr<Axes>(p, "hi");
  Dims start = attr<Dims>(m.root(), "start"), limit = attr<Dims>(m.root(), "limit");
  bool inside = true;
  for (std::size_t i = 0; i < lo.size(); ++i) {
    if (lo[i] == 0 && hi[i] == 0) continue;
    const Dim extent = x.shape()[static_cast<int>(i)];
    if (!extent.is_static() || !start[i].is_static() || !limit[i].is_static()) return {};
    const std::int64_t from = start[i].value() - lo[i], to = limit[i].value() - lo[i];
    if (to <= 0 || from >= extent.value())
      return broadcast_in_dim(operand(p, 1), m.type().shape, {});
    inside = inside && from >= 0 && to <= extent.value();
    start[i] = from, limit[i] = to;
  }
  return inside ? slice(x, start, limit, attr<Axes>(m.root(), "stride")) : Value{};
}

constexpr Rule table[] = {
    {"concat-of-concat", RuleClass::Exact, Opcode::Concat,
     "concat(concat(x, y), z) -> concat(x, y, z)", concat_of_concat},
    {"pad-of-pad", RuleClass::Exact, Opcode::Pad, "pad(pad(x)) -> pad(x)", pad_of_pad},
    {"slice-of-pad", RuleClass::Exact, Opcode::Slice, "slice(pad(x)) -> slice(x)", slice_of_pad},
    {"sum-of-pads", RuleClass::SignedZero, Opcode::Add,
     "pad(x) + pad(y) side by side -> pad(concat(x, y))", sum_of_pads},
};

} // namespace

std::span<const Rule> piece_rules() { return table; }

} // namespace nngc
