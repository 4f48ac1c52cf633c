// Convolutions forward, and backward to the data and to the weights, beside the core's
// multiply-add limit. Only multiply-adds that the mathematics asks for are counted; at borders,
// those with padding, too.
//
//   nngc-conv [--rounds N] [NAME ...]
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <random>
#include <string>

#include "nngc/autodiff.h"
#include "nngc/windows.h"
#include "test/bench/compiled.h"
#include "test/bench/gemm/roof.h"
#include "test/bench/turns.h"

namespace {

using namespace nngc;

struct Layer {
  const char* name;
  std::int64_t batch, extent, in, out, size, stride, groups;
};

// What networks for pictures are made of.
constexpr Layer layers[] = {
    {"3x3", 4, 28, 64, 64, 3, 1, 1},           {"3x3-deep", 4, 14, 256, 256, 3, 1, 1},
    {"1x1", 4, 28, 64, 256, 1, 1, 1},          {"1x1-narrowing", 4, 28, 256, 64, 1, 1, 1},
    {"3x3-stride-2", 4, 56, 64, 128, 3, 2, 1}, {"7x7-stem", 2, 112, 3, 64, 7, 2, 1},
    {"5x5-lenet-1", 32, 28, 1, 6, 5, 1, 1},    {"5x5-lenet-2", 32, 14, 6, 16, 5, 1, 1},
    {"depthwise", 4, 56, 64, 64, 3, 1, 64},    {"depthwise-stride-2", 4, 56, 64, 64, 3, 2, 64},
    {"grouped", 4, 28, 128, 128, 3, 1, 8}};

struct Road {
  const char* name;
  Graph graph;
};

std::vector<Road> roads(const Layer& c, double& work) {
  std::vector<Road> list;
  for (const char* name : {"forward", "to data", "to weights"}) {
    Graph g("conv");
    const Value x = g.input("x", f32({c.batch, c.extent, c.extent, c.in})),
                w = g.input("w", f32({c.size, c.size, c.in / c.groups, c.out}));
    const Value y = conv2d(
        x, w, {.stride = {c.stride, c.stride}, .padding = Padding::same(), .groups = c.groups});
    work = 2.0 * static_cast<double>(y.shape().size().value()) *
           static_cast<double>(c.size * c.size * c.in / c.groups);
    const std::string road = name;
    if (road == "forward") {
      g.output("y", y);
    } else {
      const Value cotangent = g.input("g", y.type());
      g.output("d", grad(reduce_sum(y * cotangent), std::vector{road == "to data" ? x : w})[0]);
    }
    list.push_back({name, std::move(g)});
  }
  return list;
}

void measure(const Layer& c, int rounds) {
  bench::Memory memory;
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  double work = 0;
  std::vector<std::unique_ptr<bench::Compiled>> compiled;
  std::vector<std::function<void()>> rivals;
  std::vector<double> roofs;
  rivals.emplace_back([&] { roofs.push_back(bench::fma_roof(2e-4)); });
  std::vector<std::string> names;
  for (Road& road : roads(c, work)) {
    compiled.push_back(std::make_unique<bench::Compiled>(road.graph, memory));
    for (const Value v : road.graph.inputs())
      std::generate_n(compiled.back()->at<float>(std::string(road.graph.input_name(v))),
                      v.shape().size().value(), [&] { return uniform(random); });
    rivals.emplace_back([call = compiled.back().get()] { call->run(); });
    names.emplace_back(road.name);
  }
  const auto times = bench::take_turns(rivals, rounds, 8e-3);
  std::printf("%-20s", c.name);
  for (std::size_t i = 0; i < names.size(); ++i)
    std::printf("  %s %5.1f %%", names[i].c_str(),
                100 * work / bench::median(times[i + 1]) / bench::median(roofs));
  std::printf("  of the limit\n");
  std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) try {
  int rounds = 31;
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
      rounds = std::stoi(argv[++i]);
    else
      wanted.emplace_back(argv[i]);
  }
  for (const Layer& c : layers)
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), c.name) != wanted.end())
      measure(c, rounds);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "nngc-conv: %s\n", error.what());
  return 1;
}
