/// Makes the points of one grid: an op in one dtype.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "ir/graph_data.h"
#include "test/conformance/grid.h"

namespace nngc::test {

using Ints = std::vector<std::int64_t>;
class Maker;
/// Makes one node; throws Error where the op refuses.
using Make = std::function<Value(Maker&, const Shape&)>;

class Maker {
public:
  Maker(Opcode op, DType dtype);

  [[nodiscard]] DType dtype() const { return dtype_; }
  Graph& graph() { return g_; }
  /// Whole numbers: of ints random_tensor makes no others, and they convert exactly.
  Value input(DType dtype, Shape shape, double low = -2, double high = 3);
  Value x(const Shape& shape) { return input(dtype_, shape); }
  Value node(std::vector<Value> operands, Attrs attrs = {});
  /// What the last node adds up, in f64.
  Value accumulated(Value v);
  /// Takes the point, or nothing at all where the op refuses.
  void point(const Make& make, const Shape& shape);
  Grid finish() && { return {op_, dtype_, std::move(g_), std::move(points_), std::move(pending_)}; }

private:
  Opcode op_;
  DType dtype_;
  Graph g_;
  std::vector<Tensor> pending_;
  Point asked_;
  std::vector<Point> points_;
  std::mt19937 random_{5};
  int count_ = 0;
};

/// The ways to make an op that reads or writes by number, runs along an axis, or puts it in order;
/// none of any other op.
std::vector<Make> indexing_ways(Opcode op, int rank);
/// The ways to make the ops that have windows, over operands of that rank; none of any other op.
std::vector<Make> window_ways(Opcode op, int rank);

} // namespace nngc::test
