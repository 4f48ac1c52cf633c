// Initial values. Everything is a pure function of the seed and made of additions, products,
// quotients and roots, which IEEE 754 defines to the last bit: the same numbers on every machine.
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "nngc/train.h"
#include "train/splitmix64.h"

namespace nngc {
namespace {

/// The natural logarithm for 0 < x <= 1, by the series of artanh; good to about 1e-16.
double log_of(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent); // [1/2, 1)
  if (m < std::numbers::sqrt2 / 2) m *= 2, --exponent;
  const double s = (m - 1) / (m + 1), z = s * s;
  double sum = 0;
  for (int n = 23; n >= 1; n -= 2) sum = sum * z + 1.0 / n;
  return 2 * s * sum + exponent * std::numbers::ln2;
}

/// cos(2 pi u) for 0 <= u < 1: turned to at most an eighth, then by Taylor's series.
double cos_of_turns(double u) {
  const double quarter = std::floor(4 * u + 0.5), x = 2 * std::numbers::pi * (u - quarter / 4);
  const bool is_sine = std::fmod(quarter, 2) == 1;
  double sum = 0, n = is_sine ? 19 : 18;
  for (; n > 1; n -= 2) sum = (1 + sum) * (-x * x) / (n * (n - 1));
  const double value = (1 + sum) * (is_sine ? x : 1);
  // cos(a), -sin(a), -cos(a), sin(a) after 0, 1, 2, 3 quarters.
  return quarter == 1 || quarter == 2 ? -value : value;
}

/// Element i of a normal distribution, from two numbers of the sequence.
double normal_of(std::uint64_t seed, std::uint64_t i) {
  const double u = (static_cast<double>(splitmix64((seed << 32) + 2 * i) >> 11) + 1) * 0x1p-53;
  const double turn = static_cast<double>(splitmix64((seed << 32) + 2 * i + 1) >> 11) * 0x1p-53;
  return std::sqrt(-2 * log_of(u)) * cos_of_turns(turn);
}

double deviation_for(double fans) { return std::sqrt(2 / fans); }

} // namespace

Tensor constant_values(std::vector<std::int64_t> shape, double value) {
  Tensor result(DType::F32, std::move(shape));
  for (float& x : result.data<float>()) x = static_cast<float>(value);
  return result;
}

Tensor uniform_values(std::vector<std::int64_t> shape, double low, double high,
                      std::uint64_t seed) {
  Tensor result(DType::F32, std::move(shape));
  std::uint64_t i = seed << 32;
  for (float& x : result.data<float>()) {
    const double unit = static_cast<double>(splitmix64(i++) >> 40) * 0x1p-24;
    x = static_cast<float>(low + (high - low) * unit);
  }
  return result;
}

Tensor normal_values(std::vector<std::int64_t> shape, double mean, double deviation,
                     std::uint64_t seed) {
  Tensor result(DType::F32, std::move(shape));
  std::uint64_t i = 0;
  for (float& x : result.data<float>())
    x = static_cast<float>(mean + deviation * normal_of(seed, i++));
  return result;
}

Tensor he_uniform(std::vector<std::int64_t> shape, std::int64_t fan_in, std::uint64_t seed) {
  const double bound = std::sqrt(6.0 / static_cast<double>(fan_in));
  return uniform_values(std::move(shape), -bound, bound, seed);
}

Tensor he_normal(std::vector<std::int64_t> shape, std::int64_t fan_in, std::uint64_t seed) {
  return normal_values(std::move(shape), 0, deviation_for(static_cast<double>(fan_in)), seed);
}

Tensor glorot_uniform(std::vector<std::int64_t> shape, std::int64_t fan_in, std::int64_t fan_out,
                      std::uint64_t seed) {
  const double bound = std::sqrt(6.0 / static_cast<double>(fan_in + fan_out));
  return uniform_values(std::move(shape), -bound, bound, seed);
}

Tensor glorot_normal(std::vector<std::int64_t> shape, std::int64_t fan_in, std::int64_t fan_out,
                     std::uint64_t seed) {
  return normal_values(std::move(shape), 0, deviation_for(static_cast<double>(fan_in + fan_out)),
                       seed);
}

// Gram and Schmidt on normal vectors, in f64, twice: once leaves errors that grow with their
// number.
Tensor orthogonal(std::vector<std::int64_t> shape, double gain, std::uint64_t seed) {
  Tensor result(DType::F32, std::move(shape));
  if (result.shape().size() < 2)
    throw Error(Error::Kind::Shape,
                fmt::format("orthogonal: needs a matrix: {}", result.type_str()));
  const auto columns = static_cast<std::size_t>(result.shape().back());
  const std::size_t rows = columns == 0 ? 0 : static_cast<std::size_t>(result.size()) / columns;
  const std::size_t count = std::min(rows, columns), length = std::max(rows, columns);
  std::vector<std::vector<double>> vectors(count, std::vector<double>(length));
  std::uint64_t next = 0;
  for (std::size_t v = 0; v < count; ++v) {
    for (double& x : vectors[v]) x = normal_of(seed, next++);
    const auto product = [&](std::size_t w) {
      double sum = 0;
      for (std::size_t i = 0; i < length; ++i) sum += vectors[v][i] * vectors[w][i];
      return sum;
    };
    for (std::size_t pass = 0; pass < 2; ++pass)
      for (std::size_t w = 0; w < v; ++w) {
        const double along = product(w);
        for (std::size_t i = 0; i < length; ++i) vectors[v][i] -= along * vectors[w][i];
      }
    const double size = std::sqrt(product(v));
    for (double& x : vectors[v]) x /= size;
  }
  const std::span<float> out = result.data<float>();
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c)
      out[r * columns + c] =
          static_cast<float>(gain * (rows <= columns ? vectors[r][c] : vectors[c][r]));
  return result;
}

} // namespace nngc
