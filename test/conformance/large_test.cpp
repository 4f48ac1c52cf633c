// What only happens at size: results stored past the caches, rows that go several at a time, their
// scratch memory when several threads run them.
#include <cmath>
#include <random>

#include "nngc/compiler.h"
#include "nngc/ops.h"
#include "nngc/runtime.h"
#include "test/support/catch.h"

namespace nngc {
namespace {

std::string llvm_ir(const Graph& g) {
  const EntryPoint entry{"call", &g};
  return emit("m", {&entry, 1}, Stage::LlvmIr);
}

/// max(x, 0) * 2 + 1, over so many elements that no cache holds them.
Graph line(std::int64_t count) {
  Graph g;
  g.output("y", max(g.input("x", f32({count})), 0) * 2 + 1);
  return g;
}

TEST_CASE("results beyond all caches are stored past them, wherever they lie", "[large]") {
  constexpr std::int64_t count = (std::int64_t{1} << 24) + 77;
  const Graph g = line(count);
  CHECK(llvm_ir(g).find("!nontemporal") != std::string::npos);
  CHECK(llvm_ir(line(count / 2)).find("!nontemporal") == std::string::npos);
  const Executable executable = compile(g);
  ThreadPool pool(2);
  std::vector<float> x(count), y(count + 32);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 1000) - 500;
  auto* aligned = y.data();
  while (reinterpret_cast<std::uintptr_t>(aligned) % 64 != 0) ++aligned;
  for (float* to : {aligned, aligned + 1, aligned + 4})
    for (const nngc_parallel* parallel :
         {static_cast<const nngc_parallel*>(nullptr), pool.hook()}) {
      std::fill(y.begin(), y.end(), -1.0F);
      void* pointers[] = {x.data(), to};
      REQUIRE(executable.run_raw(pointers, nullptr, nullptr, parallel) == 0);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < x.size(); ++i)
        wrong += to[i] == std::max(x[i], 0.0F) * 2 + 1 ? 0 : 1;
      CHECK(wrong == 0);
      CHECK(to[count] == -1);
    }
}

TEST_CASE("rows of many widths, several at a time, by several threads", "[large]") {
  ThreadPool pool(3);
  std::mt19937 random(5);
  std::uniform_real_distribution<float> uniform(-5, 5);
  for (const std::int64_t width : {1, 3, 16, 33, 64, 100, 128, 129, 500, 1024, 1025, 3000})
    for (const std::int64_t rows : {1, 2, 5, 16, 33, 1003}) {
      Graph g;
      const Value x = g.input("x", f32({rows, width}));
      // exp and tanh of each element are needed in two phases.
      const Value t = tanh(x);
      g.output("p", softmax(x) + t * reduce_sum(t, {1}, true));
      const Executable executable = compile(g);
      std::vector<float> in(static_cast<std::size_t>(rows * width)), alone(in.size()),
          shared(in.size());
      for (float& value : in) value = uniform(random);
      executable.run({{"x", in}, {"p", alone}});
      executable.run({{"x", in}, {"p", shared}}, pool.hook());
      CHECK((alone == shared)); // not printed: they are long
      double worst = 0;
      for (std::int64_t r = 0; r < rows; ++r) {
        const float* row = in.data() + r * width;
        double powers = 0, tanhs = 0;
        for (std::int64_t i = 0; i < width; ++i)
          powers += std::exp(double{row[i]}), tanhs += std::tanh(double{row[i]});
        for (std::int64_t i = 0; i < width; ++i) {
          const double wanted =
              std::exp(double{row[i]}) / powers + std::tanh(double{row[i]}) * tanhs;
          worst = std::max(
              worst, std::fabs(wanted - double{alone[static_cast<std::size_t>(r * width + i)]}) /
                         (1 + std::fabs(tanhs)));
        }
      }
      INFO(rows << " rows of " << width);
      CHECK(worst < 1e-5);
    }
}

} // namespace
} // namespace nngc
