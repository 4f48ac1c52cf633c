/// Shared by gather and scatter_add, which read and write the same places.
#pragma once

#include "ops/axes.h"
#include "ops/eval_index.h"

namespace nngc {

/// x.shape[:axis] + indices.shape + x.shape[axis+1:] for operands (x, indices, ...), after checking
/// both attributes.
Shape infer_gathered(const InferContext& c);
Attrs index_attrs(int axis, int rank, IndexMode mode);
/// scatter_add with the attributes of a gather.
Value append_scatter_add(Value x, Value indices, Value updates, const Attrs& attrs);

/// Interpreter: which element of x belongs to an element of the gathered shape.
class RowIndex {
public:
  RowIndex(const EvalContext& c, const EvalArray& x, const EvalArray& indices);
  /// Fills `at`; false where the index is out of range and there is no element.
  [[nodiscard]] bool source(const Index& index, Index& at) const;

private:
  const EvalArray& x_;
  const EvalArray& indices_;
  std::size_t axis_;
  bool clip_;
};

} // namespace nngc
