// Composites have no rules of their own: their derivatives are right because their parts' are, and
// finite because of how they are built.
#include <cmath>
#include <random>

#include "eval/complex_step.h"
#include "nngc/autodiff.h"
#include "nngc/eval.h"
#include "test/conformance/cases.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

struct Composite {
  const char* name;
  std::vector<InputSpec> inputs;
  std::function<Value(Graph&, std::span<const Value>)> build;
};

std::vector<Composite> composites() {
  using In = std::span<const Value>;
  const Shape s{3, 4};
  const InputSpec labels{{3}, 0, 4, Kind::Index};
  return {
      {"square", {{s}}, [](Graph&, In x) { return square(x[0]); }},
      {"relu", {{s}}, [](Graph&, In x) { return relu(x[0]); }},
      {"leaky_relu", {{s}}, [](Graph&, In x) { return leaky_relu(x[0], 0.1); }},
      {"gelu", {{s}}, [](Graph&, In x) { return gelu(x[0]); }},
      {"gelu_tanh", {{s}}, [](Graph&, In x) { return gelu_tanh(x[0]); }},
      {"silu", {{s}}, [](Graph&, In x) { return silu(x[0]); }},
      {"softplus", {{s, -8, 8}}, [](Graph&, In x) { return softplus(x[0]); }},
      {"softmax", {{s, -5, 5}}, [](Graph&, In x) { return softmax(x[0]); }},
      {"softmax_axis_0", {{s, -5, 5}}, [](Graph&, In x) { return softmax(x[0], 0); }},
      {"log_softmax", {{s, -5, 5}}, [](Graph&, In x) { return log_softmax(x[0]); }},
      {"logsumexp", {{s, -5, 5}}, [](Graph&, In x) { return logsumexp(x[0], {1}); }},
      {"mse", {{s}, {s}}, [](Graph&, In x) { return mse(x[0], x[1]); }},
      {"mae", {{s}, {s}}, [](Graph&, In x) { return mae(x[0], x[1]); }},
      {"smooth_l1", {{s}, {s}}, [](Graph&, In x) { return smooth_l1(x[0], x[1], 0.7); }},
      {"bce", {{s, 0.1, 0.9}, {s, 0, 1}}, [](Graph&, In x) { return bce(x[0], x[1]); }},
      {"bce_with_logits",
       {{s, -4, 4}, {s, 0, 1}},
       [](Graph&, In x) { return bce_with_logits(x[0], x[1]); }},
      {"cross_entropy",
       {{s, 0.1, 0.9}, labels},
       [](Graph&, In x) { return cross_entropy(x[0], x[1]); }},
      {"cross_entropy_soft",
       {{s, 0.1, 0.9}, {s, 0, 1}},
       [](Graph&, In x) { return cross_entropy(x[0], x[1]); }},
      {"cross_entropy_with_logits",
       {{s, -4, 4}, labels},
       [](Graph&, In x) { return cross_entropy_with_logits(x[0], x[1]); }},
      {"cross_entropy_with_logits_soft",
       {{s, -4, 4}, {s, 0, 1}},
       [](Graph&, In x) { return cross_entropy_with_logits(x[0], x[1]); }},
      {"dense", {{s}, {{4, 2}}, {{2}}}, [](Graph&, In x) { return dense(x[0], x[1], x[2]); }},
      {"dropout",
       {{s}},
       [](Graph& g, In x) {
         const std::vector<std::uint32_t> words = {1, 2};
         return dropout(x[0], 0.4, constant(g, Tensor::of<std::uint32_t>({2}, words)),
                        g.scalar(DType::U64, 5), 0);
       }},
      {"one_hot",
       {{s}, labels},
       [](Graph&, In x) { return x[0] * one_hot(x[1], 4, x[0].dtype()); }},
  };
}

} // namespace

TEST_CASE("composites' gradients agree with the complex step", "[conformance][composites]") {
  for (const Composite& c : composites()) {
    INFO(c.name);
    const Case as_case{Opcode::Input, c.name, Types::Floats, c.inputs,
                       [&](Graph& g, std::span<const Value> x) {
                         // A weighted sum: plain sums hide what softmax and friends do.
                         const Value y = c.build(g, x);
                         if (y.rank() == 0) return y;
                         return reduce_sum(y * (1.0 + Operand(iota(g, y.type(), y.rank() - 1))));
                       }};
    Graph g = build(as_case, DType::F64);
    const std::vector<Tensor> inputs = samples(as_case, DType::F64, 11);
    const Graph loss = g.clone();
    std::vector<Value> wrt;
    for (Value v : g.inputs())
      if (is_float(v.dtype())) wrt.push_back(v);
    const std::vector<Value> gradients = grad(g.outputs()[0].value, wrt);
    g.clear_outputs();
    for (std::size_t i = 0; i < gradients.size(); ++i)
      g.output("g" + std::to_string(i), gradients[i]);
    const auto have = eval(g, std::span<const Tensor>(inputs));

    std::vector<Tensor> unit;
    for (const Tensor& x : inputs) unit.emplace_back(x.dtype(), x.shape());
    for (std::size_t i = 0, k = 0; i < inputs.size(); ++i) {
      if (!is_float(inputs[i].dtype())) continue;
      const auto gradient = numbers(have[k++]);
      for (std::size_t e = 0; e < gradient.size(); ++e) {
        unit[i].data<double>()[e] = 1;
        const double want = complex_step(loss, inputs, unit)[0][0];
        unit[i].data<double>()[e] = 0;
        INFO("input " << i << ", element " << e << ": " << gradient[e] << ", complex step "
                      << want);
        CHECK(std::fabs(gradient[e] - want) <= 1e-12 * std::max(1.0, std::fabs(want)));
      }
    }
  }
}
