// What stabilising rules are for: forms that do not overflow or cancel. That every rule keeps its
// class's promise is rewrites_test.cpp's business.
#include <array>
#include <cmath>
#include <functional>
#include <map>

#include "ir/graph_data.h"
#include "nngc/eval.h"
#include "nngc/layers.h"
#include "nngc/ops.h"
#include "nngc/passes.h"
#include "nngc/windows.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

using Build = std::function<Value(Value x, Value y)>;

const std::map<std::string, Build> cases = {
    {"log-of-ratio", [](Value x, Value) { return log(exp(x) / reduce_sum(exp(x), {1}, true)); }},
    {"log-logistic", [](Value x, Value) { return log(logistic(x)); }},
    {"log-sum-exp", [](Value x, Value) { return log(reduce_sum(exp(x), {1})); }},
    {"log-one-plus", [](Value x, Value) { return log(1 + Operand(square(x))); }},
    {"log1p-exp", [](Value x, Value) { return log1p(exp(x)); }},
    {"exp-minus-one", [](Value x, Value) { return exp(x) - 1; }},
    {"one-minus-logistic", [](Value x, Value) { return 1 - Operand(logistic(x)); }},
    {"odds-of-logistic", [](Value x, Value) { return logistic(x) / (1 - Operand(logistic(x))); }},
    {"over-one-plus-exp", [](Value x, Value y) { return y / (1 + Operand(exp(x))); }},
    {"exp-over-one-plus-exp", [](Value x, Value) { return exp(x) / (1 + Operand(exp(x))); }},
    {"exp-over-exps", [](Value x, Value y) { return exp(x) / (exp(y) + exp(x)); }},
    {"one-minus-exp", [](Value x, Value) { return 1 - Operand(exp(x)); }},
    {"tanh-of-half",
     [](Value x, Value) { return (exp(2 * Operand(x)) - 1) / (exp(2 * Operand(x)) + 1); }},
    {"tanh-of-neg",
     [](Value x, Value) {
       return (1 - Operand(exp(-2 * Operand(x)))) / (1 + Operand(exp(-2 * Operand(x))));
     }},
    {"tanh-of-exps", [](Value x, Value) { return (exp(x) - exp(-x)) / (exp(-x) + exp(x)); }},
    {"tanh-of-logistic", [](Value x, Value) { return 2 * Operand(logistic(2 * Operand(x))) - 1; }},
    {"log-add-exps", [](Value x, Value y) { return log(exp(x) + exp(2 * Operand(y))); }},
    {"log-sub-exps", [](Value x, Value y) { return log(exp(x + y) - exp(x)); }},
    {"log-neg-expm1", [](Value x, Value) { return log(1 - Operand(exp(x))); }},
    {"log1p-neg-exp", [](Value x, Value) { return log1p(-exp(x)); }},
    {"log1p-neg-logistic", [](Value x, Value) { return log1p(-logistic(x)); }},
    {"minus-log-sum-exp", [](Value x, Value) { return x - log(reduce_sum(exp(x), {1}, true)); }},
    {"exp-over-sum", [](Value x, Value) { return exp(x) / reduce_sum(exp(x), {1}, true); }},
};

} // namespace

