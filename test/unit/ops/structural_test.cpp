// Structural primitives as a user meets them: shapes, messages at the user's line, nodes that need
// not be there; and the views, judged by the interpreter.
#include <array>
#include <numeric>

#include "ir/graph_data.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "ops/lower_context.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

Value f32_input(Graph& g, const char* name, Shape shape) {
  return g.input(name, f32(std::move(shape)));
}

/// Runs `f`, which throws on the line it is called from, and gives the error.
template <class F> Error thrown(F f) {
  try {
    static_cast<void>(f());
  } catch (const Error& e) {
    return e;
  }
  return {Error::Kind::Argument, "(nothing thrown)"};
}

} // namespace

TEST_CASE("shapes of the movers") {
  Graph g;
  const Dim n = Dim::symbol("batch");
  const Value x = f32_input(g, "x", {n, 3, 4});
  CHECK(broadcast_to(f32_input(g, "b", {4}), {n, 3, 4}).shape() == Shape{n, 3, 4});
  CHECK(broadcast_in_dim(f32_input(g, "c", {1, 3}), {n, 3, 4}, {0, -2}).shape() == Shape{n, 3, 4});
  CHECK(reshape(x, {Dim(12) * n}).shape() == Shape{Dim(12) * n});
  CHECK(reshape(x, {n, 2, 6}).shape() == Shape{n, 2, 6});
  CHECK(transpose(x).shape() == Shape{4, 3, n});
  CHECK(transpose(x, {0, -1, 1}).shape() == Shape{n, 4, 3});
  CHECK(slice(x, {0, 1, 0}, {n, 3, 4}, {1, 1, 3}).shape() == Shape{n, 2, 2});
  CHECK(slice(x, {1, 0, 0}, {n, 3, 4}).shape() == Shape{n - Dim(1), 3, 4});
  CHECK(pad(x, 0.0, {1, 0, -1}, {0, 2, 0}, {0, 1, 0}).shape() == Shape{n + Dim(1), 7, 3});
  const std::array parts{x, x, f32_input(g, "one", {1, 3, 4})};
  CHECK(concat(parts, 0).shape() == Shape{Dim(2) * n + Dim(1), 3, 4});
  CHECK(reduce_sum(x, {0, -1}).shape() == Shape{3});
  CHECK(reduce_max(x, {1}, true).shape() == Shape{n, 1, 4});
  CHECK(reduce_sum(x).shape() == Shape{});
  CHECK(argmax(x, -1).type() == i32({n, 3}));
  const Value rows = g.input("rows", i32({5, 2}));
  CHECK(gather(x, rows, 1).shape() == Shape{n, 5, 2, 4});
  CHECK(scatter_add(x, rows, f32_input(g, "u", {n, 5, 2, 4}), 1).shape() == Shape{n, 3, 4});
  CHECK(dot_general(x, x, {2}, {2}, {0}, {0}).shape() == Shape{n, 3, 3});
  CHECK(matmul(x, f32_input(g, "y", {n, 4, 7})).shape() == Shape{n, 3, 7});
  CHECK(matmul(x, f32_input(g, "z", {5, 1, 4, 7})).shape() == Shape{5, n, 3, 7});
  // One product, in which nothing is repeated.
  const Value product = matmul(x, f32_input(g, "w", {4, 7}));
  CHECK(product.shape() == Shape{n, 3, 7});
  CHECK(g.data()->operands(product.id())[1] == g.find_input("w").id());
  CHECK(iota(g, i32({n, 2}), -1).type() == i32({n, 2}));
}

TEST_CASE("two symbols in one shape") {
  Graph g;
  const Dim n = Dim::symbol("batch"), t = Dim::symbol("time");
  const Value x = f32_input(g, "x", {n, t, 4});
  CHECK(reshape(x, {t, 2, n, 2}).shape() == Shape{t, 2, n, 2});
  CHECK_THROWS_AS(reshape(x, {n, t, 5}), Error);
  CHECK_THROWS_AS(reshape(x, {n, n, 4}), Error);
  CHECK(reduce_mean(x, {0, 1}).shape() == Shape{4});
}

TEST_CASE("extents of 0 and 1") {
  Graph g;
  const Value none = f32_input(g, "none", {0, 3}), one = f32_input(g, "one", {1, 1});
  CHECK(reshape(none, {3, 0}).shape() == Shape{3, 0});
  CHECK(reduce_max(none, {0}).shape() == Shape{3});
  CHECK(slice(none, {0, 1}, {0, 1}).shape() == Shape{0, 0});
  CHECK(pad(none, 1.0, {2, 0}, {1, 0}, {5, 0}).shape() == Shape{3, 3});
  CHECK(matmul(transpose(none), none).shape() == Shape{3, 3});
  CHECK(reshape(one, {}).shape() == Shape{});
  CHECK(reverse(one, {0}).same(one));
  CHECK_THROWS_AS(argmax(none, 0), Error);
  CHECK(argmax(none, 1).shape() == Shape{0});
}

