/// Shared by gather and the scatters, which read and write the same places.
#pragma once

#include <array>

#include "ops/axes.h"
#include "ops/eval_index.h"

namespace nngc {

inline constexpr std::array<AttrSpec, 3> index_specs = {
    {{"axis", AttrKind::Int, true, "the axis of x that is indexed"},
     {"batch", AttrKind::Int, false, "how many leading axes x and indices share (default 0)"},
     {"mode", AttrKind::String, true, "fill, clip or promise"}}};

/// x.shape[:axis] + indices.shape[batch:] + x.shape[axis+1:] for operands (x, indices, ...), after
/// checking the attributes.
Shape infer_gathered(const InferContext& c);
/// The type of a scatter, (x, indices, updates), after checking it.
TensorType infer_scattered(const InferContext& c);
Attrs index_attrs(int axis, int rank, IndexMode mode, int batch);
/// A scatter by its builder function.
Value append_scatter(Opcode op, Value x, Value indices, Value updates, int axis, IndexMode mode,
                     int batch, Where where);
/// scatter_add with the attributes of a gather.
Value append_scatter_add(Value x, Value indices, Value updates, const Attrs& attrs);
/// gather with the attributes of a scatter.
Value gathered(Value from, Value indices, const Attrs& attrs);

/// Of the updates of one element one is chosen: the last or the first that wants to be.
struct Winner {
  Value update;    ///< bool, shaped as the updates: it is the one; anything where its index is out
  Value untouched; ///< bool, shaped as x: there is none
};
/// `wants`: bool, shaped as the updates; empty: all want to.
Winner winner_of(const Shape& x, Value indices, const Shape& updates, Value wants, bool last,
                 const Attrs& attrs);

/// Interpreter: which element of x belongs to an element of the gathered shape.
class RowIndex {
public:
  RowIndex(const EvalContext& c, const EvalArray& x, const EvalArray& indices);
  /// Fills `at`; false where the index is out of range and there is no element.
  [[nodiscard]] bool source(const Index& index, Index& at) const;

private:
  const EvalArray& x_;
  const EvalArray& indices_;
  std::size_t axis_, batch_;
  bool clip_;
};

/// Interpreter: result = x, then result[place] = f(result[place], update) in row-major order of the
/// updates.
template <class F> void scatter_each(EvalContext& c, F f) {
  const EvalArray &x = *c.operands[0], &updates = *c.operands[2];
  const RowIndex rows(c, x, *c.operands[1]);
  std::visit(
      [&](auto& out) {
        using Array = std::decay_t<decltype(out)>;
        out = std::get<Array>(x.data);
        const auto& from = std::get<Array>(updates.data);
        Index at;
        each_index(updates.shape, [&](const Index& index, std::size_t i) {
          if (!rows.source(index, at)) return;
          auto& place = out[linear_index(x.shape, at)];
          place = f(place, from[i]);
        });
      },
      c.result.data);
}

} // namespace nngc
