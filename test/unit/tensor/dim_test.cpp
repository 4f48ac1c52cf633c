// Dims are exact algebra over a*n + b; shapes and types have one text each.
#include <limits>
#include <random>

#include "nngc/error.h"
#include "nngc/type.h"
#include "test/support/catch.h"

using namespace nngc;

static constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
static constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

TEST_CASE("dims print") {
  const Dim n = Dim::symbol("dim_n");
  CHECK(Dim(7).str() == "7");
  CHECK(n.str() == "dim_n");
  CHECK((n * 2 + 3).str() == "2*dim_n+3");
  CHECK((n - 1).str() == "dim_n-1");
  CHECK((Dim(0) - n).str() == "-1*dim_n");
  CHECK(n.symbol_name() == "dim_n");
}

TEST_CASE("equal names are equal dims, other names are not") {
  CHECK(Dim::symbol("dim_n") == Dim::symbol("dim_n"));
  CHECK_FALSE(Dim::symbol("dim_n") == Dim::symbol("dim_m"));
  CHECK(Dim::symbol("dim_n") * 0 == Dim(0));
  CHECK((Dim::symbol("dim_n") - Dim::symbol("dim_n")).is_static());
  for (const char* bad : {"", "1a", "a-b", "a b", "\xc3\xa9"})
    NNGC_CHECK_THROWS(Dim::symbol(bad), Error, "needs an identifier");
}

TEST_CASE("sums and products agree with numbers") {
  std::mt19937 random(1);
  std::uniform_int_distribution<std::int64_t> pick(-9, 9);
  const Dim n = Dim::symbol("dim_n");
  for (int i = 0; i < 2000; ++i) {
    const Dim a = n * pick(random) + pick(random), b = n * pick(random) + pick(random);
    const std::int64_t c = pick(random), at = pick(random);
    CHECK((a + b).at(at) == a.at(at) + b.at(at));
    CHECK((a - b).at(at) == a.at(at) - b.at(at));
    CHECK((a * c).at(at) == a.at(at) * c);
    CHECK((Dim(c) * a).at(at) == a.at(at) * c);
    CHECK(a + b == b + a);
    Dim q;
    if (c != 0) {
      REQUIRE(divide_exactly(a * c, c, q));
      CHECK(q == a);
    }
    if (c != 0 && !b.is_static()) {
      REQUIRE(divide_exactly(b * c, b, q));
      CHECK(q == Dim(c));
    }
    if (divide_exactly(a, b, q)) CHECK(q.at(at) * b.at(at) == a.at(at));
  }
}

TEST_CASE("what is no a*n + b is refused") {
  const Dim n = Dim::symbol("dim_n"), m = Dim::symbol("dim_m");
  NNGC_CHECK_THROWS(n + m, Error, "dim_n + dim_m");
  NNGC_CHECK_THROWS(n * n, Error, "dim_n * dim_n");
  NNGC_CHECK_THROWS(Shape({n, m}).size(), Error, "not of the form");
  Dim q;
  CHECK_FALSE(divide_exactly(n, 2, q));
  CHECK_FALSE(divide_exactly(n * 4 + 2, n * 2, q));
  CHECK_FALSE(divide_exactly(4, n, q));
  CHECK_FALSE(divide_exactly(7, 0, q));
}

TEST_CASE("overflow is an error, not a wrong number") {
  const Dim n = Dim::symbol("dim_n");
  NNGC_CHECK_THROWS(Dim(most) + 1, Error, "64-bit");
  NNGC_CHECK_THROWS(Dim(least) - 1, Error, "64-bit");
  NNGC_CHECK_THROWS(Dim(0) - Dim(least), Error, "64-bit");
  NNGC_CHECK_THROWS(n * most + n, Error, "64-bit");
  NNGC_CHECK_THROWS(Dim(most) * 2, Error, "64-bit");
  Dim q;
  NNGC_CHECK_THROWS(divide_exactly(least, -1, q), Error, "64-bit");
  NNGC_CHECK_THROWS(Shape({most, most}).size(), Error, "64-bit");
}

TEST_CASE("shapes and types") {
  const Dim n = Dim::symbol("dim_n");
  CHECK(Shape({n, 784}).str() == "[dim_n,784]");
  CHECK(Shape{}.str() == "[]");
  CHECK(f32({n * 2, 3}).str() == "f32[2*dim_n,3]");
  CHECK(Shape({n, 4}).size() == n * 4);
  CHECK(Shape{}.size() == Dim(1));
  CHECK(Shape({n, Dim::symbol("dim_m"), 0}).size() == Dim(0));
  CHECK(Shape({2, 3}).is_static());
  CHECK_FALSE(Shape({n, 3}).is_static());
  CHECK_FALSE(f32({2}) == f64({2}));
}

TEST_CASE("dtypes have names, sizes and classes") {
  int floats = 0, ints = 0;
  for (int i = 0; i < dtype_count; ++i) {
    const auto t = static_cast<DType>(i);
    DType back{};
    REQUIRE(parse_dtype(name(t), back));
    CHECK(back == t);
    floats += is_float(t), ints += is_int(t);
    if (t != DType::Bool) {
      const std::string digits(name(t).substr(name(t).find_first_of("0123456789")));
      CHECK(byte_size(t) * 8 == std::stoi(digits));
    }
  }
  CHECK(floats == 4);
  CHECK(ints == 8);
  DType none{};
  CHECK_FALSE(parse_dtype("f31", none));
  CHECK_FALSE(parse_dtype("", none));
}