TEST_CASE("stabilised forms do not overflow or cancel", "[optimize][rules]") {
  const auto at = [](const char* rule, float x) {
    Graph g("rule");
    const Value input = g.input("x", f32({3, 4}));
    g.output("r", cases.at(rule)(input, full(g, f32({3, 4}), 0.5)));
    const Graph stable = run_passes(g, "canonicalize,stabilise");
    std::array in{Tensor(DType::F32, {3, 4})};
    for (float& e : in[0].data<float>()) e = x;
    return eval(stable, std::span<const Tensor>(in))[0].data<float>()[0];
  };
  CHECK(at("log-sum-exp", 1000) == test::Approx(1000 + std::log(4)));
  CHECK(at("log-sum-exp", -1000) == test::Approx(-1000 + std::log(4)));
  CHECK(at("exp-over-sum", 1000) == test::Approx(0.25));
  CHECK(at("exp-over-sum", -1000) == test::Approx(0.25));
  CHECK(at("log-of-ratio", 1000) == test::Approx(-std::log(4)));
  CHECK(at("log-logistic", -200) == test::Approx(-200));
  CHECK(at("log1p-exp", 200) == test::Approx(200));
  CHECK(at("log-one-plus", 1e-5F) == test::Approx(1e-10));
  CHECK(at("exp-minus-one", 1e-10F) == test::Approx(1e-10));
  CHECK(at("one-minus-logistic", 50) == test::Approx(std::exp(-50.0)));
  CHECK(at("odds-of-logistic", 50) == test::Approx(std::exp(50.0)));
  CHECK(at("over-one-plus-exp", 200) == 0);
  CHECK(at("exp-over-one-plus-exp", 200) == 1);
  CHECK(at("exp-over-one-plus-exp", -50) == test::Approx(std::exp(-50.0)));
  CHECK(at("exp-over-exps", 200) == 1);
  CHECK(at("one-minus-exp", 1e-10F) == test::Approx(-1e-10));
  for (const char* form : {"tanh-of-half", "tanh-of-neg", "tanh-of-exps", "tanh-of-logistic"}) {
    INFO(form);
    CHECK(at(form, 200) == 1);
    CHECK(at(form, -200) == -1);
    CHECK(at(form, 1e-10F) == test::Approx(1e-10));
  }
  CHECK(at("log-add-exps", 200) == 200);
  CHECK(at("log-add-exps", -200) == test::Approx(1));
  CHECK(at("log-add-exps", 1) == test::Approx(1 + std::log(2)));
  CHECK(at("log-sub-exps", 200) == test::Approx(200 + std::log(std::exp(0.5) - 1)));
  CHECK(at("log-neg-expm1", -1e-10F) == test::Approx(std::log(1e-10)));
  CHECK(at("log-neg-expm1", -50) == test::Approx(-std::exp(-50.0)));
  CHECK(at("log1p-neg-exp", -1e-10F) == test::Approx(std::log(1e-10)));
  CHECK(at("log1p-neg-exp", -50) == test::Approx(-std::exp(-50.0)));
  CHECK(at("log1p-neg-logistic", 200) == -200);
  CHECK(at("minus-log-sum-exp", 1000) == test::Approx(-std::log(4)));
}

TEST_CASE("a batch norm of known statistics goes into the weights of a convolution",
          "[optimize][rules]") {
  Graph g("norm");
  const auto numbers = [&](std::vector<std::int64_t> shape, float first, float step) {
    Tensor t(DType::F32, std::move(shape));
    float next = first;
    for (float& e : t.data<float>()) e = next, next += step;
    return t;
  };
  const auto known = [&](std::vector<std::int64_t> shape, float first, float step) {
    return constant(g, numbers(std::move(shape), first, step));
  };
  const Value x = g.input("x", f32({2, 5, 5, 3}));
  const Value y = conv_general(x, known({3, 3, 3, 4}, -1, 0.02F)) + known({4}, 1, 0.5F);
  g.output("y", batch_norm(y, known({4}, 0.5F, 0.25F), known({4}, -1, 0.5F), known({4}, 0.1F, 0.2F),
                           known({4}, 1, 0.5F)));
  const Graph next =
      run_passes(g, "canonicalize,fold-constants,canonicalize", {.math = MathLevel::Relaxed});
  const std::array in{numbers({2, 5, 5, 3}, -2, 0.03F)};
  const Tensor want = std::move(eval(g, std::span<const Tensor>(in)).front()),
               got = std::move(eval(next, std::span<const Tensor>(in)).front());
  for (std::size_t i = 0; i < want.data<float>().size(); ++i)
    CHECK(got.data<float>()[i] == test::Approx(want.data<float>()[i]).epsilon(1e-5).margin(1e-5));
  CHECK(next.live_count() == 6); // x, weights, conv, bias, its broadcast, sum
}

TEST_CASE("products of constants that are too long to fold are not counted as free",
          "[optimize][rules]") {
  constexpr std::int64_t n = 200; // few enough elements, too many products
  for (const bool layers : {false, true}) {
    Graph g("long");
    const auto known = [&](float first) {
      Tensor t(DType::F32, {n, n});
      for (float& e : t.data<float>()) e = first = 1 - first * 0.75F;
      return constant(g, t);
    };
    const Value a = known(0.5F), b = known(0.25F);
    if (layers) {
      const Value bias = reshape(slice(a, {0, 0}, {1, n}), {n});
      const Value x = g.input("x", f32({3, n}));
      g.output("y", matmul(matmul(x, a) + bias, b));
    } else {
      g.output("y", matmul(a, matmul(b, g.input("x", f32({n, 3})))));
    }
    const Graph next =
        run_passes(g, "canonicalize,fold-constants,canonicalize", {.math = MathLevel::Relaxed});
    std::size_t products = 0;
    const GraphData& data = *next.data();
    const std::vector<bool> live = live_nodes(data);
    for (NodeId id = 0; id < data.size(); ++id)
      if (live[id] && data.node(id).op == Opcode::DotGeneral) {
        ++products;
        CHECK(data.type(id).shape.size().value() == 3 * n);
      }
    CHECK(products == 2);
  }
}
