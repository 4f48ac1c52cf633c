/// Every primitive, in enough ways to meet each branch of its rules. One list for all roads:
/// interpreter, derivatives, compiled code. A test fails when an op of the table has no case.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "ir/op_def.h"
#include "nngc/ops.h"
#include "nngc/tensor.h"

namespace nngc::test {

/// Which element type an input has: the one under test, or always the same.
enum class Kind : std::uint8_t { Tested, Bool, Index };

struct InputSpec {
  Shape shape;
  double low = -2, high = 2;
  Kind kind = Kind::Tested;
};

/// Which element types an op is tried with.
enum class Types : std::uint8_t { Floats, Ints, Bits, Numbers };

struct Case {
  Opcode op;
  std::string name;
  Types types;
  std::vector<InputSpec> inputs;
  std::function<Value(Graph&, std::span<const Value>)> build;
};

/// The value of the symbolic dim `n` in all cases.
inline constexpr std::int64_t symbol_value = 3;

/// A case of a file of its own: `static const AddCase more{...};` beside the other tests of its op.
struct AddCase {
  explicit AddCase(Case c);
};

[[nodiscard]] std::vector<Case> elementwise_cases();
[[nodiscard]] std::vector<Case> structural_cases();
[[nodiscard]] std::vector<Case> indexing_cases(); ///< and reductions and contraction
/// Softmax, losses and the like, in floats; `op` says nothing. Not among all_cases().
[[nodiscard]] std::vector<Case> composite_cases();
[[nodiscard]] std::vector<Case> function_cases(); ///< among composite_cases()
[[nodiscard]] std::vector<Case> layer_cases();    ///< among composite_cases()
/// All lists and what AddCase added, names unique. The environment variable NNGC_CASE, a name,
/// picks a single case: `NNGC_CASE=tanh nngc_test_conformance '[derivatives]'`.
[[nodiscard]] const std::vector<Case>& all_cases();

/// The dtypes a case is tried with.
[[nodiscard]] std::vector<DType> dtypes_of(Types types);
/// The case as a graph whose result is the output `y`; inputs are x0, x1, ...
[[nodiscard]] Graph build(const Case& c, DType dtype);
/// Random inputs, the same for the same seed; rounded to f16 precision, so that every float dtype
/// but bf16 gets the same numbers. `n` is the value of the symbolic dim.
[[nodiscard]] std::vector<Tensor> samples(const Case& c, DType dtype, unsigned seed,
                                          std::int64_t n = symbol_value);

/// A tensor of uniform numbers.
[[nodiscard]] Tensor random_tensor(DType dtype, std::vector<std::int64_t> shape, double low,
                                   double high, std::mt19937& random);
[[nodiscard]] std::vector<std::int64_t> concrete(const Shape& shape, std::int64_t n = symbol_value);
/// Elements as doubles, whatever the dtype.
[[nodiscard]] std::vector<double> numbers(const Tensor& t);

} // namespace nngc::test
