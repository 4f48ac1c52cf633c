// A named composite: one node in text and picture, and otherwise as if it were not there.
#include <cmath>

#include "nngc/autodiff.h"
#include "nngc/compiler.h"
#include "nngc/composites.h"
#include "nngc/control.h"
#include "nngc/eval.h"
#include "nngc/text.h"
#include "test/support/catch.h"
#include "test/support/control_models.h"

using namespace nngc;
using namespace nngc::test;

struct AttentionParts {
  Value weights, mixed;
};
NNGC_STRUCT(AttentionParts, weights, mixed)

namespace {

AttentionParts attend(Value q, Value k) {
  const Value w = softmax(matmul(q, transpose(k, {1, 0})));
  return {w, matmul(w, k)};
}

/// Values, gradient and the gradient of the gradient's square, with and without the name.
Graph model(bool named) {
  Graph g("model");
  const Value q = g.input("q", {DType::F64, Shape{3, 4}}),
              k = g.input("k", {DType::F64, Shape{5, 4}});
  const AttentionParts p = named ? composite("attention", attend)(q, k) : attend(q, k);
  g.output("weights", p.weights);
  g.output("mixed", p.mixed);
  const Value first = grad(reduce_sum(p.mixed * p.mixed), std::vector{q})[0];
  g.output("first", first);
  g.output("second", grad(reduce_sum(first * first), std::vector{k})[0]);
  return g;
}

} // namespace

TEST_CASE("a composite stands in text and picture as one call of its name", "[control]") {
  Graph g("model");
  const Value q = g.input("q", {DType::F64, Shape{3, 4}}),
              k = g.input("k", {DType::F64, Shape{5, 4}});
  g.output("mixed", composite("attention", attend)(q, k).mixed);
  const std::string text = print(g);
  CHECK(text.find("body = graph @attention(") != std::string::npos);
  CHECK(print(parse(text)) == text);
  const std::string picture = to_dot(g);
  CHECK(picture.find("call attention") != std::string::npos);
  CHECK(picture.find("dot_general") == std::string::npos); // its parts are not drawn
}

TEST_CASE("a composite has the values and derivatives of its parts", "[control]") {
  const Graph named = model(true), plain = model(false);
  std::vector<Tensor> at;
  unsigned seed = 5;
  for (Value v : plain.inputs()) at.push_back(uniform_f64(v.type(), ++seed));
  const std::vector<Tensor> want = eval(plain, at), have = eval(named, at);
  REQUIRE(want.size() == have.size());
  for (std::size_t i = 0; i < want.size(); ++i)
    for (std::size_t k = 0; k < static_cast<std::size_t>(want[i].size()); ++k) {
      // Derivatives add what comes to an operand from inside first, and round elsewhere.
      const double x = want[i].data<double>()[k], bound = i < 2 ? 0 : 1e-13 * (1 + std::fabs(x));
      CHECK(std::fabs(have[i].data<double>()[k] - x) <= bound);
    }
  const std::vector<EntryPoint> forward{{"forward", &named}};
  CHECK(emit("model", forward, Stage::Graph).find("call") != std::string::npos);
  CHECK(emit("model", forward, Stage::Opt).find("call") == std::string::npos);
}
