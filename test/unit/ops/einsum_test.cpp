// einsum beside loops over all values of all letters.
#include <array>
#include <cmath>
#include <map>

#include "nngc/layers.h"
#include "test/support/catch.h"
#include "test/unit/ops/evaluate.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// The sum over all letters, for a formula with `->` and without `...`.
std::vector<double> plain(const std::string& formula, const std::vector<Tensor>& operands) {
  const std::size_t arrow = formula.find("->");
  std::vector<std::string> terms{""};
  for (const char c : formula.substr(0, arrow)) c == ',' ? terms.emplace_back() : terms.back() += c;
  const std::string result = formula.substr(arrow + 2);
  std::map<char, std::int64_t> extents;
  for (std::size_t i = 0; i < terms.size(); ++i)
    for (std::size_t a = 0; a < terms[i].size(); ++a) extents[terms[i][a]] = operands[i].shape()[a];
  const auto offset = [&](const std::string& term, std::map<char, std::int64_t>& at) {
    std::int64_t o = 0;
    for (const char c : term) o = o * extents[c] + at[c];
    return static_cast<std::size_t>(o);
  };
  std::int64_t size = 1, all = 1;
  for (const char c : result) size *= extents[c];
  for (const auto& [c, n] : extents) all *= n;
  std::vector<double> sums(static_cast<std::size_t>(size));
  for (std::int64_t step = 0; step < all; ++step) {
    std::map<char, std::int64_t> at;
    std::int64_t rest = step;
    for (const auto& [c, n] : extents) at[c] = rest % n, rest /= n;
    double product = 1;
    for (std::size_t i = 0; i < terms.size(); ++i)
      product *= operands[i].data<double>()[offset(terms[i], at)];
    sums[offset(result, at)] += product;
  }
  return sums;
}

Tensor einsum_of(const std::string& formula, const std::vector<Tensor>& operands) {
  Graph g;
  std::vector<Value> in;
  for (const Tensor& t : operands)
    in.push_back(g.input("x" + std::to_string(in.size()), {t.dtype(), shape_of(t)}));
  g.output("y", einsum(formula, in));
  return eval(g, operands).at(0);
}

/// Extents a = 2, b = 3, c = 4, ... for the letters of the formula.
std::vector<Tensor> operands_of(const std::string& formula) {
  std::vector<std::vector<std::int64_t>> shapes{{}};
  for (const char c : formula.substr(0, formula.find("->")))
    c == ',' ? (void)shapes.emplace_back() : shapes.back().push_back(c - 'a' + 2);
  std::vector<Tensor> result;
  double seed = 0;
  for (auto& shape : shapes) {
    result.emplace_back(DType::F64, std::move(shape));
    for (double& x : result.back().data<double>()) x = std::sin(++seed * 1.3);
  }
  return result;
}

} // namespace

TEST_CASE("einsum sums over what is not in the result") {
  for (const std::string formula :
       {"ab->ab",        "ab->ba",       "ab->",        "ab->b",     "aab->b",    "aa->",
        "aa->a",         "aaa->a",       "aba->ba",     "ab,bc->ac", "ab,bc->ca", "ab,ab->",
        "ab,ab->a",      "ab,ab->ba",    "ab,cd->acbd", "ab,c->abc", "ab,b->ab",  "cab,cbd->cad",
        "abc,abc,c->a",  "ab,bc,cd->ad", "ab,bc,ac->",  "a,a,a->a",  ",ab->ba",   "aab,bc->ca",
        "abcd,dcbe->ae", "a,b,c->cab"}) {
    INFO(formula);
    const auto operands = operands_of(formula);
    const Tensor y = einsum_of(formula, operands);
    const auto have = values<double>(y), want = plain(formula, operands);
    REQUIRE(have.size() == want.size());
    for (std::size_t i = 0; i < want.size(); ++i)
      CHECK(have[i] == Approx(want[i]).epsilon(1e-13).margin(1e-13));
    std::vector<std::int64_t> shape;
    for (const char c : formula.substr(formula.find("->") + 2)) shape.push_back(c - 'a' + 2);
    CHECK(y.shape() == shape);
  }
}

TEST_CASE("einsum without arrow, with spaces, with ...") {
  Graph g;
  const Dim n = Dim::symbol("n");
  const Value a = g.input("a", f64({2, 3})), b = g.input("b", f64({3, 4}));
  const Value x = g.input("x", f64({n, 5, 2, 3})), y = g.input("y", f64({5, 3, 2}));
  CHECK(einsum("ij , jk", std::array{a, b}).same(einsum("ij,jk->ik", std::array{a, b})));
  CHECK(einsum("ba", std::array{a}).type().str() == "f64[3,2]");
  CHECK(einsum("...ij->...ji", std::array{x}).type().str() == "f64[n,5,3,2]");
  CHECK(einsum("...ij,...ji", std::array{x, y}).type().str() == "f64[n,5]");
  CHECK(einsum("...ij,...jk->ik...", std::array{x, y}).type().str() == "f64[2,2,n,5]");
  CHECK(einsum("...->", std::array{a}).type().str() == "f64[]");
  CHECK(einsum("ij,jk->ik", std::array{a, b}).same(matmul(a, b)));
}
