/// The elementary functions, as ops of a graph and as the mathematics says.
#pragma once

#include <span>

#include "nngc/ops.h"

namespace nngc::accuracy {

struct Function {
  const char* name;
  Value (*build)(Value, Where);
  double (*wide)(double);            ///< for f32: the result to twice its precision
  long double (*wider)(long double); ///< for f64: the result to 11 bits more
  double low, high;                  ///< where the function bends; half of the f64 samples lie here
  enum class Monotone { Rising, Falling, No } monotone;
};

[[nodiscard]] std::span<const Function> functions();

/// A function of two arguments.
struct Function2 {
  const char* name;
  Value (*build)(Operand, Operand);
};

[[nodiscard]] std::span<const Function2> functions_of_two();

} // namespace nngc::accuracy
