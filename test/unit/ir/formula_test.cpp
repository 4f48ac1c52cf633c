// Graphs as formulas: signs, parentheses, names of what is shared.
#include <array>

#include "nngc/autodiff.h"
#include "nngc/ops.h"
#include "nngc/text.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

/// The formula of one result of x, y, z (and vectors v).
template <class F> std::string of(F build) {
  Graph g;
  const Value x = g.input("x", f32({})), y = g.input("y", f32({})), z = g.input("z", f32({}));
  g.output("r", build(x, y, z));
  const std::string text = formula(g);
  REQUIRE(text.starts_with("r = "));
  return text.substr(4, text.size() - 5);
}

} // namespace

TEST_CASE("formulas have the parentheses they need") {
  CHECK(of([](Value x, Value y, Value z) { return (x + y) * z; }) == "z*(x + y)");
  CHECK(of([](Value x, Value y, Value z) { return x * y + z; }) == "x*y + z");
  CHECK(of([](Value x, Value y, Value z) { return x - (y - z); }) == "x - (y - z)");
  CHECK(of([](Value x, Value y, Value z) { return x - y - z; }) == "x - y - z");
  CHECK(of([](Value x, Value y, Value z) { return x / (y * z); }) == "x/(y*z)");
  CHECK(of([](Value x, Value y, Value z) { return x / (y / z); }) == "x/(y/z)");
  CHECK(of([](Value x, Value y, Value) { return square(x * y); }) == "(x*y)^2");
  CHECK(of([](Value x, Value, Value) { return ipow(x, -3); }) == "x^(-3)");
  CHECK(of([](Value x, Value y, Value) { return pow(x, y + 1); }) == "x^(y + 1)");
  CHECK(of([](Value x, Value y, Value) { return -Operand(x + y); }) == "-(x + y)");
  CHECK(of([](Value x, Value y, Value) { return y - x * 2; }) == "y - 2*x");
  CHECK(of([](Value x, Value y, Value) { return neg(x) + y; }) == "y - x");
  CHECK(of([](Value x, Value y, Value) { return x * -1 + y; }) == "y - x");
  CHECK(of([](Value x, Value, Value) { return x * neg(x * 0 + 2); }) == "x*-(0*x + 2)");
  CHECK(of([](Value x, Value y, Value) { return tanh(x - 0.5) / y; }) == "tanh(x - 0.5)/y");
  CHECK(of([](Value x, Value y, Value z) { return select(x <= y, z, 0); }) ==
        "select(x <= y, z, 0)");
}

TEST_CASE("a formula names what is used twice, and results that are one node") {
  Graph g;
  const Value w = g.param("w", f32({})), x = g.input("x", f32({}));
  const Value y = exp(w * x);
  g.output("y", y * (y + 1));
  g.update(w, w - 0.5 * Operand(y));
  CHECK(formula(g) == "t1 = exp(w*x)\ny = t1*(t1 + 1)\nw <- w - 0.5*t1\n");
}

TEST_CASE("results go by their names, and numbers stand first in products and last in sums") {
  Graph g;
  const Value x = g.input("x", f32({})), y = g.input("y", f32({}));
  const Value a = logistic(x), b = x * (y * 3);
  g.output("a", a);
  g.output("slope", a * (1 - a));
  g.output("b", b + 1);
  g.output("same", b + 1);
  CHECK(formula(g) == "a = logistic(x)\nslope = a*(1 - a)\nb = 3*y*x + 1\nsame = b\n");
}

TEST_CASE("formulas of tensors, and of a long chain") {
  Graph g;
  const Value a = g.input("a", f32({2, 3})), b = g.input("b", f32({3}));
  g.output("s", reduce_sum(a * b));
  g.output("m", reduce_max(a, {1}));
  g.output("p", dot_general(a, b, {1}, {0}));
  CHECK(formula(g) == "s = sum(a*b)\nm = max(a, axis 1)\np = dot(a, b)\n");
  Graph chain;
  Value v = chain.input("x", f32({}));
  for (int i = 0; i < 100000; ++i) v = sin(v);
  chain.output("y", v);
  CHECK(formula(chain).size() < 1000000);
}
