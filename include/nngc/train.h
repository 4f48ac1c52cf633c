/// Training: initial values, optimizers as part of the graph, the training step, batches in a
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
#include "nngc/specialize.h"
#include "nngc/tensor.h"

namespace nngc {

// ---- optimizers ----

/// How parameters follow their gradients. Make one with sgd(), momentum(), adam(), adamw() or
/// parse_optimizer().
struct Optimizer {
  enum class Kind : std::uint8_t { Sgd, Momentum, Adam, AdamW };
  Kind kind = Kind::Sgd;
  double lr = 0.01;
  double momentum = 0.9;                         ///< Momentum
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8; ///< Adam, AdamW
  double decay =
      0; ///< AdamW: of the weights themselves; else added to the gradient, times the weight
  /// `adam,lr=0.001,beta1=0.9,...`: what parse_optimizer() reads.
  [[nodiscard]] std::string str() const;
};
[[nodiscard]] Optimizer sgd(double lr = 0.01);
[[nodiscard]] Optimizer momentum(double lr = 0.01, double mu = 0.9);
[[nodiscard]] Optimizer adam(double lr = 1e-3);
[[nodiscard]] Optimizer adamw(double lr = 1e-3, double decay = 0.01);
/// Reads `sgd`, `momentum,lr=0.1,momentum=0.95`, `adam,lr=1e-3,beta1=0.9,beta2=0.999,eps=1e-8`,
/// `adamw,decay=0.01`. Throws Error{Argument} for anything else, naming what there is.
[[nodiscard]] Optimizer parse_optimizer(std::string_view text);

/// Appends the update of each parameter and donates its buffer. State that the optimizer needs
/// becomes inputs of role State: `<parameter>_m`, `<parameter>_v`, shaped as the parameter (f32 for
/// 16-bit parameters), and `step`, f32[], the number of steps done; all start as zeros. Throws
/// Error{Argument} unless there is a gradient per parameter, Error{Graph} where a name is taken.
void add_updates(Graph& graph, std::span<const Value> params, std::span<const Value> grads,
                 const Optimizer& optimizer, Where where = Where::current());

/// A training step: `model` again, with two kinds of results, the `loss` and the updates of all its
/// parameters. `loss`, rank 0, is a value of `model`; so the model itself is left as it is. Throws
/// Error{Graph} where there is no parameter.
[[nodiscard]] Graph training_step(const Graph& model, Value loss, const Optimizer& optimizer,
                                  Where where = Where::current());

// ---- initial values: pure functions of the seed, the same bits everywhere ----

/// Uniform in [low, high), f32: element i is made of the top 24 bits of splitmix64(seed * 2^32 +
/// i).
[[nodiscard]] Tensor uniform_values(std::vector<std::int64_t> shape, double low, double high,
                                    std::uint64_t seed);
/// Uniform with variance 2 / fan_in.
[[nodiscard]] Tensor he_uniform(std::vector<std::int64_t> shape, std::int64_t fan_in,
                                std::uint64_t seed);
/// Uniform with variance 2 / (fan_in + fan_out).
[[nodiscard]] Tensor glorot_uniform(std::vector<std::int64_t> shape, std::int64_t fan_in,
                                    std::int64_t fan_out, std::uint64_t seed);

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
