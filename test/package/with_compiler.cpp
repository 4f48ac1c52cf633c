/// Builds, compiles and runs y = x * x + 1 with the installed library.
#include <nngc/compiler.h>
#include <nngc/ops.h>

#include <cstdio>

int main() {
  nngc::Graph graph;
  const nngc::Value x = graph.input("x", nngc::f32({nngc::Dim::symbol("n")}));
  graph.output("y", x * x + 1);
  const nngc::Executable run = nngc::compile(graph);
  const std::vector<float> in = {0, 1, 2, 3, 4};
  std::vector<float> out(in.size());
  run.run({{"x", in}, {"y", out}});
  for (std::size_t i = 0; i < in.size(); ++i)
    if (out[i] != in[i] * in[i] + 1) {
      std::printf("y[%zu] is %g\n", i, static_cast<double>(out[i]));
      return 1;
    }
  std::puts("fine");
}
