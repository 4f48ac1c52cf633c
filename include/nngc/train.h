/// Training: initial values, running a training step (nngc/optimizers.h makes it), batches in a
/// reproducible order.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nngc/compiler.h"
#include "nngc/graph.h"
#include "nngc/optimizers.h"
#include "nngc/specialize.h"
#include "nngc/tensor.h"

namespace nngc {

// ---- initial values: pure functions of the seed, the same bits everywhere ----

/// Uniform in [low, high), f32: element i is made of the top 24 bits of splitmix64(seed * 2^32 +
/// i).
[[nodiscard]] Tensor uniform_values(std::vector<std::int64_t> shape, double low, double high,
                                    std::uint64_t seed);
/// Normal with that mean and standard deviation, f32: Box and Muller's formula of two such numbers.
[[nodiscard]] Tensor normal_values(std::vector<std::int64_t> shape, double mean, double deviation,
                                   std::uint64_t seed);
/// f32, all the same.
[[nodiscard]] Tensor constant_values(std::vector<std::int64_t> shape, double value);
/// Variance 2 / fan_in (He et al.), for layers that relu follows: half of a sum's variance is lost.
[[nodiscard]] Tensor he_uniform(std::vector<std::int64_t> shape, std::int64_t fan_in,
                                std::uint64_t seed);
[[nodiscard]] Tensor he_normal(std::vector<std::int64_t> shape, std::int64_t fan_in,
                               std::uint64_t seed);
/// Variance 2 / (fan_in + fan_out) (Glorot and Bengio; also called Xavier's), for tanh and the
/// like.
[[nodiscard]] Tensor glorot_uniform(std::vector<std::int64_t> shape, std::int64_t fan_in,
                                    std::int64_t fan_out, std::uint64_t seed);
[[nodiscard]] Tensor glorot_normal(std::vector<std::int64_t> shape, std::int64_t fan_in,
                                   std::int64_t fan_out, std::uint64_t seed);
/// `gain` times a matrix whose rows, or columns if they are fewer, are orthogonal and of length 1;
/// all axes but the last count as rows. Throws Error{Shape} below rank 2.
[[nodiscard]] Tensor orthogonal(std::vector<std::int64_t> shape, double gain, std::uint64_t seed);

// ---- running ----

/// Arrays by name.
using Tensors = std::map<std::string, Tensor, std::less<>>;

/// A tensor of that type; symbolic dims take their values from `dims`. Throws Error{Argument} where
/// one lacks.
[[nodiscard]] Tensor allocate(const TensorType& type, const DimValues& dims = {});
/// Initial values of all parameters and state: float parameters of rank 2 and more by he_uniform
/// (fan_in: all extents but the last), everything else zeros.
[[nodiscard]] Tensors initial_values(const Executable& step, std::uint64_t seed,
                                     const DimValues& dims = {});
/// Arguments of a call, by name from `tensors`. Throws Error{Argument} naming those that lack.
[[nodiscard]] std::vector<Arg> bind_arguments(const Executable& executable, Tensors& tensors);

/// 0 ... count-1 in random order: Fisher-Yates from the end, with splitmix64(seed * 2^32 + i) % (i
/// + 1).
[[nodiscard]] std::vector<std::uint32_t> shuffled(std::uint32_t count, std::uint64_t seed);
/// Copies these rows (along the first axis) of `from` to the front of `to`. Throws Error{Type,
/// Shape} where rows differ in size, Error{Argument} for a row that is not there or does not fit.
void take_rows(const Tensor& from, std::span<const std::uint32_t> rows, Tensor& to);

} // namespace nngc
