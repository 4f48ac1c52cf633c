// Mistakes with elementwise ops, names and graphs, each at its own line.
#include <array>

#include "nngc/autodiff.h"
#include "nngc/ops.h"
#include "nngc/specialize.h"
#include "test/errors/catalogue.h"

namespace nngc::test {

using Kind = Error::Kind;

// clang-format off: one line a mistake, however long; its place is that line
std::vector<Mistake> value_mistakes() {
  const std::string elementwise = "lib/ops/elementwise.cpp", append = "lib/ir/append.cpp", graph = "lib/ir/graph.cpp";
  return {
      mistake(elementwise, Kind::Shape, "add: operands do not broadcast: f32[2,3] and f32[3,2] (2 vs 3 on axis 0)", [](Ground& w) { w.a + w.tall; }),
      mistake(elementwise, Kind::Shape, "mul: operands do not broadcast: f32[2,3] and f32[batch,3] (2 vs batch on axis 0)", [](Ground& w) { w.a * w.x; }),
      mistake(elementwise, Kind::Shape, "lt: operands do not broadcast: f32[2,3] and f32[3,2] (2 vs 3 on axis 0)", [](Ground& w) { w.a < w.tall; }),
      mistake(elementwise, Kind::Shape, "max: operands do not broadcast: f32[2,3] and f32[3,2] (2 vs 3 on axis 0)", [](Ground& w) { max(w.a, w.tall); }),
      mistake(elementwise, Kind::Shape, "select: operands do not broadcast: f32[2,3] and f32[3,2] (2 vs 3 on axis 0)", [](Ground& w) { select(gt(w.a, 0), w.a, w.tall); }),
      mistake(elementwise, Kind::Graph, "add: an operand is an empty Value", [](Ground& w) { w.a + w.none; }),
      mistake(elementwise, Kind::Graph, "mul: an operand is an empty Value", [](Ground& w) { w.none * 2; }),
      mistake(elementwise, Kind::Graph, "sub: needs at least one value of a graph", [](Ground&) { Operand(1) - Operand(2); }),
      mistake(elementwise, Kind::Type, "add: dtypes differ: f32[2,3] and i32[2,3]; convert one", [](Ground& w) { w.a + w.i; }),
      mistake(elementwise, Kind::Type, "mul: dtypes differ: f32[2,3] and f64[2,3]; convert one", [](Ground& w) { w.a * w.d; }),
      mistake(elementwise, Kind::Type, "exp: needs floats: operands i32[2,3]", [](Ground& w) { exp(w.i); }),
      mistake(elementwise, Kind::Type, "tanh: needs floats: operands bool[2,3]", [](Ground& w) { tanh(w.p); }),
      mistake(elementwise, Kind::Type, "add: needs numbers, not bools: operands bool[2,3], bool[2,3]", [](Ground& w) { w.p + w.p; }),
      mistake(elementwise, Kind::Type, "and: needs bools or ints: operands f32[2,3], f32[2,3]", [](Ground& w) { bit_and(w.a, w.a); }),
      mistake(elementwise, Kind::Type, "is_finite: needs floats: operands i32[2,3]", [](Ground& w) { is_finite(w.i); }),
      mistake("lib/ops/shl.cpp", Kind::Type, "shl: needs ints: operands f32[2,3], f32[2,3]", [](Ground& w) { shl(w.a, w.a); }),
      mistake("lib/ops/shr.cpp", Kind::Type, "shr: needs ints: operands bool[2,3], bool[2,3]", [](Ground& w) { shr(w.p, w.p); }),
      mistake("lib/ops/ipow.cpp", Kind::Attribute, "ipow: ints take no negative power: operands i32[2,3]", [](Ground& w) { ipow(w.i, -2); }),
      mistake("lib/ops/select.cpp", Kind::Type, "select: the first operand must be a bool: operands f32[2,3], f32[2,3], f32[2,3]", [](Ground& w) { select(w.a, w.a, w.a); }),
      mistake("lib/ops/select.cpp", Kind::Graph, "select: the predicate is an empty Value", [](Ground& w) { select(w.none, w.a, w.a); }),
      mistake("lib/ops/iota.cpp", Kind::Type, "iota: counts in ints or floats, not bools", [](Ground& w) { iota(w.g, boolean({3})); }),
      mistake("lib/ops/constant.cpp", Kind::Argument, "full: 1.500000 is not a value of i32", [](Ground& w) { full(w.g, i32({2}), 1.5); }),
      mistake("lib/ops/constant.cpp", Kind::Argument, "full: -1.000000 is not a value of u8", [](Ground& w) { full(w.g, {DType::U8, {2}}, -1); }),
      mistake("lib/ops/rng_bits.cpp", Kind::Type, "rng_bits: the key must be u32[2]: operands f32[2,3], f32[]", [](Ground& w) { rng_bits(w.a, w.s, {4}, 0); }),
      mistake("lib/ops/rng_bits.cpp", Kind::Type, "rng_bits: the counter must be u64[]: operands u32[2], f32[]", [](Ground& w) { rng_bits(w.g.find_input("key"), w.s, {4}, 0); }),

      mistake(append, Kind::Graph, "add: operands of two graphs ('ground' and 'other'); build both in one graph", [](Ground& w) { w.a + w.foreign; }),
      mistake(append, Kind::Graph, "matmul: operands of two graphs ('ground' and 'other'); build both in one graph", [](Ground& w) { matmul(w.a, reshape(w.foreign, {3, 2})); }),
      mistake(append, Kind::Graph, "select: operands of two graphs ('ground' and 'other'); build both in one graph", [](Ground& w) { select(gt(w.a, 0), w.a, w.foreign); }),
      mistake(append, Kind::Graph, "concat: operands of two graphs ('ground' and 'other'); build both in one graph", [](Ground& w) { concat(std::array{w.a, w.foreign}, 0); }),
      mistake(append, Kind::Graph, "grad: operands of two graphs ('ground' and 'other'); build both in one graph", [](Ground& w) { grad(w.s, std::array{w.foreign}); }),
      mistake(append, Kind::Graph, "exp: an operand is an empty Value", [](Ground& w) { exp(w.none); }),

      mistake(graph, Kind::Graph, "input: 'two words' is no identifier ([A-Za-z_][A-Za-z0-9_]*)", [](Ground& w) { w.g.input("two words", f32({2})); }),
      mistake(graph, Kind::Graph, "input: '' is no identifier ([A-Za-z_][A-Za-z0-9_]*)", [](Ground& w) { w.g.param("", f32({2})); }),
      mistake(graph, Kind::Graph, "input: the name 'a' is taken", [](Ground& w) { w.g.input("a", f32({2})); }),
      mistake(graph, Kind::Shape, "input: 'new' has a negative extent: f32[2,-1]", [](Ground& w) { w.g.input("new", f32({2, -1})); }),
      mistake(graph, Kind::Graph, "output: '' is no identifier ([A-Za-z_][A-Za-z0-9_]*)", [](Ground& w) { w.g.output("", w.a); }),
      mistake(graph, Kind::Graph, "output: '2x' is no identifier ([A-Za-z_][A-Za-z0-9_]*)", [](Ground& w) { w.g.output("2x", w.a); }),
      mistake(graph, Kind::Graph, "output: the value of 'q' belongs to another graph, 'other'", [](Ground& w) { w.g.output("q", w.foreign); }),
      mistake(graph, Kind::Graph, "output: the value of 'q' is an empty Value", [](Ground& w) { w.g.output("q", w.none); }),
      mistake(graph, Kind::Graph, "output: the name 'out' is taken", [](Ground& w) { w.g.output("out", w.a); }),
      mistake(graph, Kind::Graph, "update: the new value of 'w' belongs to another graph, 'other'", [](Ground& w) { w.g.update(w.w, w.foreign); }),
      mistake(graph, Kind::Graph, "update: only an input can be updated, not the result of add", [](Ground& w) { w.g.update(w.a + 1, w.a); }),
      mistake(graph, Kind::Type, "update: 'a' is f32[2,3], its new value f64[2,3]", [](Ground& w) { w.g.update(w.a, w.d); }),
      mistake(graph, Kind::Graph, "update: 'w' is updated twice", [](Ground& w) { w.g.update(w.w, w.w * 2); }),
      mistake(graph, Kind::Graph, "update: an output is called 'in' already", [](Ground& w) { const Value in = w.other.input("in", f32({})); w.other.output("in", in); w.other.update(in, in * 2); }),

      mistake("lib/ir/specialize.cpp", Kind::Graph, "specialize: no input has a dim 'rows'; symbolic dims: batch", [](Ground& w) { (void)specialize(w.g, {{"rows", 2}}); }),
      mistake("lib/ir/specialize.cpp", Kind::Graph, "specialize: no input has a dim 'rows'; there are no symbolic dims", [](Ground& w) { (void)specialize(w.other, {{"rows", 2}}); }),
      mistake("lib/ir/specialize.cpp", Kind::Shape, "specialize: dim 'batch' is negative: -1", [](Ground& w) { (void)specialize(w.g, {{"batch", -1}}); }),
  };
}
// clang-format on

} // namespace nngc::test
