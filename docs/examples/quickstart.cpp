// Learns XOR: a model, its training step, native code for both, in one screen. README.md shows this
// file.
#include <nngc/compiler.h>
#include <nngc/ops.h>
#include <nngc/train.h>

#include <cstdio>

using namespace nngc;

int main() {
  Graph model("xor_net");
  Value x = model.input("x", f32({4, 2})), y = model.input("y", f32({4, 1}));
  Value w1 = model.param("w1", f32({2, 8})), b1 = model.param("b1", f32({8}));
  Value w2 = model.param("w2", f32({8, 1})), b2 = model.param("b2", f32({1}));
  Value z = dense(tanh(dense(x, w1, b1)), w2, b2);

  Executable step = compile(training_step(model, bce_with_logits(z, y), adam(0.05)));
  Tensors data = initial_values(step, 1);
  data["x"] = Tensor::of<float>({4, 2}, std::vector<float>{0, 0, 0, 1, 1, 0, 1, 1});
  data["y"] = Tensor::of<float>({4, 1}, std::vector<float>{0, 1, 1, 0});
  data["loss"] = Tensor(DType::F32, {});
  for (int i = 0; i < 300; ++i) step.run(bind_arguments(step, data));

  std::printf("loss after 300 steps: %.4f\n", data["loss"].data<float>()[0]);
}
