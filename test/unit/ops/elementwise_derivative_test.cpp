// Derivatives of the elementwise primitives and of the composites made of them: forward and
// reverse, first and second order, against complex steps; and their conventions at kinks.
#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "eval/complex_step.h"
#include "nngc/autodiff.h"
#include "test/support/catch.h"
#include "test/unit/ops/evaluate.h"

using namespace nngc;
using namespace nngc::test;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
using Build = std::function<Value(Value, Value)>;

struct Case {
  const char* name;
  Build build;
  std::vector<double> a, b;
};

const std::vector<double> any{-2.3, -1.1, -0.3, 0.4, 0.9, 1.7},
    positive{0.1, 0.5, 0.9, 1.3, 2.2, 3.1};
const std::vector<double> others{0.7, -1.9, 1.4, -0.6, 2.1, 0.8};

Build unary(Value (*f)(Value, Where)) {
  return [f](Value a, Value) { return f(a, Where::current()); };
}
Build binary(Value (*f)(Operand, Operand)) {
  return [f](Value a, Value b) { return f(a, b); };
}

std::vector<Case> cases() {
  return {
      {"abs", unary(abs), any, others},
      {"atan", unary(atan), any, others},
      {"cos", unary(cos), any, others},
      {"erf", unary(erf), any, others},
      {"exp", unary(exp), any, others},
      {"expm1", unary(expm1), {-30, -2.3, -0.3, 1e-9, 0.9, 1.7}, others},
      {"log", unary(log), positive, others},
      {"log1p", unary(log1p), positive, others},
      {"logistic", unary(logistic), any, others},
      {"neg", unary(neg), any, others},
      {"rsqrt", unary(rsqrt), positive, others},
      {"sin", unary(sin), any, others},
      {"sqrt", unary(sqrt), positive, others},
      {"tanh", unary(tanh), any, others},
      {"floor", unary(floor), any, others},
      {"add", binary(add), any, others},
      {"sub", binary(sub), any, others},
      {"mul", binary(mul), any, others},
      {"div", binary(div), any, others},
      {"rem", binary(rem), any, others},
      {"pow", binary(pow), positive, others},
      {"pow negative base", [](Value a, Value) { return pow(a, 3); }, any, others},
      {"ipow 5", [](Value a, Value) { return ipow(a, 5); }, any, others},
      {"ipow -2", [](Value a, Value) { return ipow(a, -2); }, any, others},
      {"max", [](Value a, Value b) { return max(a, b) * a; }, any, others},
      {"min first", [](Value a, Value b) { return min(a, b, Tie::First) * b; }, any, others},
      {"max constant", [](Value a, Value b) { return max(a, 0.5) * b; }, any, others},
      {"min constant", [](Value a, Value b) { return min(0.5, a) * b; }, any, others},
      {"select", [](Value a, Value b) { return select(a > b, a * b, sin(b)); }, any, others},
      // Products that f32 holds exactly: the complex domain does not round.
      {"convert",
       [](Value a, Value b) { return convert(convert(a * b, DType::F32), DType::F64) * a; },
       {-2.25, -1.125, -0.25, 0.375, 0.875, 1.75},
       {0.75, -1.875, 1.375, -0.625, 2.125, 0.75}},
      {"square", unary(square), any, others},
      {"leaky_relu", [](Value a, Value b) { return leaky_relu(a * b); }, any, others},
      {"gelu", unary(gelu), any, others},
      {"gelu_tanh", unary(gelu_tanh), any, others},
      {"silu", unary(silu), any, others},
      {"softplus", unary(softplus), any, others},
      {"softmax", [](Value a, Value b) { return softmax(a) * b; }, any, others},
      {"log_softmax", [](Value a, Value b) { return log_softmax(a * b); }, any, others},
      {"logsumexp", [](Value a, Value b) { return logsumexp(a * b, {0}, true); }, any, others},
      {"mse", [](Value a, Value b) { return mse(a, b); }, any, others},
      {"mae", [](Value a, Value b) { return mae(a, b); }, any, others},
      {"smooth_l1", [](Value a, Value b) { return smooth_l1(a, b, 1.5); }, any, others},
      {"bce",
       [](Value a, Value b) { return bce(a, b); },
       {.1, .2, .3, .5, .8, .9},
       {0, .3, .5, .6, .9, 1}},
      {"bce_with_logits",
       [](Value a, Value b) { return bce_with_logits(a, b); },
       any,
       {0, .3, .5, .6, .9, 1}},
      {"cross_entropy",
       [](Value a, Value b) { return cross_entropy(a, b); },
       {.1, .1, .2, .1, .4, .1},
       {.2, .1, .1, .2, .3, .1}},
      {"cross_entropy_with_logits",
       [](Value a, Value b) { return cross_entropy_with_logits(a, softmax(b)); }, any, others},
  };
}

