/// A random differentiable program, beside which other systems are asked for the same numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nngc/graph.h"
#include "nngc/tensor.h"
#include "test/fuzz/adapter.h"

namespace nngc::test {

/// A graph whose output `loss`, rank 0, is differentiated by all of its float inputs. The other
/// outputs are looked at, too.
struct Program {
  Graph graph{"program"};
  std::vector<Tensor> inputs;
};

/// Draws values one from another, and knows their numbers while it draws: near a kink or a tie, or
/// outside of a domain, an op is not taken, because there systems may differ and all be right.
class Draw {
public:
  Draw(std::uint64_t seed, DType dtype);
  Program run();

private:
  friend class ControlDraw;
  using Numbers = std::vector<double>;

  // What there is.
  Value any();                                        ///< a float of the pool, late ones more often
  Value fresh(const Shape& shape);                    ///< a new float input
  Value index(const Shape& shape, int low, int high); ///< a new i32 input, within [low, high]
  Value of_shape(const Shape& shape);                 ///< a float of that shape, old or new
  Value partner(Value v); ///< of v's shape, or one that broadcasts to it
  Shape any_shape(std::size_t max_rank = 3);
  Numbers at(Value v);
  bool chance(std::size_t n) { return choose_.one_in(n); }
  int pick(int low, int high);
  double real(double low, double high);

  // What is asked of numbers.
  bool away_from_zero(Value v);
  bool away_from_integers(Value v);
  bool without_ties(Value v);
  Value positive(Value v); ///< 0.25 or more

  // One op or a few; an empty value where the numbers forbid it.
  Value unary();
  Value kinked();
  Value binary();
  Value chosen();
  Value moved();
  Value joined();
  Value reduced();
  Value product();
  Value indexed();
  Value composite();
  void keep(Value v);

  Chooser choose_;
  DType dtype_;
  Program program_;
  Graph& g_;
  Walker walker_;
  std::vector<bool> fed_; ///< nodes that have numbers
  std::vector<Value> pool_;
  int floats_ = 0;
};

} // namespace nngc::test
