// The text form: what is printed reads back as the same text, and every bit of it.
#include <cmath>
#include <cstring>
#include <limits>

#include "ir/printer.h"
#include "nngc/text.h"
#include "test/support/catch.h"
#include "test/unit/ir/random_graph.h"

using namespace nngc;

namespace {

std::string reprinted(const Graph& g) { return print(parse(print(g))); }

std::string error_of(std::string_view text) {
  try {
    static_cast<void>(parse(text, "t"));
  } catch (const Error& e) {
    CHECK(e.kind() == Error::Kind::Parse);
    return e.what();
  }
  return "(no error)";
}

Tensor bits_tensor(DType dtype, const std::vector<std::uint64_t>& bits) {
  Tensor t(dtype, {static_cast<std::int64_t>(bits.size())});
  const auto size = static_cast<std::size_t>(byte_size(dtype));
  for (std::size_t i = 0; i < bits.size(); ++i)
    std::memcpy(static_cast<char*>(t.raw()) + i * size, &bits[i], size); // little-endian host
  return t;
}

/// The constant of a graph of one, after a trip through text.
Tensor travelled(const Tensor& t) {
  Graph g;
  g.output("c", constant(g, t));
  const std::string text = print(g);
  const Graph back = parse(text);
  CHECK(print(back) == text);
  return *back.data()->attrs(back.outputs()[0].value.id()).get<Literal>("value");
}

void check_same_bits(const Tensor& t) {
  const Tensor back = travelled(t);
  REQUIRE(back.dtype() == t.dtype());
  REQUIRE(back.size() == t.size());
  CHECK(std::memcmp(back.raw(), t.raw(), t.bytes()) == 0);
}

} // namespace

TEST_CASE("a graph prints as documented") {
  Graph g("center");
  const Value x = g.input("x", f32({Dim::symbol("batch"), 4}));
  const Value w = g.param("w", f32({4, 2}));
  const Value y = matmul(x, w);
  const Value loss = reduce_sum(y * 2.0);
  g.output("loss", loss);
  {
    const SectionScope scope(g.data(), Section::Update);
    g.update(w, w - 0.5);
  }
  static_cast<void>(tanh(x)); // dead: not printed
  CHECK(print(g) ==
        "graph @center(%x: f32[batch,4], %w: f32[4,2] param) {\n"
        "  %0 = dot_general %x, %w {batch_a = [], batch_b = [], contract_a = [1], contract_b = [0]}"
        " : f32[batch,2]\n"
        "  %1 = constant {value = 2} : f32[batch,2]\n"
        "  %2 = mul %0, %1 : f32[batch,2]\n"
        "  %3 = reduce %2 {axes = [0, 1], keepdims = false, kind = \"add\"} : f32[]\n"
        "  %4 = constant {value = 0.5} : f32[4,2] @update\n"
        "  %5 = sub %w, %4 : f32[4,2] @update\n"
        "  return loss = %3, %w <- %5\n"
        "}\n");
  CHECK(reprinted(g) == print(g));
}

TEST_CASE("random graphs survive the trip") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    const Graph g = test::random_dag(seed, 3 + static_cast<int>(seed % 60));
    const std::string text = print(g);
    const Graph back = parse(text);
    verify(back);
    REQUIRE(print(back) == text);
    CHECK(back.live_count() == g.live_count());
    const PrintOptions all{.all_nodes = true};
    CHECK(parse(print(g, all)).node_count() == g.node_count());
  }
}

TEST_CASE("operands of commutative ops print in the order in which they read back") {
  Graph g;
  const Value c = g.scalar(DType::F32, 3);
  const Value x = g.input("x", f32({})); // a later id than the constant's, an earlier line
  g.output("y", add(c, x));
  CHECK_THAT(print(g), test::ContainsSubstring("add %x, %0"));
  CHECK(reprinted(g) == print(g));
}

