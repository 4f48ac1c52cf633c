// Training steps whose batch is known when they run, against the interpreter. The mean over a
// symbolic batch divides by a number that is itself computed, so what makes it, the loss and the
// backward part wait for each other in ways that a fixed batch never shows.
#include <cmath>
#include <random>

#include "nngc/compiler.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "nngc/train.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

using Loss = Value (*)(Value, Value, Where);

Graph step_of(Loss loss, const Optimizer& optimizer, int layers) {
  Graph g("net");
  const Dim batch = Dim::symbol("batch");
  Value h = g.input("x", f32({batch, 3}));
  for (int i = 0; i < layers; ++i) {
    const std::string n = std::to_string(i);
    const Dim in = i == 0 ? 3 : 8;
    h = tanh(dense(h, g.param("w" + n, f32({in, 8})), g.param("b" + n, f32({8}))));
  }
  return training_step(g, loss(h, g.input("y", f32({batch, 8})), Where::current()), optimizer);
}

} // namespace

TEST_CASE("a training step with a symbolic batch computes what the interpreter does", "[train]") {
  const std::vector<std::pair<std::string, Loss>> losses = {
      {"mse", mse},
      {"mae", mae},
      {"bce_with_logits", bce_with_logits},
      {"cross_entropy_with_logits", cross_entropy_with_logits},
      {"smooth_l1", [](Value p, Value t, Where w) { return smooth_l1(p, t, 1, w); }}};
  for (const auto& [name, loss] : losses)
    for (const int layers : {1, 2})
      for (const Optimizer& optimizer : {sgd(0.1), adam(0.01)}) {
        INFO(name << ", " << layers << " layers, " << optimizer.str());
        const Graph step = step_of(loss, optimizer, layers);
        const Executable compiled = compile(step);
        for (const std::int64_t batch : {1, 5}) {
          std::mt19937 random(7);
          std::vector<Tensor> inputs;
          Tensors tensors;
          for (const Value v : step.inputs()) {
            Tensor t = allocate(v.type(), {{"batch", batch}});
            for (float& e : t.data<float>())
              e = std::uniform_real_distribution<float>(0.1F, 0.9F)(random);
            tensors.emplace(step.input_name(v), t);
            inputs.push_back(std::move(t));
          }
          const std::vector<Tensor> want = eval(step, inputs);
          tensors["loss"] = Tensor(DType::F32, {});
          compiled.run(bind_arguments(compiled, tensors));
          for (std::size_t i = 0; i < want.size(); ++i) {
            const Output& o = step.outputs()[i];
            const std::span<const float> have = tensors.at(o.name).data<float>();
            const std::span<const float> right = want[i].data<float>();
            for (std::size_t k = 0; k < right.size(); ++k) {
              INFO(o.name << "[" << k << "]: " << have[k] << ", interpreter " << right[k]);
              CHECK(std::fabs(have[k] - right[k]) <= 1e-4F * std::max(1.0F, std::fabs(right[k])));
            }
          }
        }
      }
}
