// What compiled code refuses: sizes for which the model has no meaning. Nothing is written then.
#include <array>
#include <cstring>

#include "nngc/eval.h"
#include "nngc/ops.h"
#include "test/conformance/roads.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// Models with an extent that is negative for some n, and fine for n = 5.
struct Model {
  const char* name;
  std::vector<std::int64_t> refused;
  Value (*build)(Value x);
};

Value without_first(Value x) { return slice(x, {1, 0}, {x.shape()[0], 2}); }

const std::array<Model, 4> models = {{
    {"shorter", {0}, without_first},
    {"shorter_and_summed", {0}, [](Value x) { return reduce_sum(exp(without_first(x)), {0}); }},
    // The whole is never negative, a part of it may be.
    {"part_of_concat",
     {0},
     [](Value x) {
       const Value sums = broadcast_to(reduce_sum(x, {0}, true), {3, 2});
       return concat(std::array{without_first(x), sums}, 0);
     }},
    {"cropped", {0, 1}, [](Value x) { return pad(x, 0, {-1, 0}, {-1, 0}); }},
}};

Graph graph_of(const Model& m) {
  Graph g(m.name);
  const Dim n = Dim::symbol("n");
  g.output("y", m.build(g.input("x", f32({n, 2}))));
  return g;
}

Tensor rows(std::int64_t n) {
  Tensor t(DType::F32, {n, 2});
  for (std::size_t i = 0; i < t.data<float>().size(); ++i)
    t.data<float>()[i] = static_cast<float>(i) / 8;
  return t;
}

} // namespace

TEST_CASE("an extent that would be negative is refused on every road",
          "[conformance][compiled][refusal]") {
  for (const Model& m : models) {
    const Graph g = graph_of(m);
    for (const int level : {0, 2}) {
      const CompileOptions options{.opt_level = level};
      const Executable executable = compile(g, options);
      const EntryPoint entry{"run", &g};
      Library library(m.name, emit(m.name, {&entry, 1}, Stage::Object, options));

      const std::array fine{rows(5)};
      const auto want = eval(g, std::span<const Tensor>(fine));
      const auto have = run(executable, g, fine, want);
      for (std::size_t i = 0; i < want[0].data<float>().size(); ++i)
        CHECK(have[0].data<float>()[i] == test::Approx(want[0].data<float>()[i]));
      CHECK(std::memcmp(library.run("run", g, fine, want, 5)[0].raw(), have[0].raw(),
                        have[0].bytes()) == 0);
      CHECK(library.status() == 0);

      for (const std::int64_t n : m.refused) {
        INFO(m.name << " with n = " << n << " at -O" << level);
        const std::array in{rows(n)};
        CHECK_THROWS_AS(eval(g, std::span<const Tensor>(in)), Error);
        // No buffer has the right size, so whatever is written is written to the wrong place.
        std::array<float, 64> y{};
        y.fill(7);
        Tensor x = rows(n), workspace(DType::U8, {4096});
        std::array<void*, 2> args{x.raw(), y.data()};
        CHECK(executable.run_raw(args.data(), &n, workspace.raw()) == 1);
        for (const float e : y) CHECK(e == 7);
      }
      const std::int64_t negative = -1;
      std::array<void*, 2> args{};
      CHECK(executable.run_raw(args.data(), &negative, nullptr) == 1);
    }
  }
}

TEST_CASE("a call whose extents would be negative throws", "[conformance][compiled][refusal]") {
  // The output's size alone does not give the mistake away: it has none.
  const Graph g = graph_of(models[1]);
  const Executable executable = compile(g);
  const Tensor x = rows(0);
  Tensor y(DType::F32, {2});
  NNGC_CHECK_THROWS(executable.run({{"x", x}, {"y", y}}), Error, "negative");
  try {
    executable.run({{"x", x}, {"y", y}});
  } catch (const Error& e) {
    CHECK(e.kind() == Error::Kind::Shape);
  }
}
