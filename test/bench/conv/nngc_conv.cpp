// Convolutions forward, and backward to the data and to the weights, beside oneDNN's, where it was
// there to build with, and beside the core's multiply-add limit, results compared. Only
// multiply-adds that the mathematics asks for are counted; at borders, those with padding, too.
//
//   nngc-conv [--rounds N] [--json FILE] [NAME ...]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>
#include <random>
#include <string>
#include <unistd.h>

#include "nngc/autodiff.h"
#include "nngc/windows.h"
#include "test/bench/compiled.h"
#include "test/bench/conv/conv_libraries.h"
#include "test/bench/gemm/roof.h"
#include "test/bench/turns.h"

namespace {

using namespace nngc;
using bench::Layer;
using bench::Road;

// What networks for pictures are made of.
constexpr Layer layers[] = {
    {"3x3", 4, 28, 64, 64, 3, 1, 1},           {"3x3-deep", 4, 14, 256, 256, 3, 1, 1},
    {"1x1", 4, 28, 64, 256, 1, 1, 1},          {"1x1-narrowing", 4, 28, 256, 64, 1, 1, 1},
    {"3x3-stride-2", 4, 56, 64, 128, 3, 2, 1}, {"7x7-stem", 2, 112, 3, 64, 7, 2, 1},
    {"5x5-lenet-1", 32, 28, 1, 6, 5, 1, 1},    {"5x5-lenet-2", 32, 14, 6, 16, 5, 1, 1},
    {"depthwise", 4, 56, 64, 64, 3, 1, 64},    {"depthwise-stride-2", 4, 56, 64, 64, 3, 2, 64},
    {"grouped", 4, 28, 128, 128, 3, 1, 8}};

constexpr std::pair<Road, const char*> roads[] = {
    {Road::Forward, "forward"}, {Road::ToData, "to data"}, {Road::ToWeights, "to weights"}};

struct Result {
  std::string layer, road;
  double roof = 0;                    ///< share of the multiply-add limit
  std::map<std::string, double> over; ///< how many times faster than each library
  double difference = 0;              ///< largest, relative to the largest element
};

Graph convolution(const Layer& c, Road road) {
  Graph g("conv");
  const Value x = g.input("x", f32({c.batch, c.extent, c.extent, c.in})),
              w = g.input("w", f32({c.size, c.size, c.in / c.groups, c.out}));
  const Value y = conv2d(
      x, w, {.stride = {c.stride, c.stride}, .padding = Padding::same(), .groups = c.groups});
  if (road == Road::Forward) {
    g.output("result", y);
  } else {
    const Value cotangent = g.input("y", y.type());
    const Value wanted = road == Road::ToData ? x : w;
    g.output("result", grad(reduce_sum(y * cotangent), std::vector{wanted})[0]);
  }
  return g;
}

Result measure(const Layer& c, Road road, const char* name, int rounds) {
  bench::Memory memory;
  const std::int64_t out = c.out_extent();
  const std::int64_t counts[] = {c.batch * c.extent * c.extent * c.in,
                                 c.size * c.size * c.in / c.groups * c.out,
                                 c.batch * out * out * c.out};
  // The libraries' arrays; ours hold the same where they are inputs.
  float* arrays[3];
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (int i = 0; i < 3; ++i) {
    arrays[i] = static_cast<float*>(memory.take(static_cast<std::size_t>(counts[i]) * 4));
    std::generate_n(arrays[i], counts[i], [&] { return uniform(random); });
  }
  const Graph graph = convolution(c, road);
  const bench::Compiled ours(graph, memory);
  for (const Value v : graph.inputs()) {
    const std::string input(graph.input_name(v));
    const int which = input == "x" ? 0 : input == "w" ? 1 : 2;
    std::copy_n(arrays[which], counts[which], ours.at<float>(input));
  }

  std::vector<double> roofs;
  std::vector<std::function<void()>> rivals = {[&] { roofs.push_back(bench::fma_roof(2e-4)); },
                                               [&] { ours.run(); }};
  const auto libraries = bench::conv_libraries(c, road, {arrays[0], arrays[1], arrays[2]});
  for (const bench::ConvLibrary& library : libraries) rivals.push_back(library.run);
  const auto times = bench::take_turns(rivals, rounds, 8e-3);

  const double work =
      2.0 * static_cast<double>(counts[2]) * static_cast<double>(c.size * c.size * c.in / c.groups);
  Result result{c.name, name, work / bench::median(times[1]) / bench::median(roofs), {}, 0};
  for (std::size_t i = 0; i < libraries.size(); ++i)
    result.over[libraries[i].name] = bench::median(bench::ratios(times[i + 2], times[1]));
  if (!libraries.empty()) {
    const int written = road == Road::Forward ? 2 : road == Road::ToData ? 0 : 1;
    const float *mine = ours.at<float>("result"), *theirs = arrays[written];
    float largest = 0;
    for (std::int64_t i = 0; i < counts[written]; ++i) {
      largest = std::max(largest, std::abs(theirs[i]));
      result.difference =
          std::max(result.difference, static_cast<double>(std::abs(mine[i] - theirs[i])));
    }
    result.difference /= largest;
    if (!(result.difference < 1e-5))
      throw std::runtime_error(std::string(c.name) + " " + name + " and oneDNN differ by " +
                               std::to_string(result.difference));
  }
  return result;
}

void print(const Result& r) {
  std::printf("%-20s%-12s%5.1f %% of the limit", r.layer.c_str(), r.road.c_str(), 100 * r.roof);
  for (const auto& [library, ratio] : r.over) std::printf("   %.2fx %s", ratio, library.c_str());
  if (!r.over.empty()) std::printf("   difference %.0e", r.difference);
  std::printf("\n");
  std::fflush(stdout);
}

void write_json(const std::string& path, const std::vector<Result>& results) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  const char* comma = "[";
  for (const Result& r : results) {
    std::fprintf(file, "%s\n {\"layer\": \"%s\", \"road\": \"%s\", \"roof\": %.4f", comma,
                 r.layer.c_str(), r.road.c_str(), r.roof);
    std::fprintf(file, ", \"difference\": %.3e, \"over\": {", r.difference);
    const char* next = "";
    for (const auto& [library, ratio] : r.over) {
      std::fprintf(file, "%s\"%s\": %.4f", next, library.c_str(), ratio);
      next = ", ";
    }
    std::fputs("}}", file);
    comma = ",";
  }
  std::fputs("\n]\n", file);
  if (std::fclose(file) != 0) throw std::runtime_error("cannot write " + path);
}

} // namespace

