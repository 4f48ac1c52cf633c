// What is made of random bits. The bits are a pure function of key, counter, site and element, so a
// backward pass or a recomputation sees the same mask.
#include "ops/composite/composite.h"

namespace nngc {

// As many top bits as the dtype's significand holds (24 at most), so that no rounding can reach 1.
Value uniform(Value key, Value counter, TensorType type, std::int64_t site, Where where) {
  if (!is_float(type.dtype))
    throw Error(Error::Kind::Type, "uniform: needs a float dtype: " + type.str(), where);
  const int digits = type.dtype == DType::BF16 ? 8 : type.dtype == DType::F16 ? 11 : 24;
  const Value top = shr(rng_bits(key, counter, type.shape, site, where), 32 - digits);
  // By way of i32, which holds them all: CPUs convert signed ints in one instruction.
  return convert(convert(top, DType::I32), type.dtype) * (1.0 / static_cast<double>(1 << digits));
}

Value dropout(Value x, double rate, Value key, Value counter, std::int64_t site, Where where) {
  check_float("dropout", x, where);
  if (!(rate >= 0 && rate < 1))
    throw Error(Error::Kind::Argument,
                "dropout: rate must be in [0, 1), got " + std::to_string(rate), where);
  if (rate == 0) return x;
  const Value keep = uniform(key, counter, {DType::F32, x.shape()}, site, where) >= rate;
  return select(keep, x * (1 / (1 - rate)), 0);
}

} // namespace nngc
