// Mistakes with composites, derivatives and training steps, each at its own line.
#include <array>

#include "nngc/autodiff.h"
#include "nngc/layers.h"
#include "nngc/ops.h"
#include "nngc/passes.h"
#include "nngc/train.h"
#include "test/errors/catalogue.h"

namespace nngc::test {

using Kind = Error::Kind;

// clang-format off: one line a mistake, however long; its place is that line
std::vector<Mistake> composite_mistakes() {
  const std::string composite = "lib/ops/composite/composite.cpp", classes = "lib/ops/composite/classification_loss.cpp";
  const std::string attending = "lib/ops/composite/attention.cpp", sums = "lib/ops/composite/einsum.cpp";
  const std::string directions = "lib/autodiff/contributions.cpp", optimizer = "lib/train/optimizer.cpp";
  return {
      mistake(composite, Kind::Type, "softmax: needs floats: i32[2,3]", [](Ground& w) { softmax(w.i); }),
      mistake(composite, Kind::Type, "gelu: needs floats: i32[2,3]", [](Ground& w) { gelu(w.i); }),
      mistake(composite, Kind::Type, "bce_with_logits: dtypes differ: f32[2,3] and f64[2,3]", [](Ground& w) { bce_with_logits(w.a, w.d); }),
      mistake(composite, Kind::Shape, "mse: shapes differ: f32[2,3] and f32[3,2]", [](Ground& w) { mse(w.a, w.tall); }),
      mistake(composite, Kind::Attribute, "softmax: axis 5 is out of range: f32[2,3]", [](Ground& w) { softmax(w.a, 5); }),
      mistake(classes, Kind::Shape, "cross_entropy: needs an axis of classes: f32[]", [](Ground& w) { cross_entropy(w.s, w.s); }),
      mistake(classes, Kind::Shape, "cross_entropy_with_logits: integer labels must be one per row, i32[2], got i32[3] for f32[2,3]", [](Ground& w) { cross_entropy_with_logits(w.a, w.g.find_input("k3")); }),
      mistake("lib/ops/composite/activation.cpp", Kind::Type, "logical_not: needs bools or ints: f32[2,3]", [](Ground& w) { logical_not(w.a); }),
      mistake(composite, Kind::Shape, "dense: needs x[..., in], weights[in, out], bias[out], got f32[2,3], f32[4,5], f32[3]", [](Ground& w) { dense(w.a, w.w, w.row); }),
      mistake(composite, Kind::Shape, "dense: needs x[..., in], weights[in, out], got f32[2,3], f32[4,5]", [](Ground& w) { dense(w.a, w.w); }),
      mistake("lib/ops/composite/dropout.cpp", Kind::Type, "uniform: needs a float dtype: i32[3]", [](Ground& w) { uniform(w.s, w.s, i32({3}), 0); }),
      mistake("lib/ops/composite/dropout.cpp", Kind::Argument, "dropout: rate must be in [0, 1), got 1.000000", [](Ground& w) { dropout(w.a, 1, w.s, w.s, 0); }),
      mistake("lib/ops/composite/one_hot.cpp", Kind::Type, "one_hot: needs integer indices: f32[2,3]", [](Ground& w) { one_hot(w.a, 3); }),
      mistake(composite, Kind::Argument, "smooth_l1: beta must be positive, got 0.000000", [](Ground& w) { smooth_l1(w.a, w.a, 0); }),

      mistake(composite, Kind::Type, "layer_norm: dtypes differ: f32[2,3] and f64[2,3]", [](Ground& w) { layer_norm(w.a, w.d, w.row); }),
      mistake(composite, Kind::Shape, "layer_norm: needs x[..., n], scale[n], shift[n], got f32[3,2], f32[3], f32[3]", [](Ground& w) { layer_norm(w.tall, w.row, w.row); }),
      mistake(composite, Kind::Shape, "rnn_cell: needs x[batch, in], h[batch, units], wx[in, units], wh[units, units], b[units], got f32[2,3], f32[2,3], f32[2,3], f32[2,3], f32[3]", [](Ground& w) { rnn_cell(w.a, w.a, w.a, w.a, w.row); }),
      mistake(composite, Kind::Attribute, "l2_norm: axis 2 is out of range: f32[2,3]", [](Ground& w) { l2_norm(w.a, {2}); }),
      mistake(composite, Kind::Argument, "rms_norm: eps must be positive, got 0.000000", [](Ground& w) { rms_norm(w.a, w.row, 0); }),
      mistake("lib/ops/composite/activation.cpp", Kind::Argument, "clip: low 1.000000 is not below high -1.000000", [](Ground& w) { clip(w.a, 1, -1); }),
      mistake("lib/ops/composite/normalization.cpp", Kind::Argument, "group_norm: the channels of f32[2,3] make no 2 groups", [](Ground& w) { group_norm(w.a, 2, w.row, w.row); }),
      mistake(attending, Kind::Shape, "attention: causal, but rows queries and batch keys do not say which stand at the same place", [](Ground& w) { const Value k = w.other.input("keys", f32({1, w.batch, 2})); attention(w.other.input("queries", f32({1, Dim::symbol("rows"), 2})), k, k, {.causal = true}); }),
      mistake(attending, Kind::Shape, "attention: the default scale needs a width that is a number above 0: f32[1,2,batch]", [](Ground& w) { const Value q = w.other.input("q", f32({1, 2, w.batch})); attention(q, q, q); }),
      mistake(attending, Kind::Type, "attention: the mask must be bool or f32: i32[2,3]", [](Ground& w) { const Value q = w.other.input("q", f32({1, 2, 3})); attention(q, q, q, {.mask = w.other.input("m", i32({2, 3}))}); }),
      mistake("lib/ops/composite/ctc_loss.cpp", Kind::Type, "ctc_loss: labels and counts must be integers: f32[2,3]", [](Ground& w) { const Value z = w.other.input("z", f32({4, 2, 3})); ctc_loss(z, w.foreign, z, z); }),
      mistake("lib/ops/composite/ctc_loss.cpp", Kind::Argument, "ctc_loss: there is no class 3 in f32[4,2,3]", [](Ground& w) { const Value n = w.other.input("n", i32({2})); ctc_loss(w.other.input("z", f32({4, 2, 3})), w.other.input("l", i32({2, 3})), n, n, 3); }),
      mistake(sums, Kind::Argument, "einsum: '1' is no letter: i1->i", [](Ground& w) { einsum("i1->i", std::array{w.a}); }),
      mistake(sums, Kind::Argument, "einsum: 1 operands for 2 terms: ij,jk", [](Ground& w) { einsum("ij,jk", std::array{w.a}); }),
      mistake(sums, Kind::Shape, "einsum: 'ijk' does not name the axes of f32[2,3]: ijk->i", [](Ground& w) { einsum("ijk->i", std::array{w.a}); }),
      mistake(sums, Kind::Shape, "einsum: 'j' is 3 in f32[2,3] and 4 in f32[4,5]: ij,jk->ik", [](Ground& w) { einsum("ij,jk->ik", std::array{w.a, w.w}); }),
      mistake(sums, Kind::Argument, "einsum: 'z' is in the result but in no operand: ij->iz", [](Ground& w) { einsum("ij->iz", std::array{w.a}); }),
      mistake(sums, Kind::Argument, "einsum: 'i' comes twice in the result: ij->ii", [](Ground& w) { einsum("ij->ii", std::array{w.a}); }),
      mistake("lib/ops/composite/resize.cpp", Kind::Argument, "resize: 1 sizes for 2 axes", [](Ground& w) { resize(w.a, {0, 1}, {4}); }),
      mistake("lib/ops/composite/resize.cpp", Kind::Shape, "resize: axis 1 cannot go from 3 to 0 elements: f32[2,3]", [](Ground& w) { resize(w.a, {1}, {0}); }),

      mistake(optimizer, Kind::Argument, "training_step: the model has no result 'accuracy'; it has out, h", [](Ground& w) { (void)training_step(w.g, w.s, sgd(), {"accuracy"}); }),
      mistake("lib/autodiff/reverse.cpp", Kind::Shape, "grad: the loss is f32[2,3]; it must have rank 0 (take a sum or mean, or use vjp)", [](Ground& w) { grad(w.a, std::array{w.w}); }),
      mistake(directions, Kind::Type, "grad: input 'i' is i32[2,3], and only floats have derivatives", [](Ground& w) { grad(w.s, std::array{w.i}); }),
      mistake(directions, Kind::Type, "grad: %~ (reduce) is i32[], and only floats have derivatives", [](Ground& w) { grad(reduce_sum(w.i), std::array{w.a}); }),
      mistake(directions, Kind::Type, "jvp: input 'p' is bool[2,3], and only floats have derivatives", [](Ground& w) { jvp(std::array{w.p}, std::array{w.a}, std::array{w.a}); }),
      mistake(directions, Kind::Argument, "jvp: 0 tangents for 1 value", [](Ground& w) { jvp(std::array{w.a}, std::array{w.a}, {}); }),
      mistake(directions, Kind::Argument, "hvp: 0 directions for 1 value", [](Ground& w) { hvp(w.s, std::array{w.a}, {}); }),
      mistake(directions, Kind::Shape, "vjp: input 'a' is f32[2,3], its cotangent f32[3,2]", [](Ground& w) { vjp(std::array{w.a}, std::array{w.tall}, std::array{w.a}); }),
      mistake(directions, Kind::Shape, "jvp: input 'a' is f32[2,3], its tangent f32[3,2]", [](Ground& w) { jvp(std::array{w.a}, std::array{w.a}, std::array{w.tall}); }),
      mistake("lib/ops/reduce_derivative.cpp", Kind::Unsupported, "derivative of %~ (reduce): reduce: the derivative of a product over the symbolic extent batch is not supported", [](Ground& w) { grad(reduce_prod(w.x), std::array{w.x}); }),
      mistake(directions, Kind::Unsupported, "derivative of %~ (reduce): reduce: the derivative of a product over the symbolic extent batch is not supported", [](Ground& w) { jvp(std::array{reduce_prod(w.x)}, std::array{w.x}, std::array{w.x}); }),

      mistake(optimizer, Kind::Argument, "add_updates: 0 gradients for 1 parameters", [](Ground& w) { add_updates(w.g, std::array{w.w}, {}, sgd()); }),
      mistake("lib/train/gradients.cpp", Kind::Argument, "clip_by_global_norm: there is no value", [](Ground&) { (void)clip_by_global_norm({}, 1); }),
      mistake("lib/train/gradients.cpp", Kind::Argument, "clip_by_value: the limit must be positive, got 0", [](Ground& w) { (void)clip_by_value(std::array{w.a}, 0); }),
      mistake(optimizer, Kind::Graph, "training_step: the loss is not a value of the model", [](Ground& w) { (void)training_step(w.g, w.foreign, sgd()); }),
      mistake(optimizer, Kind::Graph, "training_step: the model has no parameter (make one with Graph::param)", [](Ground& w) { (void)training_step(w.other, reduce_sum(w.foreign), sgd()); }),
      mistake("lib/autodiff/reverse.cpp", Kind::Shape, "grad: the loss is f32[2,3]; it must have rank 0 (take a sum or mean, or use vjp)", [](Ground& w) { (void)training_step(w.g, w.a, sgd()); }),
      mistake("lib/optimize/stabilise.cpp", Kind::Graph, "stabilised: the value is empty", [](Ground& w) { (void)stabilised(w.none, std::array{w.a}); }),
      mistake("lib/optimize/stabilise.cpp", Kind::Argument, "stabilised: derivatives of it are by inputs of its graph, not by f32[2,3] in between", [](Ground& w) { (void)stabilised(w.a, std::array{exp(w.a)}); }),
      mistake("lib/optimize/pass_manager.cpp", Kind::Argument, "passes: there is no pass 'cse'; there are canonicalize, eliminate-dead-code, fold-constants, inline-calls, merge-regions, prune-regions, reduce-strength, stabilise", [](Ground& w) { (void)run_passes(w.g, "canonicalize,cse"); }),
  };
}
// clang-format on

} // namespace nngc::test
