// Dropout: in training each unit is kept with probability 0.5 (hidden layers) or 0.8 (inputs) and
// scaled by 1 / 0.5 or 1 / 0.8, so that sums keep their mean; in inference nothing is done.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("dropped");
  const std::int64_t n = 10000;
  const Value x = g.input("x", f64({n}));
  const Value key = g.input("key", {DType::U32, {2}}, Role::Seed);
  const Value counter = g.input("counter", {DType::U64, {}}, Role::Seed);
  for (const double keep : {0.5, 0.8}) {
    const std::string name = keep == 0.5 ? "half" : "most";
    const Value y = dropout(x, 1 - keep, key, counter, keep == 0.5 ? 0 : 1);
    g.output(name, y);
    g.output(name + "_slope", grad(reduce_sum(y), std::vector{x})[0]);
  }
  Graph picture("dropped");
  const Value px = picture.input("x", f64({4})),
              pk = picture.input("key", {DType::U32, {2}}, Role::Seed),
              pc = picture.input("counter", {DType::U64, {}}, Role::Seed);
  picture.output("y", dropout(px, 0.5, pk, pc, 0));
  draw(picture);
  show(picture);

  Tensors data{{"x", tensor({n}, Numbers(static_cast<std::size_t>(n), 1))}};
  data["key"] = Tensor::of<std::uint32_t>({2}, std::vector<std::uint32_t>{1, 2});
  data["counter"] = Tensor::of<std::uint64_t>({}, std::vector<std::uint64_t>{7});
  const Tensors r = results(g, data);
  for (const double keep : {0.5, 0.8}) {
    const std::string name = keep == 0.5 ? "half" : "most";
    const Numbers y = numbers(r.at(name)), slope = numbers(r.at(name + "_slope"));
    double kept = 0, sum = 0;
    for (const double v : y) {
      kept += v != 0 ? 1 : 0, sum += v;
      expect("0 or 1 / keep", v == 0 || is_near(v, 1 / keep, 1e-15));
    }
    std::printf("keep %.1f: %.3f of the units are kept, each times %.2f; mean %.3f\n", keep,
                kept / static_cast<double>(n), 1 / keep, sum / static_cast<double>(n));
    expect("kept", kept / static_cast<double>(n), keep, 0.015);
    expect("mean", sum / static_cast<double>(n), 1, 0.03);
    expect("the derivative has the same mask", slope, y, 1e-15);
  }
  // The next step's mask is another one; the same counter's is the same.
  data["counter"].data<std::uint64_t>()[0] = 8;
  const Tensors next = results(g, data);
  const Numbers before = numbers(r.at("half")), after = numbers(next.at("half"));
  double differ = 0;
  for (std::size_t i = 0; i < before.size(); ++i) differ += before[i] != after[i] ? 1 : 0;
  std::printf("the next step's mask differs at %.2f of the units\n", differ / 10000);
  expect("masks differ", differ / 10000, 0.5, 0.02);
  return finish();
}
