/// Optimizers, schedules, clipping and penalties, all as parts of the graph. Part of nngc/train.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nngc/graph.h"

namespace nngc {

/// How the learning rate changes with the number of steps done, k: a factor for it. Until `warmup`
/// steps are done it rises, (k + 1) / warmup; then the others count from there.
struct Schedule {
  enum class Kind : std::uint8_t {
    Constant,
    Step,        ///< rate ^ floor(k / steps)
    Exponential, ///< rate ^ (k / steps)
    Cosine,      ///< from 1 down to `least` in `steps` steps, along half a cosine
    Inverse,     ///< 1 / (k + offset): with lr = c1 the lectures' c1 / (k + c2)
  };
  Kind kind = Kind::Constant;
  double steps = 1000, rate = 0.5, least = 0, offset = 1;
  double warmup = 0;
  /// The factor after `done` steps, a float of rank 0.
  [[nodiscard]] Value at(Value done) const;
};

/// How parameters follow their gradients. Make one with the functions below or parse_optimizer().
struct Optimizer {
  enum class Kind : std::uint8_t {
    Sgd,      ///< p -= lr g
    Momentum, ///< m = momentum m + g, p -= lr m
    Nesterov, ///< m likewise, p -= lr (g + momentum m)
    AdaGrad,  ///< v += g^2, p -= lr g / (sqrt(v) + eps)
    RmsProp,  ///< v = rho v + (1 - rho) g^2, p -= lr g / (sqrt(v) + eps)
    Adadelta, ///< v likewise, d = g sqrt(u + eps) / sqrt(v + eps), u = rho u + (1 - rho) d^2,
              ///< p -= lr d
    Adam,     ///< m, v: averages of g, g^2 by beta1, beta2, divided by 1 - beta^step;
              ///< p -= lr m / (sqrt(v) + eps)
    AdamW,    ///< the same, and p -= lr decay p
    Lion,     ///< p -= lr (sign(beta1 m + (1 - beta1) g) + decay p), m = beta2 m + (1 - beta2) g
    Lbfgs ///< p -= lr H g, H the inverse Hessian as the last `history` steps tell; for gradients
          ///< without noise. Without line search: lr = 1 is right near a minimum
  };
  Kind kind = Kind::Sgd;
  double lr = 0.01;
  double momentum = 0.9;                         ///< Momentum, Nesterov
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8; ///< Adam, AdamW; Lion, without eps
  double decay =
      0; ///< AdamW, Lion: of the weights themselves; else added to the gradient, times the weight
  double rho = 0.9;    ///< RmsProp, Adadelta
  double history = 10; ///< Lbfgs
  double l1 = 0;       ///< added to the gradient, times the weight's sign
  double clip_value =
      0; ///< of each gradient's element, 0: none. Both clip before decay and l1 are added
  double clip_norm = 0; ///< of all gradients together, 0: none
  Schedule schedule = {};
  /// `adam,lr=0.001,beta1=0.9,...`: what parse_optimizer() reads.
  [[nodiscard]] std::string str() const;
};
[[nodiscard]] Optimizer sgd(double lr = 0.01);
[[nodiscard]] Optimizer momentum(double lr = 0.01, double mu = 0.9);
[[nodiscard]] Optimizer nesterov(double lr = 0.01, double mu = 0.9);
[[nodiscard]] Optimizer adagrad(double lr = 0.01);
[[nodiscard]] Optimizer rmsprop(double lr = 1e-3, double rho = 0.9);
[[nodiscard]] Optimizer adadelta(double lr = 1, double rho = 0.95);
[[nodiscard]] Optimizer adam(double lr = 1e-3);
[[nodiscard]] Optimizer adamw(double lr = 1e-3, double decay = 0.01);
[[nodiscard]] Optimizer lion(double lr = 1e-4, double decay = 0);
[[nodiscard]] Optimizer lbfgs(double lr = 1, int history = 10);
/// Reads a name and settings: `sgd`, `momentum,lr=0.1,momentum=0.95`, `adam,lr=1e-3,clip_norm=1`,
/// `adamw,decay=0.01,schedule=cosine,steps=10000,warmup=500`. Names and settings are those above,
/// in small letters; schedules: constant, step, exponential, cosine, inverse. Throws
/// Error{Argument} for anything else, naming what there is.
[[nodiscard]] Optimizer parse_optimizer(std::string_view text);

/// Each gradient's elements between -limit and limit.
[[nodiscard]] std::vector<Value> clip_by_value(std::span<const Value> grads, double limit,
                                               Where where = Where::current());
/// All gradients times limit / norm where their common euclidean norm is greater than the limit.
[[nodiscard]] std::vector<Value> clip_by_global_norm(std::span<const Value> grads, double limit,
                                                     Where where = Where::current());
/// rate times the sum of all magnitudes, or of half of all squares: to add to a loss.
[[nodiscard]] Value l1_penalty(std::span<const Value> params, double rate,
                               Where where = Where::current());
[[nodiscard]] Value l2_penalty(std::span<const Value> params, double rate,
                               Where where = Where::current());

/// Appends the update of each parameter and donates its buffer. State that the optimizer needs
/// becomes inputs of role State, shaped as the parameter (f32 for 16-bit parameters):
/// `<parameter>_m`, `<parameter>_v`, ..., and `step`, f32[], the number of steps done; all start as
/// zeros. Throws Error{Argument} unless there is a gradient per parameter, Error{Graph} where a
/// name is taken.
void add_updates(Graph& graph, std::span<const Value> params, std::span<const Value> grads,
                 const Optimizer& optimizer, Where where = Where::current());

/// A training step: `model` again, with the results `loss`, the updates of all its parameters, and
/// those that the model makes itself (running statistics). `loss`, rank 0, is a value of `model`;
/// so the model itself is left as it is, and its other results are dropped. Throws Error{Graph}
/// where there is no parameter.
[[nodiscard]] Graph training_step(const Graph& model, Value loss, const Optimizer& optimizer,
                                  Where where = Where::current());
/// The same with results of the model by name behind `loss`, such as an accuracy: what they are
/// before the update. Throws Error{Argument} for a name that is none of its results.
[[nodiscard]] Graph training_step(const Graph& model, Value loss, const Optimizer& optimizer,
                                  const std::vector<std::string>& keep,
                                  Where where = Where::current());

} // namespace nngc