int main(int argc, char** argv) try {
  // oneDNN reads it when it is loaded.
  if (std::getenv("OMP_NUM_THREADS") == nullptr) {
    setenv("OMP_NUM_THREADS", "1", 1);
    execv("/proc/self/exe", argv);
  }
  int rounds = 31;
  std::string json;
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
      rounds = std::max(1, std::stoi(argv[++i]));
    else if (std::strcmp(argv[i], "--json") == 0 && i + 1 < argc)
      json = argv[++i];
    else
      wanted.emplace_back(argv[i]);
  }
  for (const std::string& name : wanted)
    if (std::none_of(std::begin(layers), std::end(layers),
                     [&](const Layer& c) { return c.name == name; })) {
      std::fprintf(stderr, "nngc-conv: there is no layer %s; there are", name.c_str());
      for (const Layer& c : layers) std::fprintf(stderr, " %s", c.name);
      std::fputs("\nusage: nngc-conv [--rounds N] [--json FILE] [NAME ...]\n", stderr);
      return 2;
    }
  std::vector<Result> results;
  for (const Layer& c : layers)
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), c.name) != wanted.end())
      for (const auto& [road, name] : roads) {
        results.push_back(measure(c, road, name, rounds));
        print(results.back());
      }
  if (!json.empty()) write_json(json, results);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "nngc-conv: %s\n", error.what());
  return 1;
}