TEST_CASE("mistakes carry op, facts and the user's line") {
  Graph g;
  const Value a = f32_input(g, "a", {32, 784}), b = f32_input(g, "b", {512, 10});
  const unsigned line = __LINE__ + 1;
  const Error e = thrown([&] { return dot_general(a, b, {1}, {0}); });
  CHECK(e.message() ==
        "dot_general: contracted extents differ: 784 vs 512: operands f32[32,784], f32[512,10]");
  CHECK_THAT(e.place(), Catch::Matchers::EndsWith("structural_test.cpp:" + std::to_string(line)));
  CHECK(e.kind() == Error::Kind::Shape);

  const Dim n = Dim::symbol("batch");
  const Value x = f32_input(g, "x", {n, 4}), rows = g.input("rows", i32({2}));
  const struct {
    Error error;
    Error::Kind kind;
    const char* text;
  } cases[] = {
      {thrown([&] { return matmul(a, b); }), Error::Kind::Shape,
       "matmul: inner extents differ: 784 vs 512"},
      {thrown([&] { return matmul(a, rows); }), Error::Kind::Shape,
       "reshape a vector to a row or column"},
      {thrown([&] { return reduce_sum(a, {2}); }), Error::Kind::Attribute,
       "reduce: axis 2 is out of range for rank 2"},
      {thrown([&] { return reduce_sum(a, {-3}); }), Error::Kind::Attribute,
       "axis -3 is out of range"},
      {thrown([&] { return reduce_sum(a, {1, -1}); }), Error::Kind::Attribute,
       "axis 1 is given twice"},
      {thrown([&] { return reduce_and(a); }), Error::Kind::Type,
       "need bools or ints: operands f32[32,784]"},
      {thrown([&] { return reduce_mean(rows); }), Error::Kind::Type, "reduce_mean: needs floats"},
      {thrown([&] { return reshape(a, {5}); }), Error::Kind::Shape,
       "[32,784] (25088 elements) vs [5] (5 elements)"},
      {thrown([&] { return reshape(x, {n}); }), Error::Kind::Shape,
       "reshape: the element counts differ"},
      {thrown([&] { return reshape(a, {-32, -784}); }), Error::Kind::Shape, "negative"},
      {thrown([&] { return transpose(a, {0, 0}); }), Error::Kind::Attribute,
       "axis 0 is given twice"},
      {thrown([&] { return transpose(a, {0}); }), Error::Kind::Attribute,
       "'perm' has 1 entries for rank 2"},
      {thrown([&] { return slice(a, {0, 0}, {33, 784}); }), Error::Kind::Shape,
       "limit <= 32: 0:33:1 on axis 0"},
      {thrown([&] { return slice(x, {0, 0}, {1, 4}); }), Error::Kind::Shape,
       "limit <= batch: 0:1:1 on axis 0"},
      {thrown([&] { return slice(x, {0, 3}, {n, 2}); }), Error::Kind::Shape, "3:2:1 on axis 1"},
      {thrown([&] { return slice(x, {0, 0}, {n, 4}, {1, 0}); }), Error::Kind::Attribute,
       "stride must be positive"},
      {thrown([&] { return slice(x, {0, 0}, {n, 4}, {2, 1}); }), Error::Kind::Unsupported,
       "symbolic extent"},
      {thrown([&] { return pad(a, 0.0, {-40, 0}, {0, 0}); }), Error::Kind::Shape,
       "would be negative: [-8,784]"},
      {thrown([&] { return pad(a, rows, {0, 0}, {0, 0}); }), Error::Kind::Shape,
       "must have rank 0"},
      {thrown([&] { return concat(std::array{a, b}, 0); }), Error::Kind::Shape,
       "differ on axis 1: 784 vs 10"},
      {thrown([&] { return concat({}, 0); }), Error::Kind::Argument, "at least one part"},
      {thrown([&] { return broadcast_to(a, {784}); }), Error::Kind::Shape,
       "has more axes than [784]"},
      {thrown([&] { return broadcast_to(a, {32, 785}); }), Error::Kind::Shape,
       "neither 1 nor the 785"},
      {thrown([&] { return broadcast_in_dim(a, {784, 32}, {1, 0}); }), Error::Kind::Attribute,
       "transpose first"},
      {thrown([&] { return gather(a, x, 0); }), Error::Kind::Type, "indices must be ints"},
      {thrown([&] { return scatter_add(a, rows, b, 0); }), Error::Kind::Shape,
       "shaped [2,784], not [512,10]"},
      {thrown([&] { return rng_bits(rows, rows, {3}, 0); }), Error::Kind::Type,
       "the key must be u32[2]"},
      {thrown([&] { return iota(g, boolean({3})); }), Error::Kind::Type, "not bools"},
      {thrown([&] { return iota(g, i32({})); }), Error::Kind::Attribute,
       "axis 0 is out of range for rank 0"},
      {thrown([&] { return full(g, {DType::U8, {2}}, 256); }), Error::Kind::Argument,
       "is not a value of u8"},
      {thrown([&] { return transpose(Value{}); }), Error::Kind::Graph, "empty Value"},
  };
  for (const auto& c : cases) {
    CHECK_THAT(c.error.message(), test::ContainsSubstring(c.text));
    CHECK(c.error.kind() == c.kind);
    CHECK_THAT(c.error.place(), test::ContainsSubstring("structural_test.cpp:"));
  }
}

