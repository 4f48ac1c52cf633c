/// Every primitive by dtype, rank 0 to 4, attribute, extents of 0 and of 1: one graph for each op
/// and dtype, whose outputs are the points of the grid.
#pragma once

#include <vector>

#include "ir/op_def.h"
#include "nngc/graph.h"
#include "nngc/tensor.h"

namespace nngc::test {

/// What was asked of the op, even where it knew an older node of the same value.
struct Point {
  Attrs attrs;
  std::vector<TensorType> operands;
  Shape shape; ///< of the first operand, or the result where there is none
};

struct Grid {
  Opcode op;
  DType dtype;
  Graph graph;
  std::vector<Point> points;  ///< one an output
  std::vector<Tensor> inputs; ///< small whole numbers, so that sums are exact in any order
};

/// All that the ops' own rules allow.
[[nodiscard]] const std::vector<Grid>& all_grids();
/// Below this rank the op has no meaning, for any dtype.
[[nodiscard]] int least_rank(Opcode op);

} // namespace nngc::test
