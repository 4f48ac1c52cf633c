// Binding symbolic dims: everything else of the graph stays.
#include "nngc/specialize.h"

#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/text.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

Graph model() {
  Graph g("m");
  const Dim batch = Dim::symbol("batch");
  const Value x = g.input("x", f32({batch, 2}));
  const Value w = g.param("w", f32({2, 3}));
  const Value b = g.param("b", f32({3}));
  g.input("unused", f32({batch}));
  g.output("y", tanh(dense(x, w, b)));
  g.update(w, w * 0.5);
  return g;
}

} // namespace

TEST_CASE("specialize puts numbers for symbols and keeps the rest") {
  const Graph g = specialize(model(), {{"batch", 4}});
  CHECK(g.find_input("x").type().str() == "f32[4,2]");
  CHECK(g.find_input("unused").type().str() == "f32[4]");
  CHECK(g.input_role(g.find_input("w")) == Role::Param);
  REQUIRE(g.outputs().size() == 2);
  CHECK(g.outputs()[0].value.type().str() == "f32[4,3]");
  CHECK(g.outputs()[1].updates.same(g.find_input("w")));
  CHECK(print(g).find("[batch") == std::string::npos);
  verify(g);
}

TEST_CASE("a specialized graph computes what the symbolic one does") {
  const Graph symbolic = model(), fixed = specialize(symbolic, {{"batch", 2}});
  const std::vector<float> x = {1, 2, 3, 4}, w = {1, 2, 3, 4, 5, 6}, b = {0.5F, -1, 2};
  const std::vector<NamedTensor> inputs = {{"x", Tensor::of<float>({2, 2}, x)},
                                           {"w", Tensor::of<float>({2, 3}, w)},
                                           {"b", Tensor::of<float>({3}, b)}};
  const std::vector<Tensor> a = eval(symbolic, inputs), c = eval(fixed, inputs);
  for (std::size_t i = 0; i < 6; ++i) CHECK(a[0].data<float>()[i] == c[0].data<float>()[i]);
}

TEST_CASE("specialize refuses names and numbers that mean nothing") {
  NNGC_CHECK_THROWS(specialize(model(), {{"bach", 4}}), Error,
                    "no input has a dim 'bach'; symbolic dims: batch");
  NNGC_CHECK_THROWS(specialize(model(), {{"batch", -1}}), Error, "dim 'batch' is negative: -1");
}
