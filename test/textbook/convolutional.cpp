// A convolutional network on a grid: each filter of 3 x 3 weights slides over an 8 x 8 picture,
// ReLU, the greatest response of each filter wherever it is, and a softmax over three kinds:
// horizontal, vertical and diagonal strokes. A stroke is recognized at places where none was shown.
#include "nngc/windows.h"
#include "test/textbook/textbook.h"

using namespace textbook;

namespace {

constexpr std::int64_t size = 8, filters = 6, kinds = 3;

struct Strokes {
  Tensor pictures;
  std::vector<std::int32_t> labels;
};
/// Strokes of four pixels on a noisy ground, their middle in the left half or in the right.
Strokes draw_strokes(std::int64_t count, bool left, Random& random) {
  Strokes s{Tensor(DType::F64, {count, size, size}), {}};
  for (std::int64_t n = 0; n < count; ++n) {
    const std::span<double> picture =
        s.pictures.data<double>().subspan(static_cast<std::size_t>(n * size * size), size * size);
    for (double& p : picture) p = random.uniform(0, 0.3);
    const auto kind = static_cast<std::int32_t>(n % kinds);
    s.labels.push_back(kind);
    const auto row = static_cast<std::int64_t>(random.uniform(0, 5));
    const std::int64_t column = left ? 0 : 4;
    for (std::int64_t k = 0; k < 4; ++k) {
      const std::int64_t r = kind == 0 ? row : row + k, c = kind == 1 ? column : column + k;
      picture[static_cast<std::size_t>(r * size + c)] = 1;
    }
  }
  return s;
}

} // namespace

int main(int argc, char** argv) {
  start(argc, argv);
  const std::int64_t count = 60;
  Graph g("strokes");
  const Value x = g.input("x", f64({count, size, size})), y = g.input("y", i32({count}));
  const Value k = g.param("k", f64({3, 3, 1, filters})), kb = g.param("kb", f64({filters}));
  const Value w = g.param("w", f64({filters, kinds})), b = g.param("b", f64({kinds}));
  const Value picture = reshape(x, {count, size, size, 1}); // of one channel
  const Value response = global_max_pool(relu(conv2d(picture, k) + kb));
  const Value z = dense(response, w, b);
  const Value loss = cross_entropy_with_logits(z, y);
  g.output("right", reduce_mean(convert(eq(argmax(z, 1), y), DType::F64)));
  {
    Graph one("convolution");
    const Value p = one.input("picture", f64({1, size, size, 1}));
    one.output("response",
               global_max_pool(relu(conv2d(p, one.param("filters", f64({3, 3, 1, filters}))))));
    draw(one);
  }
  Random random(8);
  const Strokes left = draw_strokes(count, true, random),
                right = draw_strokes(count, false, random);
  Tensors data{{"x", left.pictures}, {"y", Tensor::of<std::int32_t>({count}, left.labels)}};
  Tensor filter(DType::F64, {3, 3, 1, filters});
  for (double& v : filter.data<double>()) v = random.uniform(-0.5, 0.5);
  data["k"] = filter;
  Tensor out(DType::F64, {filters, kinds});
  for (double& v : out.data<double>()) v = random.uniform(-0.5, 0.5);
  data["w"] = out;
  const Executable step = compile(training_step(g, loss, adam(0.02)));
  for (int i = 1; i <= 300; ++i) {
    call(step, data);
    if (i == 1 || i == 100 || i == 300)
      std::printf("step %3d: loss %.2f\n", i, number(data, "loss"));
  }
  expect("the loss becomes small", number(data, "loss") < 0.05);
  data["x"] = right.pictures, data["y"] = Tensor::of<std::int32_t>({count}, right.labels);
  const double found = number(results(g, data), "right");
  std::printf("learnt in the left half; of %d strokes in the right half %.0f %% are recognized\n",
              static_cast<int>(count), 100 * found);
  expect("strokes are recognized elsewhere", found >= 0.95);
  return finish();
}
