// The McCulloch-Pitts neuron (1943): inputs and output are 0 or 1, weights are fixed, and the
// neuron fires where their sum reaches its threshold.
#include "test/textbook/textbook.h"

using namespace textbook;

int main(int argc, char** argv) {
  start(argc, argv);
  Graph g("neuron");
  const Value x = g.input("x", f64({4, 2})), w = g.input("w", f64({2})),
              theta = g.input("theta", f64({}));
  g.output("y", convert(times(x, w) >= theta, DType::F64));
  draw(g);
  show(g);

  struct Gate {
    const char* name;
    Numbers weights;
    double threshold;
    Numbers table; ///< for 00, 01, 10, 11
  };
  const Executable neuron = compile(g);
  for (const Gate& gate :
       {Gate{"x1 AND x2", {1, 1}, 2, {0, 0, 0, 1}}, Gate{"x1 OR x2", {1, 1}, 1, {0, 1, 1, 1}},
        Gate{"NOT x1", {-1, 0}, 0, {1, 1, 0, 0}},
        Gate{"x1 AND NOT x2", {1, -1}, 1, {0, 0, 1, 0}}}) {
    Tensors data{{"x", tensor({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1})},
                 {"w", tensor({2}, gate.weights)},
                 {"theta", tensor(gate.threshold)}};
    call(neuron, data);
    const Numbers y = numbers(data["y"]);
    std::printf("%-14s w = (%2g, %2g), theta = %g: 00 -> %g, 01 -> %g, 10 -> %g, 11 -> %g\n",
                gate.name, gate.weights[0], gate.weights[1], gate.threshold, y[0], y[1], y[2],
                y[3]);
    expect(gate.name, y, gate.table);
  }
  return finish();
}
