/// Small random expressions as recipes: built into a graph, where rules and ops' own
/// simplifications have their say, or computed op by op, where nothing has.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "ir/graph_data.h"
#include "ir/op_def.h"
#include "ops/reference.h"

namespace nngc::test {

struct Recipe {
  struct Step {
    Opcode op = Opcode::Input; ///< Input: a leaf; Constant: a splat of `number`
    std::vector<int> operands = {};
    Attrs attrs = {};
    double number = 0;
    TensorType type = {};
    double slope = 0; ///< of a constant: number + i * slope
  };
  DType dtype = DType::F32; ///< of the numbers
  std::vector<Step> steps;
};

/// What a recipe is drawn from.
struct Family {
  const char* name;
  std::vector<Opcode> ops;
  std::vector<double> numbers; ///< of constants
  int least, most;             ///< nodes, leaves aside
  bool elementwise = false;    ///< nothing changes the shape
  bool floats = false;         ///< of floats alone
  bool in_order = false;       ///< the ops come one after another
};
[[nodiscard]] const std::vector<Family>& families();

[[nodiscard]] Recipe draw(const Family& family, DType dtype, const Shape& shape,
                          std::mt19937& random);

/// The recipe as a graph with its last step for output `r`; floats of the recipe's dtype are made
/// `as`. With `leaves`, they are constants of the graph instead of inputs. `simplified` counts the
/// steps for which an op knew an older node.
[[nodiscard]] Graph build(const Recipe& recipe, DType as,
                          const std::vector<Tensor>* leaves = nullptr,
                          std::map<Opcode, int>* simplified = nullptr);

/// Random leaves: numbers from low to high; `specials`: half of them zeros of both signs,
/// infinities, NaN and the extremes. `all_f16`: every value of f16 once, in some order.
enum class Fill { Numbers, Specials, AllF16 };
[[nodiscard]] std::vector<Tensor> leaves_of(const Recipe& recipe, Fill fill, double low,
                                            double high, std::mt19937& random);
/// The same numbers as another float dtype.
[[nodiscard]] Tensor converted(const Tensor& t, DType from, DType to);

/// The last step, each op computed on its own, with no graph and no simplification.
[[nodiscard]] Tensor op_by_op(const Recipe& recipe, const std::vector<Tensor>& leaves);

/// A graph computed twice, the second time with every float on the way off by a random part of
/// `epsilon`.
struct Perturbed {
  std::vector<double> off; ///< of the output, as it became
  double worst = 0;        ///< relative deviation of any number on the way
};
[[nodiscard]] Perturbed perturbed(const Graph& graph, const std::vector<Tensor>& inputs,
                                  double epsilon, std::mt19937& random);

} // namespace nngc::test
