// What stabilising rules are for: forms that do not overflow or cancel. That every rule keeps its
// class's promise is rewrites_test.cpp's business.
#include <array>
#include <cmath>
#include <functional>
#include <map>

#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/passes.h"
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
}
