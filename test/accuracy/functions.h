/// The elementary functions, as ops of a graph and as the mathematics says.
#pragma once

#include <span>

#include <mpfr.h>

#include "nngc/ops.h"

namespace nngc::accuracy {

struct Function {
  const char* name;
  const char* op; ///< the primitive
  Value (*build)(Value, Where);
  double (*wide)(double);            ///< for f32: the result to twice its precision
  long double (*wider)(long double); ///< for f64: the result to 11 bits more
  double low, high;                  ///< where the function bends; half of the f64 samples lie here
  enum class Monotone { Rising, Falling, No } monotone;
};

/// All that take a float to a float; throws std::logic_error where a primitive of that kind is
/// missing.
[[nodiscard]] std::span<const Function> functions();

/// A function of two arguments.
struct Function2 {
  const char* name;
  Value (*build)(Operand, Operand);
  /// MPFR's.
  int (*exact)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);
};

[[nodiscard]] std::span<const Function2> functions_of_two();

} // namespace nngc::accuracy
