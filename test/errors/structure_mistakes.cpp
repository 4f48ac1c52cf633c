// Mistakes with axes, extents and attributes, each at its own line.
#include <array>

#include "nngc/ops.h"
#include "test/errors/catalogue.h"

namespace nngc::test {

using Kind = Error::Kind;

// clang-format off: one line a mistake, however long; its place is that line
std::vector<Mistake> structure_mistakes() {
  const std::string axes = "lib/ops/axes.cpp", dot = "lib/ops/dot_general.cpp", slices = "lib/ops/slice.cpp", sums = "lib/ops/accumulate.cpp";
  return {
      mistake(axes, Kind::Attribute, "reduce: axis 2 is out of range for rank 2: operands f32[2,3]", [](Ground& w) { reduce_sum(w.a, {2}); }),
      mistake(axes, Kind::Attribute, "arg_reduce: axis -3 is out of range for rank 2: operands f32[2,3]", [](Ground& w) { argmax(w.a, -3); }),
      mistake(axes, Kind::Attribute, "gather: axis 5 is out of range for rank 2: operands f32[2,3], i32[2,3]", [](Ground& w) { gather(w.a, w.i, 5); }),
      mistake(axes, Kind::Attribute, "concat: axis 2 is out of range for rank 2: operands f32[2,3], f32[2,3]", [](Ground& w) { concat(std::array{w.a, w.a}, 2); }),
      mistake(axes, Kind::Attribute, "iota: axis 1 is out of range for rank 1", [](Ground& w) { iota(w.g, i32({3}), 1); }),
      mistake(axes, Kind::Attribute, "reverse: axis -3 is out of range for rank 2: operands f32[2,3]", [](Ground& w) { reverse(w.a, {-3}); }),
      mistake(axes, Kind::Attribute, "broadcast_in_dim: axis 5 is out of range for rank 2: operands f32[3]", [](Ground& w) { broadcast_in_dim(w.row, {3, 2}, {5}); }),
      mistake(axes, Kind::Attribute, "transpose: axis 0 is given twice: operands f32[2,3]", [](Ground& w) { transpose(w.a, {0, 0}); }),
      mistake(axes, Kind::Attribute, "reduce: axis 1 is given twice: operands f32[2,3]", [](Ground& w) { reduce_sum(w.a, {1, -1}); }),
      mistake(axes, Kind::Attribute, "transpose: 'perm' has 1 entries for rank 2: operands f32[2,3]", [](Ground& w) { transpose(w.a, {0}); }),
      mistake(axes, Kind::Attribute, "slice: 'start' has 1 entries for rank 2: operands f32[2,3]", [](Ground& w) { slice(w.a, {0}, {1}); }),
      mistake(axes, Kind::Attribute, "pad: 'lo' has 1 entries for rank 2: operands f32[2,3], f32[]", [](Ground& w) { pad(w.a, 0, {1}, {1, 1}); }),
      mistake(axes, Kind::Shape, "pad: an extent would be negative: [2,-1]: operands f32[2,3], f32[]", [](Ground& w) { pad(w.a, 0, {0, -4}, {0, 0}); }),
      mistake(axes, Kind::Shape, "constant: an extent would be negative: [-2]", [](Ground& w) { full(w.g, f32({-2}), 0); }),
      mistake(axes, Kind::Shape, "iota: an extent would be negative: [-2]", [](Ground& w) { iota(w.g, i32({-2})); }),
      mistake(axes, Kind::Graph, "broadcast_to: an operand is an empty Value", [](Ground& w) { broadcast_to(w.none, {2}); }),
      mistake(axes, Kind::Graph, "matmul: an operand is an empty Value", [](Ground& w) { matmul(w.a, w.none); }),

      mistake("lib/ops/broadcast_in_dim.cpp", Kind::Attribute, "broadcast_in_dim: 'dims' must ascend; transpose first: operands f32[2,3]", [](Ground& w) { broadcast_in_dim(w.a, {3, 2}, {1, 0}); }),
      mistake("lib/ops/broadcast_in_dim.cpp", Kind::Shape, "broadcast_in_dim: axis 1 has extent 3, neither 1 nor the 4 of [2,4]: operands f32[2,3]", [](Ground& w) { broadcast_to(w.a, {2, 4}); }),
      mistake("lib/ops/broadcast_in_dim.cpp", Kind::Shape, "broadcast_to: f32[2,3] has more axes than [3]", [](Ground& w) { broadcast_to(w.a, {3}); }),
      mistake("lib/ops/reshape.cpp", Kind::Shape, "reshape: the element counts differ: [2,3] (6 elements) vs [7] (7 elements): operands f32[2,3]", [](Ground& w) { reshape(w.a, {7}); }),
      mistake("lib/ops/reshape.cpp", Kind::Shape, "reshape: the element counts differ: [batch,3] vs [6] (6 elements): operands f32[batch,3]", [](Ground& w) { reshape(w.x, {6}); }),
      mistake("lib/ops/concat.cpp", Kind::Argument, "concat: needs at least one part", [](Ground&) { concat({}, 0); }),
      mistake("lib/ops/concat.cpp", Kind::Type, "concat: the parts' dtypes differ: operands f32[2,3], i32[2,3]", [](Ground& w) { concat(std::array{w.a, w.i}, 0); }),
      mistake("lib/ops/concat.cpp", Kind::Shape, "concat: the parts' ranks differ: operands f32[2,3], f32[3]", [](Ground& w) { concat(std::array{w.a, w.row}, 0); }),
      mistake("lib/ops/concat.cpp", Kind::Shape, "concat: extents differ on axis 1: 3 vs 2: operands f32[2,3], f32[3,2]", [](Ground& w) { concat(std::array{w.a, w.tall}, 0); }),
      mistake(slices, Kind::Attribute, "slice: the stride must be positive: 0:3:0 on axis 1: operands f32[2,3]", [](Ground& w) { slice(w.a, {0, 0}, {2, 3}, {1, 0}); }),
      mistake(slices, Kind::Shape, "slice: not within 0 <= start <= limit <= 3: 1:4:1 on axis 1: operands f32[2,3]", [](Ground& w) { slice(w.a, {0, 1}, {2, 4}); }),
      mistake(slices, Kind::Shape, "slice: not within 0 <= start <= limit <= batch: 0:3:1 on axis 0: operands f32[batch,3]", [](Ground& w) { slice(w.x, {0, 0}, {3, 3}); }),
      mistake(slices, Kind::Unsupported, "slice: the stride does not divide the symbolic extent: 0:batch:2 on axis 0: operands f32[batch,3]", [](Ground& w) { slice(w.x, {0, 0}, {w.batch, 3}, {2, 1}); }),
      mistake("lib/ops/pad.cpp", Kind::Shape, "pad: the padding value must have rank 0: operands f32[2,3], f32[3]", [](Ground& w) { pad(w.a, w.row, {0, 0}, {0, 0}); }),
      mistake("lib/ops/pad.cpp", Kind::Type, "pad: the padding value has another dtype: operands f32[2,3], f64[]", [](Ground& w) { pad(w.a, w.g.scalar(DType::F64, 0), {0, 0}, {0, 0}); }),
      mistake("lib/ops/pad.cpp", Kind::Attribute, "pad: 'interior' must not be negative: operands f32[2,3], f32[]", [](Ground& w) { pad(w.a, 0, {0, 0}, {0, 0}, {-1, 0}); }),
      mistake("lib/ops/indexing.cpp", Kind::Type, "gather: indices must be ints: operands f32[2,3], f32[2,3]", [](Ground& w) { gather(w.a, w.a); }),
      mistake("lib/ops/indexing.cpp", Kind::Type, "scatter_add: indices must be ints: operands f32[2,3], bool[2,3], f32[2,3]", [](Ground& w) { scatter_add(w.a, w.p, w.a); }),
      mistake("lib/ops/scatter_add.cpp", Kind::Type, "scatter_add: adds numbers, not bools: operands bool[2,3], i32[1], bool[2,3]", [](Ground& w) { scatter_add(w.p, w.g.find_input("k1"), w.p); }),
      mistake("lib/ops/indexing.cpp", Kind::Type, "scatter_add: x and updates differ in dtype: operands f32[2,3], i32[2], f64[2,3]", [](Ground& w) { scatter_add(w.a, w.g.find_input("k2"), w.d); }),
      mistake("lib/ops/indexing.cpp", Kind::Shape, "scatter_add: updates must be shaped [5,3], not [2,3]: operands f32[2,3], i32[5], f32[2,3]", [](Ground& w) { scatter_add(w.a, w.g.find_input("k5"), w.a); }),
      mistake("lib/ops/indexing.cpp", Kind::Attribute, "gather: 'batch' is 1: it counts axes before 'axis' that the indices have too: operands f32[2,3], i32[2,3]", [](Ground& w) { gather(w.a, w.i, 0, IndexMode::Fill, 1); }),
      mistake("lib/ops/indexing.cpp", Kind::Shape, "gather: extents differ on batch axis 0: 3 vs 2: operands f32[3,2], i32[2,3]", [](Ground& w) { gather(w.tall, w.i, 1, IndexMode::Fill, 1); }),
      mistake("lib/ops/scatter_extreme.cpp", Kind::Type, "scatter_max: compares numbers, not bools: operands bool[2,3], i32[1], bool[2,3]", [](Ground& w) { scatter_max(w.p, w.g.find_input("k1"), w.p); }),
      mistake("lib/ops/composite/take_along.cpp", Kind::Shape, "take_along: the ranks differ: operands f32[2,3], i32[2]", [](Ground& w) { take_along(w.a, w.g.find_input("k2"), 0); }),
      mistake("lib/ops/dynamic.cpp", Kind::Shape, "dynamic_slice: a start must have rank 0: operands f32[3], i32[1]", [](Ground& w) { dynamic_slice(w.row, std::array{w.g.find_input("k1")}, {2}); }),
      mistake("lib/ops/dynamic.cpp", Kind::Type, "dynamic_slice: a start must be an int: operands f32[3], f32[]", [](Ground& w) { dynamic_slice(w.row, std::array{w.s}, {2}); }),
      mistake("lib/ops/dynamic.cpp", Kind::Shape, "dynamic_slice: the window of [4] is larger than x on axis 0: operands f32[3], i32[]", [](Ground& w) { dynamic_slice(w.row, std::array{w.g.scalar(DType::I32, 0)}, {4}); }),
      mistake("lib/ops/dynamic_update_slice.cpp", Kind::Type, "dynamic_update_slice: x and update differ in dtype: operands f32[2,3], f64[2,3], i32[]", [](Ground& w) { dynamic_update_slice(w.a, w.d, std::array{w.g.scalar(DType::I32, 0)}); }),
      mistake("lib/ops/dynamic_update_slice.cpp", Kind::Shape, "dynamic_update_slice: x and update differ in rank: operands f32[2,3], f32[3], i32[]", [](Ground& w) { dynamic_update_slice(w.a, w.row, std::array{w.g.scalar(DType::I32, 0)}); }),
      mistake("lib/ops/cum_reduce.cpp", Kind::Type, "cum_reduce: needs numbers, not bools: operands bool[2,3]", [](Ground& w) { cumsum(w.p, 0); }),
      mistake("lib/ops/cum_arg.cpp", Kind::Type, "cum_arg: needs numbers, not bools: operands bool[2,3]", [](Ground& w) { cum_argmax(w.p, 0); }),
      mistake("lib/ops/cum_arg.cpp", Kind::Unsupported, "cum_arg: the axis is longer than an i32 can count: operands f32[3000000000]", [](Ground& w) { cum_argmin(iota(w.g, f32({3000000000})), 0); }),
      mistake("lib/ops/linrec.cpp", Kind::Type, "linrec: needs numbers, not bools: operands bool[2,3], bool[2,3]", [](Ground& w) { linrec(w.p, w.p, 0); }),
      mistake("lib/ops/linrec.cpp", Kind::Type, "linrec: a and b differ in dtype: operands f32[2,3], f64[2,3]", [](Ground& w) { linrec(w.a, w.d, 0); }),
      mistake("lib/ops/linrec.cpp", Kind::Shape, "linrec: a and b differ in shape: operands f32[2,3], f32[3,2]", [](Ground& w) { linrec(w.a, w.tall, 0); }),
      mistake("lib/ops/sort.cpp", Kind::Type, "sort: needs numbers, not bools: operands bool[2,3]", [](Ground& w) { argsort(w.p, 0); }),
      mistake("lib/ops/sort.cpp", Kind::Unsupported, "sort: the axis is longer than an i32 can count: operands f32[3000000000]", [](Ground& w) { argsort(iota(w.g, f32({3000000000}))); }),
      mistake("lib/ops/top_k.cpp", Kind::Attribute, "top_k: 'k' is 4 of 3 elements: it must lie between none and all of them: operands f32[2,3]", [](Ground& w) { top_k(w.a, 4); }),
      mistake("lib/ops/reduce.cpp", Kind::Argument, "reduce: a tie goes to the first extreme element or is split in equal shares (Half)", [](Ground& w) { reduce_max(w.a, {0}, false, Tie::Second); }),
      mistake("lib/ops/reduce.cpp", Kind::Type, "reduce: and, or need bools or ints: operands f32[2,3]", [](Ground& w) { reduce_or(w.a); }),
      mistake("lib/ops/reduce.cpp", Kind::Type, "reduce: needs numbers; bools have and, or: operands bool[2,3]", [](Ground& w) { reduce_sum(w.p); }),
      mistake("lib/ops/reduce.cpp", Kind::Type, "reduce_mean: needs floats: operands i32[2,3]", [](Ground& w) { reduce_mean(w.i); }),
      mistake("lib/ops/arg_reduce.cpp", Kind::Type, "arg_reduce: needs numbers, not bools: operands bool[2,3]", [](Ground& w) { argmax(w.p, 0); }),
      mistake("lib/ops/arg_reduce.cpp", Kind::Shape, "arg_reduce: there is no extreme among no elements: operands f32[2,0]", [](Ground& w) { argmin(w.g.find_input("empty"), 1); }),
      mistake("lib/ops/arg_reduce.cpp", Kind::Unsupported, "arg_reduce: the axis is longer than an i32 can count: operands f32[3000000000]", [](Ground& w) { argmin(iota(w.g, f32({3000000000})), 0); }),

      mistake(sums, Kind::Argument, "accumulate_in: exp adds nothing up; give the sum, the product or the contraction itself", [](Ground& w) { accumulate_in(exp(w.a), DType::F64); }),
      mistake(sums, Kind::Attribute, "reduce: 'acc' is for sums and products: operands f32[2,3]", [](Ground& w) { accumulate_in(reduce_max(w.a), DType::F64); }),
      mistake(sums, Kind::Type, "cum_reduce: 'acc' is for floats; ints add up modulo their width: operands i32[2,3]", [](Ground& w) { accumulate_in(cumsum(w.i, 0), DType::F64); }),
      mistake(sums, Kind::Type, "reduce: 'acc' is f32 or f64 and as wide as the operands, not bf16: operands f32[2,3]", [](Ground& w) { accumulate_in(reduce_sum(w.a), DType::BF16); }),
      mistake(sums, Kind::Type, "dot_general: 'acc' is f32 or f64 and as wide as the operands, not f32: operands f64[2,3], f64[2,3]", [](Ground& w) { accumulate_in(dot_general(w.d, w.d, {1}, {1}), DType::F32); }),
      mistake(axes, Kind::Graph, "accumulate_in: an operand is an empty Value", [](Ground& w) { accumulate_in(w.none, DType::F64); }),
      mistake(dot, Kind::Type, "dot_general: dtypes differ; convert one: operands f32[3,2], f64[2,3]", [](Ground& w) { matmul(w.tall, w.d); }),
      mistake(dot, Kind::Type, "dot_general: multiplies numbers, not bools: operands bool[2,3], bool[2,3]", [](Ground& w) { dot_general(w.p, w.p, {1}, {1}); }),
      mistake(dot, Kind::Attribute, "dot_general: 1 contracted axes of a, 2 of b: operands f32[2,3], f32[3,2]", [](Ground& w) { dot_general(w.a, w.tall, {1}, {0, 1}); }),
      mistake(dot, Kind::Attribute, "dot_general: 1 batch axes of a, 0 of b: operands f32[2,3], f32[2,3]", [](Ground& w) { dot_general(w.a, w.a, {1}, {1}, {0}, {}); }),
      mistake(dot, Kind::Shape, "dot_general: contracted extents differ: 3 vs 4: operands f32[2,3], f32[4,5]", [](Ground& w) { dot_general(w.a, w.w, {1}, {0}); }),
      mistake(dot, Kind::Shape, "dot_general: batch extents differ: 2 vs 3: operands f32[2,3], f32[3,2]", [](Ground& w) { dot_general(w.a, w.tall, {}, {}, {0}, {0}); }),
      mistake(dot, Kind::Shape, "matmul: needs ranks of at least 2; reshape a vector to a row or column: operands f32[2,3], f32[3]", [](Ground& w) { matmul(w.a, w.row); }),
      mistake(dot, Kind::Shape, "matmul: leading extents differ: 5 vs 4: operands f32[5,2,3], f32[4,3,2]", [](Ground& w) { matmul(broadcast_to(w.a, {5, 2, 3}), broadcast_to(w.tall, {4, 3, 2})); }),
      mistake(dot, Kind::Shape, "matmul: inner extents differ: 3 vs 4: operands f32[2,3], f32[4,5]", [](Ground& w) { matmul(w.a, w.w); }),
  };
}
// clang-format on

} // namespace nngc::test
