/// Turns any value into one of the dtype, shape and range that a case asks for.
#pragma once

#include <random>

#include "test/conformance/cases.h"
#include "test/fuzz/walker.h"

namespace nngc::test {

/// The random choices of one graph.
class Chooser {
public:
  explicit Chooser(std::uint64_t seed) : random_(seed) {}
  [[nodiscard]] std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  [[nodiscard]] bool one_in(std::size_t n) { return below(n) == 0; }
  template <class List> auto& of(List& list) { return list[below(list.size())]; }

private:
  std::mt19937_64 random_;
};

/// Smallest and greatest number of a float array, and the share of its elements that are finite.
struct Range {
  double low = 0, high = 0, finite = 1;
};
[[nodiscard]] Range range_of(const EvalArray& array);

class Adapter {
public:
  Adapter(Graph& graph, Chooser& choose) : graph_(graph), choose_(choose) {}

  /// A new input or constant.
  [[nodiscard]] Value fresh(DType dtype, const Shape& shape);
  /// A small number for all elements.
  [[nodiscard]] Value number(const TensorType& type);
  [[nodiscard]] Value to_dtype(Value v, DType dtype);
  [[nodiscard]] Value to_shape(Value v, const Shape& shape);
  /// Floats only; `now` is where v's numbers lie.
  [[nodiscard]] Value to_range(Value v, const InputSpec& spec, const Range& now);

private:
  [[nodiscard]] Value compared(Value v);
  [[nodiscard]] Value to_static(Value v);
  [[nodiscard]] Value to_count(Value flat, std::int64_t count);
  [[nodiscard]] Value to_symbolic(Value v, const Shape& shape);

  Graph& graph_;
  Chooser& choose_;
};

} // namespace nngc::test