TEST_CASE("f16 and bf16 literals: every bit pattern") {
  for (DType dtype : {DType::F16, DType::BF16}) {
    std::vector<std::uint64_t> bits(0x10000);
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = i;
    check_same_bits(bits_tensor(dtype, bits));                      // as hex
    for (std::size_t from = 0; from < bits.size(); from += 64 * 37) // as decimals
      check_same_bits(bits_tensor(dtype, {bits.begin() + static_cast<std::ptrdiff_t>(from),
                                          bits.begin() + static_cast<std::ptrdiff_t>(from + 64)}));
  }
}

TEST_CASE("f32 and f64 literals: random bits and the special ones") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint64_t> bits(50);
    for (auto& b : bits) b = random();
    check_same_bits(bits_tensor(DType::F32, bits));
    check_same_bits(bits_tensor(DType::F64, bits));
  }
  check_same_bits(bits_tensor(DType::F32, {0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x7f800000,
                                           0xff800000, 0x7fc00000, 0xffc00000, 0x7f800001,
                                           0x7fc00001, 0x7f7fffff, 0x3f800001}));
  check_same_bits(
      bits_tensor(DType::F64, {0, 1, 0x8000000000000000, 0x000fffffffffffff, 0x7ff0000000000000,
                               0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000000001,
                               0x7fefffffffffffff}));
}

TEST_CASE("integer and bool literals: the ends of their ranges") {
  for (DType dtype : {DType::I8, DType::I16, DType::I32, DType::I64, DType::U8, DType::U16,
                      DType::U32, DType::U64}) {
    const int width = byte_size(dtype) * 8;
    const std::uint64_t top = std::uint64_t{1} << (width - 1);
    check_same_bits(bits_tensor(dtype, {0, 1, top - 1, top, ~std::uint64_t{0}}));
  }
  check_same_bits(bits_tensor(DType::Bool, {0, 1, 1}));
  check_same_bits(Tensor(DType::F32, {0, 7}));
  std::vector<std::uint64_t> many(100, 1);
  many[7] = 0; // equal elements would become one
  check_same_bits(bits_tensor(DType::Bool, many));
}

TEST_CASE("long literals print as a hash when asked, which does not read back") {
  Graph g;
  Tensor t(DType::F32, {8});
  t.data<float>()[0] = 1;
  g.output("a", constant(g, t));
  t.data<float>()[7] = 1;
  g.output("b", constant(g, t));
  const std::string text = print(g, {.literal_limit = 7});
  const std::size_t a = text.find("dense<#"), b = text.find("dense<#", a + 1);
  REQUIRE(b != std::string::npos);
  CHECK(text.substr(a, 23) != text.substr(b, 23));
  CHECK_THAT(error_of(text), test::ContainsSubstring("error"));
}

TEST_CASE("names that are no identifiers, strings with escapes") {
  Graph g("a \"b\" \\ \n\x01\xff");
  g.output("x", g.input("x", f32({})));
  CHECK_THAT(print(g), test::StartsWith("graph @\"a \\\"b\\\" \\\\ \\n\\x01\\xff\"("));
  CHECK(parse(print(g)).name() == g.name());
}

TEST_CASE("dims of every sign") {
  const Dim n = Dim::symbol("batch");
  Graph g;
  for (const Dim& d : {n * 2 + 3, n - 1, n, Dim(0), n * 3})
    g.output("o" + std::to_string(g.outputs().size()),
             g.input("x" + std::to_string(g.inputs().size()), f32({d})));
  const Graph back = parse(print(g));
  for (std::size_t i = 0; i < g.outputs().size(); ++i)
    CHECK(back.outputs()[i].value.type() == g.outputs()[i].value.type());
}

