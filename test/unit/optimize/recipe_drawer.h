/// Draws recipes: what random expressions are grown from, op by op.
#pragma once

#include <algorithm>

#include "test/unit/optimize/recipe.h"

namespace nngc::test {

template <class T> const T& one_of(const std::vector<T>& list, std::mt19937& random) {
  return list[random() % list.size()];
}

class Drawer {
public:
  using O = Opcode;
  using Axes = std::vector<std::int64_t>;

  Drawer(const Family& family, DType dtype, Shape shape, std::mt19937& random);
  Recipe run();

private:
  [[nodiscard]] std::size_t below(std::size_t n) { return random_() % n; }
  [[nodiscard]] bool chance(unsigned percent) { return random_() % 100 < percent; }
  [[nodiscard]] bool draws(O op) const {
    return std::find(family_.ops.begin(), family_.ops.end(), op) != family_.ops.end();
  }
  [[nodiscard]] const TensorType& type(int i) const {
    return r_.steps[static_cast<std::size_t>(i)].type;
  }
  [[nodiscard]] int last() const { return static_cast<int>(r_.steps.size()) - 1; }
  [[nodiscard]] Axes some_axes(int rank);

  // ---- operands: numbers of steps ----
  int leaf(TensorType type);
  int constant(double number, TensorType type);
  [[nodiscard]] bool used(int i) const;
  /// Mostly what nobody uses yet: what is made is used.
  int chosen(const std::vector<int>& fitting);
  int pick();
  /// An operand of that type beside `x`: an older value, seldom x again, or a constant.
  int like(TensorType wanted, int x = -1);
  int read_numbers();

  // ---- steps; false: the op refuses ----
  bool add(O op, std::vector<int> operands, Attrs attrs);
  bool grow(O op);
  bool binary(O op, int x);
  Attrs attributes(O op, int x);

  // What moves elements: recipe_moves.cpp.
  bool structural(O op, int x);
  bool reduce(int x);
  bool broadcast(int x);
  bool pad(int x);
  bool window_of(O op, int x);
  bool slice(int x);
  bool concat(int x);
  bool gather(int x);
  bool scatter(int x);

  // What multiplies and adds up: recipe_products.cpp.
  bool dot(int x);
  bool layer(int x);
  bool twin_product(O op);
  bool pairs(int x);
  bool trace(int x);
  bool conv(int x);
  bool reduce_window(int x);
  bool moments(int x);
  bool padded(int x, double value);

  /// x where a condition holds, else a constant.
  bool guard(int x);

  const Family& family_;
  std::mt19937& random_;
  Shape shape_;
  Recipe r_;
};

} // namespace nngc::test
