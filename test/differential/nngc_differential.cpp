// nngc-differential: draws programs, compiles and runs them with their derivatives, and writes what
// beside.py needs to ask JAX and PyTorch for the same. tools/dev/differential.py runs both.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>

#include "nngc/ops.h"
#include "nngc/runtime.h"
#include "nngc/text.h"
#include "test/differential/derivatives.h"
#include "test/differential/singular.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// The forward graph, for `nngc verify` the one with its derivatives too, every input and every
/// result, each a file of the folder.
void write(const std::filesystem::path& folder, const Program& program, const Graph& whole,
           const std::vector<Tensor>& inputs) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "program.nng", std::ios::binary) << print(program.graph);
  std::ofstream(folder / "whole.nng", std::ios::binary) << print(whole);
  const std::vector<Value> names = whole.inputs();
  for (std::size_t i = 0; i < names.size(); ++i)
    save_npy((folder / ("in_" + std::string(whole.input_name(names[i])) + ".npy")).string(),
             inputs[i]);
  for (const NamedTensor& r : run_compiled(whole, inputs))
    save_npy((folder / ("out_" + r.name + ".npy")).string(), r.value);
}

/// A program whose numbers other roundings do not change by more than an eighth of what is allowed;
/// how many had to be drawn for it.
std::size_t draw_calm(std::uint64_t seed, DType dtype, Second second, Program& program,
                      Graph& whole, std::vector<Tensor>& inputs) {
  for (std::size_t trial = 0;; ++trial) {
    program = Draw(seed * 1000 + trial, dtype).run();
    whole = with_derivatives(program, second, inputs);
    if (unrest(whole, inputs) < 0.125) return trial + 1;
  }
}

void write_singular(const std::filesystem::path& folder) {
  for (const SingularCase& c : singular_cases())
    for (const DType dtype : {DType::F32, DType::F64}) {
      Program p;
      const auto size = static_cast<std::int64_t>(c.at.size());
      const Value x = p.graph.input("x", {dtype, {size}});
      p.graph.output("loss", reduce_sum(c.f(x)));
      Tensor at(dtype, {size}), ones(dtype, {size});
      for (std::size_t i = 0; i < c.at.size(); ++i)
        if (dtype == DType::F32)
          at.data<float>()[i] = static_cast<float>(c.at[i]), ones.data<float>()[i] = 1;
        else
          at.data<double>()[i] = c.at[i], ones.data<double>()[i] = 1;
      p.inputs.push_back(at);
      std::vector<Tensor> inputs;
      const Graph whole = with_derivatives(p, Second::ReverseOverReverse, inputs);
      inputs.back() = ones;
      write(folder /
                (c.name.find('/') == std::string::npos
                     ? c.name
                     : std::string(c.name).replace(c.name.find('/'), 1, "over")) /
                std::string(name(dtype)),
            p, whole, inputs);
    }
}

} // namespace

int main(int argc, char** argv) {
  std::size_t programs = 300, drawn = 0, seconds = 0, refused = 0;
  std::uint64_t seed = 1;
  std::filesystem::path folder = "differential";
  CLI::App app(
      "Random differentiable programs with our values and derivatives, for others to judge.");
  app.add_option("--programs", programs, "how many");
  app.add_option("--seed", seed, "of the first; the others follow");
  app.add_option("--out", folder, "where they are written");
  CLI11_PARSE(app, argc, argv);
  Progress progress(stderr, "programs", static_cast<std::int64_t>(programs));
  for (std::size_t i = 0; i < programs; ++i) {
    Program program;
    Graph whole;
    std::vector<Tensor> inputs;
    const std::uint64_t number = seed + i; // alone, a program comes out the same
    const Second second = number % 3 != 0   ? Second::None
                          : number % 2 == 0 ? Second::ReverseOverReverse
                                            : Second::ForwardOverReverse;
    drawn +=
        draw_calm(number, number % 4 < 2 ? DType::F32 : DType::F64, second, program, whole, inputs);
    seconds += second == Second::None ? 0 : 1;
    char place[24];
    std::snprintf(place, sizeof place, "%06llu", static_cast<unsigned long long>(number));
    try {
      write(folder / "programs" / place, program, whole, inputs);
    } catch (const std::exception& e) { // a finding like any other
      std::printf("%s: %s\n", place, e.what());
      ++refused;
    }
    progress.update(static_cast<std::int64_t>(i + 1));
  }
  progress.finish();
  write_singular(folder / "singular");
  std::printf("programs        %zu of %zu drawn, %zu with second derivatives\n", programs, drawn,
              seconds);
  return refused == 0 ? 0 : 1;
}