TEST_CASE("attributes of every kind print, a graph among them") {
  Graph inner("body");
  inner.output("y", tanh(inner.input("x", f32({2}))));
  const auto printed = [](const AttrValue& v) {
    std::string out;
    print_attr(out, v, f32({2}), 2, {});
    return out;
  };
  CHECK(printed(true) == "true");
  CHECK(printed(std::int64_t{-5}) == "-5");
  CHECK(printed(0.1) == "0.1");
  CHECK(printed(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(printed(std::string("a\"")) == "\"a\\\"\"");
  CHECK(printed(DType::BF16) == "bf16");
  CHECK(printed(std::vector<std::int64_t>{1, -2}) == "[1, -2]");
  CHECK(printed(std::vector<Dim>{Dim::symbol("batch") + 1, 2}) == "[batch+1, 2]");
  const std::string region = printed(Region(std::make_shared<const Graph>(inner.clone())));
  CHECK(region == "graph @body(%x: f32[2]) {\n"
                  "      %0 = tanh %x : f32[2]\n"
                  "      return y = %0\n"
                  "    }");
  CHECK(print(parse(region)) == print(inner));
  // Attrs compare graphs by their text.
  const Attrs a{{"body", Region(std::make_shared<const Graph>(inner.clone()))}};
  const Attrs b{{"body", Region(std::make_shared<const Graph>(inner.clone()))}};
  inner.rename("other");
  const Attrs c{{"body", Region(std::make_shared<const Graph>(inner.clone()))}};
  CHECK(a == b);
  CHECK_FALSE(a == c);
}

TEST_CASE("hostile texts end in errors, soon") {
  std::string text = "graph @g(%x: f32[2]) {\n";
  for (int i = 0; i < 100000; ++i) text += "  %a = nothing %b : f32[2]\n";
  CHECK_THAT(error_of(text), test::ContainsSubstring("stopped here"));
  CHECK_THAT(error_of(std::string(1 << 20, '{')), test::ContainsSubstring("error"));
  CHECK_THAT(error_of("graph @g(%x: f32[" + std::string(1 << 20, '[')),
             test::ContainsSubstring("error"));
  std::string dims = "graph @g(%x: f32[1";
  for (int i = 0; i < 1000; ++i) dims += ",1";
  CHECK_THAT(error_of(dims + "]) { return }"), test::ContainsSubstring("more than 64 dims"));
  CHECK_THAT(error_of("graph @g(%x: f32[9999999999,9999999999]) { return }"),
             test::ContainsSubstring("2^48"));
  CHECK_THAT(error_of("graph @g(%x: f32[99999999999999999999]) { return }"),
             test::ContainsSubstring("does not fit 64 bits"));
  CHECK_THAT(error_of("graph @g(%x: f32[-9223372036854775808]) { return }"),
             test::ContainsSubstring("negative extent"));
  CHECK_THAT(error_of("graph @g() {\n  %0 = constant {value = dense<[1]>} : f32[281474976710656]\n"
                      "  return c = %0\n}"),
             test::ContainsSubstring("281474976710656 elements, but 1 are written"));
  CHECK(parse("graph @g() {\n  %0 = constant {value = 1} : f32[281474976710656]\n"
              "  return c = %0\n}")
            .live_count() == 1); // a splat of any size costs nothing
}

TEST_CASE("truncated and changed texts end in success or an error") {
  Graph g = test::random_dag(5, 25);
  Tensor t(DType::F32, {3});
  t.data<float>()[1] = -1.5F;
  g.output("c", constant(g, t));
  const std::string text = print(g);
  int failed = 0, passed = 0;
  const auto feed = [&](const std::string& changed) {
    try {
      const Graph back = parse(changed);
      verify(back);
      CHECK(print(parse(print(back))) == print(back));
      ++passed;
    } catch (const Error& e) {
      CHECK(e.kind() == Error::Kind::Parse);
      ++failed;
    }
  };
  for (std::size_t n = 0; n < text.size(); ++n) feed(text.substr(0, n));
  CHECK(passed <= 1); // the text without its last line end
  std::mt19937 random(11);
  const std::string alphabet = "%@{}[]()<>:=,-+*0129.exnf \n\"\\/\x00\xff";
  for (int i = 0; i < 4000; ++i) {
    std::string changed = text;
    for (int k = 0; k < 1 + i % 2; ++k) {
      const std::size_t at = random() % changed.size();
      switch (random() % 4) {
      case 0: changed[at] = alphabet[random() % alphabet.size()]; break;
      case 1: changed.erase(at, 1 + random() % 20); break;
      case 2: changed.insert(at, 1, alphabet[random() % alphabet.size()]); break;
      default: changed.insert(at, text.substr(random() % text.size(), random() % 40)); break;
      }
    }
    feed(changed);
  }
  CHECK(failed > 1000);
  CHECK(passed > 30);
}
