// Cases of the composites that are layers, norms and losses of several operands.
#include "nngc/layers.h"
#include "test/conformance/cases.h"

namespace nngc::test {

namespace {

using In = std::span<const Value>;

/// A case of floats.
Case of(std::string name, std::vector<InputSpec> inputs, std::function<Value(Graph&, In)> build) {
  return {Opcode::Input, std::move(name), Types::Floats, std::move(inputs), std::move(build)};
}

/// Ints that the graph holds itself.
Value ints(Graph& g, std::vector<std::int64_t> shape, const std::vector<std::int32_t>& values) {
  return constant(g, Tensor::of<std::int32_t>(std::move(shape), values));
}

} // namespace

std::vector<Case> function_cases() {
  const Shape s{3, 4};
  return {
      of("exp2", {{s}}, [](Graph&, In x) { return exp2(x[0]); }),
      of("log2", {{s, 0.1, 4}}, [](Graph&, In x) { return log2(x[0]); }),
      of("tan", {{s, -1.2, 1.2}}, [](Graph&, In x) { return tan(x[0]); }),
      of("asin", {{s, -0.9, 0.9}}, [](Graph&, In x) { return asin(x[0]); }),
      of("acos", {{s, -0.9, 0.9}}, [](Graph&, In x) { return acos(x[0]); }),
      of("atan2", {{s}, {s}}, [](Graph&, In x) { return atan2(x[0], x[1]); }),
      of("clip", {{s}}, [](Graph&, In x) { return clip(x[0], -1, 0.7); }),
      of("relu6", {{s, -3, 9}}, [](Graph&, In x) { return relu6(x[0]); }),
      of("elu", {{s}}, [](Graph&, In x) { return elu(x[0], 1.3); }),
      of("selu", {{s}}, [](Graph&, In x) { return selu(x[0]); }),
      of("mish", {{s}}, [](Graph&, In x) { return mish(x[0]); }),
      of("sign", {{s}}, [](Graph&, In x) { return sign(x[0]); }),
      of("softsign", {{s}}, [](Graph&, In x) { return softsign(x[0]); }),
      of("log_sigmoid", {{s, -8, 8}}, [](Graph&, In x) { return log_sigmoid(x[0]); }),
      of("hard_sigmoid", {{s, -5, 5}}, [](Graph&, In x) { return hard_sigmoid(x[0]); }),
      of("hard_swish", {{s, -5, 5}}, [](Graph&, In x) { return hard_swish(x[0]); }),
      of("l1_norm", {{s}}, [](Graph&, In x) { return l1_norm(x[0], {1}); }),
      of("l2_norm", {{s}}, [](Graph&, In x) { return l2_norm(x[0], {0}, true); }),
      of("max_norm", {{s}}, [](Graph&, In x) { return max_norm(x[0], {1}); }),
      of("normalize", {{s}}, [](Graph&, In x) { return normalize(x[0]); }),
      of("cosine_similarity", {{s}, {s}},
         [](Graph&, In x) { return cosine_similarity(x[0], x[1]); }),
      of("kl_div", {{s, -5, 0}, {s, 0.05, 1}}, [](Graph&, In x) { return kl_div(x[0], x[1]); }),
      of("gaussian_nll", {{s}, {s, 0.2, 3}, {s}},
         [](Graph&, In x) { return gaussian_nll(x[0], x[1], x[2]); }),
      of("poisson_nll", {{s}, {s, 0, 4}}, [](Graph&, In x) { return poisson_nll(x[0], x[1]); }),
      of("hinge", {{s}, {s}}, [](Graph&, In x) { return hinge(x[0], x[1]); }),
      of("triplet", {{s}, {s}, {s}}, [](Graph&, In x) { return triplet(x[0], x[1], x[2], 2); }),
      of("ctc_loss", {{{4, 2, 3}, -3, 3}},
         [](Graph& g, In x) {
           return ctc_loss(x[0], ints(g, {2, 2}, {1, 1, 2, 0}), ints(g, {2}, {4, 3}),
                           ints(g, {2}, {2, 1}));
         }),
  };
}

std::vector<Case> layer_cases() {
  const Shape s{3, 4}, row{4};
  const InputSpec labels{{3}, 0, 4, Kind::Index};
  return {
      of("layer_norm", {{s}, {row}, {row}},
         [](Graph&, In x) { return layer_norm(x[0], x[1], x[2]); }),
      of("rms_norm", {{s}, {row}}, [](Graph&, In x) { return rms_norm(x[0], x[1]); }),
      of("group_norm", {{{2, 3, 4}}, {row}, {row}},
         [](Graph&, In x) { return group_norm(x[0], 2, x[1], x[2]); }),
      of("batch_norm", {{s}, {row}, {row}, {row}, {row, 0.5, 2}},
         [](Graph&, In x) { return batch_norm(x[0], x[1], x[2], x[3], x[4]); }),
      of("batch_norm_training", {{s}, {row}, {row}, {row}, {row, 0.5, 2}},
         [](Graph&, In x) { return batch_norm_training(x[0], x[1], x[2], x[3], x[4]).y; }),
      of("attention", {{{2, 2, 3, 4}}, {{2, 2, 3, 4}}, {{2, 2, 3, 2}}},
         [](Graph&, In x) { return attention(x[0], x[1], x[2]); }),
      of("attention_causal_grouped", {{{4, 3, 2}}, {{2, 3, 2}}, {{2, 3, 2}}},
         [](Graph&, In x) { return attention(x[0], x[1], x[2], {.causal = true}); }),
      of("attention_masked", {{{2, 3, 2}}, {{1, 4, 2}}, {{1, 4, 3}}, {{3, 4}}},
         [](Graph&, In x) {
           return attention(x[0], x[1], x[2], {.mask = x[3] > -0.3, .scale = 2});
         }),
      of("attention_biased", {{{2, 3, 2}}, {{1, 4, 2}}, {{1, 4, 3}}, {{3, 4}}},
         [](Graph&, In x) { return attention(x[0], x[1], x[2], {.mask = x[3]}); }),
      of("embedding", {{{4, 2}}, labels}, [](Graph&, In x) { return embedding(x[0], x[1]); }),
      of("rnn_cell", {{{2, 3}}, {{2, 4}}, {{3, 4}}, {{4, 4}}, {row}},
         [](Graph&, In x) { return rnn_cell(x[0], x[1], x[2], x[3], x[4]); }),
      of("lstm_cell", {{{2, 3}}, {{2, 2}}, {{2, 2}}, {{3, 8}}, {{2, 8}}, {{8}}},
         [](Graph&, In x) {
           const Lstm next = lstm_cell(x[0], {x[1], x[2]}, x[3], x[4], x[5]);
           return next.h + next.c * 3;
         }),
      of("gru_cell", {{{2, 3}}, {{2, 2}}, {{3, 6}}, {{2, 6}}, {{6}}, {{6}}},
         [](Graph&, In x) { return gru_cell(x[0], x[1], x[2], x[3], x[4], x[5]); }),
      of("einsum_product", {{{2, 3}}, {{3, 4}}, {{4}}},
         [](Graph&, In x) { return einsum("ij,jk,k->ki", x); }),
      of("einsum_batched", {{{2, 3, 2}}, {{2, 2}}},
         [](Graph&, In x) { return einsum("...ij,jj->...i", x); }),
      of("resize_linear", {{{2, 3, 2}}}, [](Graph&, In x) { return resize(x[0], {0, 1}, {3, 5}); }),
      of("resize_corners", {{{2, 4}}},
         [](Graph&, In x) { return resize(x[0], {1}, {3}, Interpolation::Linear, true); }),
      of("resize_nearest", {{{4, 3}}},
         [](Graph&, In x) { return resize(x[0], {0, 1}, {2, 7}, Interpolation::Nearest); }),
  };
}

} // namespace nngc::test
