/// What the programs of the textbook share: each builds a graph, draws it, runs it, prints numbers
/// and holds them against those of the lectures. `PROGRAM --dot` prints the picture alone.
#pragma once

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nngc/autodiff.h"
#include "nngc/compiler.h"
#include "nngc/eval.h"
#include "nngc/layers.h"
#include "nngc/text.h"
#include "nngc/train.h"

namespace textbook {

using namespace nngc; // NOLINT: these programs are read as a user's own

using Numbers = std::vector<double>;

inline bool wants_picture = false;
inline int mistakes = 0;

inline void start(int argc, char** argv) {
  wants_picture = argc > 1 && std::string_view(argv[1]) == "--dot";
}

/// The lesson's picture. With --dot nothing comes after it.
inline void draw(const Graph& graph) {
  if (!wants_picture) return;
  std::fputs(to_dot(graph, {.reduce = true}).c_str(), stdout);
  std::exit(0);
}

/// The lesson's graph as formulas, simplified.
inline void show(const Graph& graph) { std::fputs(formula(optimize(graph)).c_str(), stdout); }

inline bool is_near(double got, double want, double error) {
  return std::fabs(got - want) <= error || got == want;
}

/// Says on stderr what the lectures say instead, where `got` is farther from it than `error`.
inline void expect(const std::string& what, double got, double want, double error = 1e-9) {
  if (is_near(got, want, error)) return;
  std::fprintf(stderr, "%s is %.9g, but must be %.9g\n", what.c_str(), got, want);
  ++mistakes;
}
inline void expect(const std::string& what, const Numbers& got, const Numbers& want,
                   double error = 1e-9) {
  if (got.size() != want.size())
    return expect(what + ", its count,", std::ssize(got), std::ssize(want));
  for (std::size_t i = 0; i < got.size(); ++i)
    expect(what + "[" + std::to_string(i) + "]", got[i], want[i], error);
}
inline void expect(const std::string& what, bool holds) {
  if (holds) return;
  std::fprintf(stderr, "it must be so, and is not: %s\n", what.c_str());
  ++mistakes;
}

/// The program's exit status.
inline int finish() { return mistakes == 0 ? 0 : 1; }

/// A matrix times a vector.
inline Value times(Value matrix, Value vector, Where where = Where::current()) {
  return dot_general(matrix, vector, {1}, {0}, {}, {}, where);
}

// ---- arrays of f64 ----

inline Tensor tensor(std::vector<std::int64_t> shape, const Numbers& numbers) {
  return Tensor::of<double>(std::move(shape), numbers);
}
inline Tensor tensor(double number) { return tensor({}, {number}); }
inline Tensor column(const Numbers& numbers) { return tensor({std::ssize(numbers), 1}, numbers); }
inline Numbers numbers(const Tensor& t) {
  return {t.data<double>().begin(), t.data<double>().end()};
}

/// Runs a compiled graph: inputs and states from `data`, where results go, too. Those that are not
/// there begin as zeros.
inline void call(const Executable& executable, Tensors& data) {
  DimValues sizes;
  for (const ArgumentInfo& a : executable.arguments()) {
    const auto given = data.find(a.name);
    for (int i = 0; given != data.end() && i < a.type.shape.rank(); ++i)
      if (const Dim d = a.type.shape[i]; !d.is_static())
        sizes[d.symbol_name()] = given->second.shape()[static_cast<std::size_t>(i)];
  }
  for (const ArgumentInfo& a : executable.arguments())
    if (!data.contains(a.name)) data.emplace(a.name, allocate(a.type, sizes));
  executable.run(bind_arguments(executable, data));
}

/// The results of a graph by name, compiled and run once.
inline Tensors results(const Graph& graph, Tensors data = {}) {
  call(compile(graph), data);
  return data;
}
inline double number(const Tensors& data, std::string_view name) {
  return data.find(name)->second.data<double>()[0];
}

/// Reproducible numbers between 0 and 1: splitmix64 (Steele, Lea, Flood 2014).
class Random {
public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  double uniform() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
  }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Normal with mean 0 and variance 1, by Box and Muller.
  double normal() {
    const double r = std::sqrt(-2 * std::log(1 - uniform()));
    return r * std::cos(6.283185307179586 * uniform());
  }

private:
  std::uint64_t state_;
};

} // namespace textbook