TEST_CASE("nodes that need not be there") {
  Graph g;
  const Value x = f32_input(g, "x", {2, 3, 4});
  CHECK(broadcast_to(x, {2, 3, 4}).same(x));
  CHECK(reshape(reshape(x, {6, 4}), {2, 3, 4}).same(x));
  CHECK(reshape(reshape(x, {6, 4}), {24}).same(reshape(x, {24})));
  CHECK(transpose(x, {0, 1, 2}).same(x));
  CHECK(transpose(transpose(x, {2, 0, 1}), {1, 2, 0}).same(x));
  CHECK(transpose(transpose(x, {2, 0, 1}), {2, 0, 1}).same(transpose(x, {1, 2, 0})));
  CHECK(slice(x, {0, 0, 0}, {2, 3, 4}).same(x));
  CHECK(pad(x, 7.0, {0, 0, 0}, {0, 0, 0}).same(x));
  CHECK(concat(std::array{x}, 1).same(x));
  CHECK(reduce_sum(reduce_sum(x)).same(reduce_sum(x)));
  CHECK(stop_gradient(stop_gradient(x)).same(stop_gradient(x)));
  CHECK_FALSE(stop_gradient(x).same(x));
  // Splats are one node each, however they come about.
  const Value seven = full(g, f32({3, 4}), 7);
  CHECK(broadcast_to(g.scalar(DType::F32, 7), {3, 4}).same(seven));
  CHECK(reshape(full(g, f32({12}), 7), {3, 4}).same(seven));
  CHECK(transpose(full(g, f32({4, 3}), 7)).same(seven));
  const std::array<float, 4> sevens{7, 7, 7, 7};
  CHECK(constant(g, Tensor::of<float>({2, 2}, sevens)).same(full(g, f32({2, 2}), 7)));
}

TEST_CASE("views point at the elements the interpreter moves") {
  Graph g;
  const Value x = f32_input(g, "x", {3, 1, 4});
  const Value views[] = {broadcast_in_dim(x, {3, 2, 5, 4}, {0, 2, 3}), transpose(x, {2, 0, 1}),
                         reverse(x, {0, 2}), slice(x, {1, 0, 0}, {3, 1, 4}, {1, 1, 3}),
                         stop_gradient(x)};
  for (std::size_t i = 0; i < std::size(views); ++i) g.output("y" + std::to_string(i), views[i]);
  Tensor input(DType::F32, {3, 1, 4});
  std::iota(input.data<float>().begin(), input.data<float>().end(), 0.0F);
  const std::vector<Tensor> results = eval(g, std::array{input});

  for (std::size_t v = 0; v < std::size(views); ++v) {
    const GraphData& data = *g.data();
    const NodeId id = views[v].id();
    const Shape& shape = views[v].shape();
    INFO(data.def(id).mnemonic);
    REQUIRE((data.def(id).traits & trait::View) != 0);
    std::vector<loop::Affine> index; // loop number = axis of the result
    for (int axis = 0; axis < shape.rank(); ++axis) index.push_back({0, {{axis, 1}}});
    ViewContext c(data.attrs(id), views[v].type(), x.type(), index);
    data.def(id).view(c);
    REQUIRE(c.operand_index.size() == 3);
    const auto elements = results[v].data<float>();
    for (std::size_t e = 0; e < elements.size(); ++e) {
      std::vector<std::int64_t> at(static_cast<std::size_t>(shape.rank()));
      auto rest = static_cast<std::int64_t>(e);
      for (int axis = shape.rank(); axis-- > 0; rest /= shape[axis].value())
        at[static_cast<std::size_t>(axis)] = rest % shape[axis].value();
      std::int64_t linear = 0;
      for (int axis = 0; axis < 3; ++axis) {
        const loop::Affine& a = c.operand_index[static_cast<std::size_t>(axis)];
        std::int64_t position = a.base.value();
        for (const auto& term : a.terms)
          position += term.stride.value() * at[static_cast<std::size_t>(term.dim)];
        linear = linear * x.shape()[axis].value() + position;
      }
      CHECK(elements[e] == static_cast<float>(linear));
    }
  }
}
