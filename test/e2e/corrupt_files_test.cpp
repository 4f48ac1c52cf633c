/// Models and data files cut at every byte and changed at every byte: an Error or a result, never
/// a crash, and what is accepted is right as far as anyone can tell.
#include <random>

#include "nngc/compiler.h"
#include "nngc/ops.h"
#include "nngc/runtime.h"
#include "nngc/text.h"
#include "nngc/train.h"
#include "test/e2e/shell.h"

using namespace nngc;
using namespace nngc::test;
using namespace std::string_literals;

namespace {

/// Texts of the kinds that users have: written by hand, and printed by us with all there is.
std::vector<std::string> models() {
  const Graph mlp = parse(mlp_model);
  Graph loss = mlp.clone();
  const Value logits(loss.data(), mlp.outputs()[0].value.id());
  const Value y = loss.input("y", {DType::U8, {Dim::symbol("batch")}});
  loss.output("extra", convert(y, DType::F16));
  const Graph step = training_step(loss, cross_entropy_with_logits(logits, y), adam());
  const std::string literals = NNGC_SOURCE_DIR "/test/filetest/roundtrip/literals.nng";
  return {line_model, mlp_model, print(step), print(parse(TempDir::read(literals)))};
}

struct Counts {
  int accepted = 0, refused = 0;
};

/// What parse accepts is a graph that holds: it verifies, comes back from its own text, and the
/// next stages take it or say why not.
void read(const std::string& text, Counts& counts) {
  try {
    const Graph graph = parse(text, "changed.nng");
    ++counts.accepted;
    verify(graph);
    const std::string printed = print(graph);
    if (print(parse(printed)) != printed) FAIL_CHECK("does not come back:\n" << text);
    if (counts.accepted % 16 == 0) static_cast<void>(stats(graph));
  } catch (const Error& error) {
    ++counts.refused;
    const bool parse_error = error.kind() == Error::Kind::Parse;
    if (parse_error && !std::string(error.what()).starts_with("changed.nng:"))
      FAIL_CHECK("no place: " << error.what());
    // Only what is right but not possible yet may be refused behind the parser.
    if (!parse_error && error.kind() != Error::Kind::Unsupported)
      FAIL_CHECK("accepted by the parser alone: " << error.what() << "\n" << text);
  }
}

template <class Load>
void cut_and_flip(const TempDir& dir, const std::string& whole, bool checksum, Load load) {
  const auto outcome = [&](const std::string& bytes) -> std::string {
    try {
      const Tensor t = load(dir.file("data", bytes));
      return t.type_str() + std::string(static_cast<const char*>(t.raw()), t.bytes());
    } catch (const Error& error) {
      if (error.place() != dir.path("data")) FAIL_CHECK("no place: " << error.what());
      if (error.kind() != Error::Kind::Data && error.kind() != Error::Kind::Unsupported)
        FAIL_CHECK("not about the data: " << error.what());
      return "";
    }
  };
  const std::string right = outcome(whole);
  REQUIRE(!right.empty());
  for (std::size_t length = 0; length < whole.size(); ++length)
    if (!outcome(whole.substr(0, length)).empty()) FAIL_CHECK("accepted " << length << " bytes");
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const int bit : {0, 3, 7}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      const std::string got = outcome(changed);
      // Bits that mean nothing there are (names, times, padding); a gzip file's checksum covers
      // all others.
      if (checksum && at >= 10 && !got.empty() && got != right)
        FAIL_CHECK("wrong data behind a changed byte " << at);
    }
}

} // namespace

TEST_CASE("corrupt: a model cut at every byte", "[corrupt]") {
  for (const std::string& whole : models()) {
    Counts counts;
    for (std::size_t length = 0; length < whole.size(); ++length)
      read(whole.substr(0, length), counts);
    CHECK(counts.refused > 0);
    CHECK(counts.accepted < 80); // only comments and line ends stand behind the last brace
  }
}

TEST_CASE("corrupt: a model with every byte changed", "[corrupt]") {
  std::mt19937 random(7);
  Counts counts;
  for (const std::string& whole : models()) {
    const std::size_t stride = whole.size() / 1500 + 1;
    for (std::size_t at = 0; at < whole.size(); at += stride) {
      std::string changed = whole;
      for (const char c : {'\0', '\xff', '"', '{', '%', '9', '-', static_cast<char>(random())}) {
        changed[at] = c;
        read(changed, counts);
      }
      changed[at] = static_cast<char>(whole[at] ^ (1 << random() % 8));
      read(changed, counts);
      read(whole.substr(0, at) + whole.substr(at + 1), counts);
    }
  }
  CHECK(counts.accepted > 100); // names may be any
  CHECK(counts.refused > 1000);
}

TEST_CASE("corrupt: pieces of models in another order", "[corrupt]") {
  std::mt19937 random(11);
  const std::vector<std::string> texts = models();
  Counts counts;
  for (int i = 0; i < 1500; ++i) {
    std::string text = texts[random() % texts.size()];
    const std::string& other = texts[random() % texts.size()];
    for (unsigned k = random() % 3 + 1; k > 0; --k) {
      const std::size_t from = random() % other.size(), at = random() % text.size();
      text.replace(at, random() % 40, other.substr(from, random() % 40));
    }
    read(text, counts);
  }
  CHECK(counts.refused > 1000);
}

TEST_CASE("corrupt: npy and IDX files, plain and gzipped", "[corrupt]") {
  const TempDir dir;
  save(dir, "x.npy", {3, 2}, std::vector<float>{1, 2, 3, 4, 5, 6});
  const std::string npy = TempDir::read(dir.path("x.npy"));
  dir.file("x.idx", "\0\0\x0d\x02\0\0\0\3\0\0\0\2"s + npy.substr(npy.size() - 24));
  const std::string idx = TempDir::read(dir.path("x.idx"));
  REQUIRE(shell(dir, "gzip -n x.npy x.idx").status == 0);
  cut_and_flip(dir, npy, false, [](const std::string& path) { return load_npy(path); });
  cut_and_flip(dir, idx, false, [](const std::string& path) { return load_idx(path); });
  cut_and_flip(dir, TempDir::read(dir.path("x.npy.gz")), true,
               [](const std::string& path) { return load_npy(path); });
  cut_and_flip(dir, TempDir::read(dir.path("x.idx.gz")), true,
               [](const std::string& path) { return load_idx(path); });
}

TEST_CASE("corrupt: the program says so, and leaves nothing", "[corrupt]") {
  const TempDir dir;
  const std::string whole = line_model;
  for (std::size_t length = 0; length < whole.size(); length += 29) {
    dir.file("cut.nng", whole.substr(0, length));
    const Result result = tool(dir, "compile cut.nng -o cut.o -o cut.h");
    INFO(length << ": " << result.err);
    CHECK(result.status == 1);
    CHECK_THAT(result.err, StartsWith("nngc: error: cut.nng:"));
    CHECK(dir.count() == 1);
  }
}