void check_near(const std::vector<double>& got, const std::vector<double>& expected) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    INFO("element " << i << ": " << got[i] << ", complex step " << expected[i]);
    CHECK(std::abs(got[i] - expected[i]) <= 1e-12 * std::max(1.0, std::abs(expected[i])));
  }
}

Value ones(Graph& g, Value like) { return full(g, like.type(), 1); }

/// The derivative of y along the step `towards` of input `i` in graph `g`, in both modes, against
/// complex steps. Gives the forward-mode derivative.
Value check_derivative(Graph& g, Value y, const std::vector<Value>& x, std::size_t i,
                       const std::vector<Tensor>& at) {
  const Value forward = jvp(std::array{y}, std::array{x[i]}, std::array{ones(g, x[i])})[0];
  const Value reverse = vjp(std::array{y}, std::array{ones(g, y)}, std::array{x[i]})[0];
  std::vector<Tensor> step;
  for (std::size_t k = 0; k < x.size(); ++k)
    step.push_back(
        row(std::vector<double>(static_cast<std::size_t>(at[k].size()), k == i ? 1 : 0)));
  g.clear_outputs();
  g.output("y", y);
  const std::vector<double> expected = complex_step(g, at, step)[0];
  g.clear_outputs();
  g.output("forward", forward);
  g.output("reverse", reduce_sum(reverse));
  const std::vector<Tensor> got = eval(g, at);
  check_near(values<double>(got[0]), expected);
  double total = 0;
  for (double v : expected) total += v;
  check_near(values<double>(got[1]), {total});
  return forward;
}

/// d f / d x at one point.
double slope(const std::function<Value(Value)>& f, double x) {
  Graph g;
  const Value v = g.input("x", f64({1}));
  g.output("slope", grad(reduce_sum(f(v)), std::array{v})[0]);
  return values<double>(eval(g, std::array{row({x})})[0])[0];
}

} // namespace

TEST_CASE("First and second derivatives agree with complex steps") {
  for (const Case& c : cases()) {
    INFO(c.name);
    for (std::size_t i = 0; i < 2; ++i) {
      INFO("by operand " << i);
      Graph g;
      const std::vector<Value> x{g.input("a", f64({6})), g.input("b", f64({6}))};
      const std::vector<Tensor> at{row(c.a), row(c.b)};
      const Value y = c.build(x[0], x[1]);
      const Value first = check_derivative(g, y, x, i, at);
      for (std::size_t j = 0; j < 2; ++j) {
        INFO("then by operand " << j);
        check_derivative(g, first, x, j, at);
      }
    }
  }
}

TEST_CASE("Derivatives at kinks and at the ends of domains") {
  CHECK(slope([](Value x) { return abs(x); }, 0) == 0);
  CHECK(slope([](Value x) { return relu(x); }, 0) == 0);
  CHECK(slope([](Value x) { return min(max(x, -1), 1); }, 1) == 0); // clip
  CHECK(slope([](Value x) { return max(x, 0, Tie::First); }, 0) == 1);
  CHECK(slope([](Value x) { return max(x, 0, Tie::Half); }, 0) == 0.5);
  CHECK(slope([](Value x) { return max(x, neg(x)); }, 0) == 0);
  CHECK(slope([](Value x) { return leaky_relu(x, 0.25); }, 0) == 0.25);
  CHECK(slope([](Value x) { return softplus(x); }, 0) == 0.5);
  CHECK(slope([](Value x) { return silu(x); }, 0) == 0.5);
  CHECK(slope([](Value x) { return pow(x, 0); }, 0) == 0);
  CHECK(slope([](Value x) { return pow(x, 2); }, 0) == 0);
  CHECK(slope([](Value x) { return pow(0, x); }, 2) == 0);
  CHECK(slope([](Value x) { return ipow(x, 2); }, 0) == 0);
  CHECK(slope([](Value x) { return ipow(x, 0); }, 3) == 0);
  CHECK(slope([](Value x) { return round_even(x); }, 0.5) == 0);
  CHECK(slope([](Value x) { return sqrt(x); }, 0) == inf);
  // Masks: the side that is not taken does not reach the derivative.
  CHECK(slope([](Value x) { return select(x > 0, sqrt(x), 0); }, 0) == 0);
  CHECK(slope([](Value x) { return max(sqrt(x * x), 1e-3); }, 0) == 0);
  CHECK(slope([](Value x) { return select(x > 0, log(x), x * 3); }, 0) == 3);
  // a / b where a b^-2 would overflow.
  Graph g;
  const Value a = g.input("a", f32({1})), b = g.input("b", f32({1}));
  g.output("db", grad(reduce_sum(a / b), std::array{b})[0]);
  CHECK(values<float>(eval(g, std::array{row({1e-20F}), row({1e-20F})})[0])[0] == Approx(-1e20F));
}

TEST_CASE("relu's backward needs its result only") {
  Graph g;
  const Value x = g.input("x", f32({4})), y = relu(x), t = g.input("t", f32({4}));
  CHECK(vjp(std::array{y}, std::array{t}, std::array{x})[0].same(select(y > 0, t, 0)));
}
