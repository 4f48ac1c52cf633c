// Work on rows beside the memory it moves: a chain of elementwise operations, softmax and layer
// norm as shares of the bandwidth of the cache level their arrays lie in. Outputs are compared with
// f64.
//
//   nngc-rows [--rounds N] [--json FILE] [--only chain|softmax|layer-norm|mlp-infer] [--level
//   L1|L2|L3|DRAM]
#include <cstdio>
#include <exception>
#include <map>
#include <random>
#include <unistd.h>

#include "nngc/ops.h"
#include "test/bench/compiled.h"
#include "test/bench/peer/workloads.h"
#include "test/bench/rows/stream.h"
#include "test/bench/rows/works.h"
#include "test/bench/turns.h"

namespace {

using nngc::Graph;
using nngc::bench::Compiled;
using nngc::bench::Memory;

using nngc::bench::row_epsilon;

struct Work : nngc::bench::RowWork {
  /// One row in f64.
  void (*judge)(const float* x, const float* y, const float* scale, const float* shift,
                std::int64_t width, double* out);
};

void judge_chain(const float* x, const float* y, const float*, const float*, std::int64_t width,
                 double* out) {
  for (std::int64_t i = 0; i < width; ++i) {
    const double a = x[i], b = y[i];
    out[i] = std::max(a * 1.5 + b, 0.25) * 0.5 - a * b;
  }
}

void judge_softmax(const float* x, const float*, const float*, const float*, std::int64_t width,
                   double* out) {
  const double most = *std::max_element(x, x + width);
  double sum = 0;
  for (std::int64_t i = 0; i < width; ++i) sum += out[i] = std::exp(x[i] - most);
  for (std::int64_t i = 0; i < width; ++i) out[i] /= sum;
}

void judge_layer_norm(const float* x, const float*, const float* scale, const float* shift,
                      std::int64_t width, double* out) {
  double mean = 0, variance = 0;
  for (std::int64_t i = 0; i < width; ++i) mean += x[i] / static_cast<double>(width);
  for (std::int64_t i = 0; i < width; ++i)
    variance += (x[i] - mean) * (x[i] - mean) / static_cast<double>(width);
  for (std::int64_t i = 0; i < width; ++i)
    out[i] = (x[i] - mean) / std::sqrt(variance + row_epsilon) * scale[i] + shift[i];
}

const std::vector<Work>& all_work() {
  static const auto list = [] {
    const std::map<std::string, decltype(Work::judge)> judges = {
        {"chain", judge_chain}, {"softmax", judge_softmax}, {"layer-norm", judge_layer_norm}};
    std::vector<Work> works;
    for (const nngc::bench::RowWork& w : nngc::bench::row_works())
      works.push_back({w, judges.at(w.name)});
    return works;
  }();
  return list;
}

/// Arrays of the work together fill so much of a level that they lie in no smaller one, and leave
/// room.
struct Level {
  std::string name;
  std::int64_t bytes;
};

std::vector<Level> levels() {
  const auto size = [](int name, std::int64_t otherwise) {
    const long found = sysconf(name);
    return found > 0 ? std::int64_t{found} : otherwise;
  };
  const std::int64_t l1 = size(_SC_LEVEL1_DCACHE_SIZE, 32 << 10),
                     l2 = size(_SC_LEVEL2_CACHE_SIZE, 1 << 20),
                     l3 = size(_SC_LEVEL3_CACHE_SIZE, 32 << 20);
  return {{"L1", l1 * 3 / 4},
          {"L2", l2 / 2},
          {"L3", std::min(l3 / 3, l2 * 12)},
          {"DRAM", std::min(8 * l3, std::int64_t{256} << 20)}};
}

struct Result {
  std::string work, level, stream;
  std::int64_t rows = 0, width = 0;
  double gigabytes = 0, roof = 0; ///< per second, medians
  double share = 0, spread = 0;   ///< of the roof
  double difference = 0;          ///< from f64, relative to the largest element
};

double compare(const Work& work, const Compiled& compiled, std::int64_t rows, std::int64_t width) {
  const auto* out = compiled.at<float>("out");
  const auto* x = compiled.at<float>("x");
  const float* y = work.name == "chain" ? compiled.at<float>("y") : nullptr;
  const bool norm = work.name == "layer-norm";
  const float* scale = norm ? compiled.at<float>("scale") : nullptr;
  const float* shift = norm ? compiled.at<float>("shift") : nullptr;
  std::vector<double> wanted(static_cast<std::size_t>(width));
  double worst = 0, largest = 0;
  for (std::int64_t r = 0; r < rows; ++r) {
    work.judge(x + r * width, y == nullptr ? nullptr : y + r * width, scale, shift, width,
               wanted.data());
    for (std::int64_t i = 0; i < width; ++i) {
      const double expected = wanted[static_cast<std::size_t>(i)];
      const double difference = std::fabs(static_cast<double>(out[r * width + i]) - expected);
      worst = std::isfinite(difference) ? std::max(worst, difference)
                                        : std::numeric_limits<double>::infinity();
      largest = std::max(largest, std::fabs(expected));
    }
  }
  return worst / largest;
}

Result measure(const Work& work, const Level& level, std::int64_t width, int rounds) {
  const std::int64_t arrays = work.reads + 1, rows = level.bytes / (arrays * width * 4);
  const std::int64_t count = rows * width;
  Memory memory;
  Graph g(work.name == "layer-norm" ? "layer_norm" : work.name);
  g.output("out", work.make(g, rows, width));
  const Compiled compiled(g, memory);
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-4, 4);
  const auto fill = [&](const std::string& name, std::int64_t n) {
    std::generate_n(compiled.at<float>(name), n, [&] { return uniform(random); });
  };
  fill("x", count);
  if (work.name == "chain") fill("y", count);
  if (work.name == "layer-norm") fill("scale", width), fill("shift", width);

  Result result{work.name, level.name, "", rows, width};
  compiled.run();
  result.difference = compare(work, compiled, rows, width);

  // The roof writes to memory of its own, so that results stay and both touch as much.
  auto* to = static_cast<float*>(memory.take(static_cast<std::size_t>(count) * 4));
  const auto* a = compiled.at<float>("x");
  const float* b = work.reads == 2 ? compiled.at<float>("y") : nullptr;
  // What goes past the caches does not lie in one: it counts where nothing could.
  auto streams = nngc::bench::streams();
  if (level.name != "DRAM") std::erase_if(streams, [](const auto& s) { return s.past_caches; });
  std::vector<std::function<void()>> rivals = {[&] { compiled.run(); }};
  for (const auto& stream : streams)
    rivals.emplace_back([=, run = stream.run] { run(to, a, b, static_cast<std::size_t>(count)); });
  const auto times = nngc::bench::take_turns(rivals, rounds, 3e-4);
  std::size_t best = 1;
  for (std::size_t i = 2; i < times.size(); ++i)
    if (nngc::bench::median(times[i]) < nngc::bench::median(times[best])) best = i;
  const double bytes = static_cast<double>(arrays * count * 4);
  const auto shares = nngc::bench::ratios(times[best], times[0]);
  result.stream = streams[best - 1].name;
  result.gigabytes = bytes / nngc::bench::median(times[0]) * 1e-9;
  result.roof = bytes / nngc::bench::median(times[best]) * 1e-9;
  result.share = nngc::bench::median(shares);
  result.spread = nngc::bench::spread(shares);
  return result;
}

/// One row through the mlp-infer workload's layers, whose weights are all there is to move, beside
/// reading as many bytes. `difference` is 0: nngc-peer compares the result.
Result measure_weights(int rounds) {
  Memory memory;
  const Compiled compiled(nngc::bench::workload("mlp-infer").graph, memory);
  constexpr std::size_t layers[] = {784, 256, 128, 10};
  std::size_t count = 0;
  for (int i = 0; i < 3; ++i) count += (layers[i] + 1) * layers[i + 1];
  const auto bytes = static_cast<std::int64_t>(count * 4);
  count = count / 128 * 128; // a few too few: the roof is not made lower
  const auto* from = static_cast<const float*>(memory.take(count * 4));
  Result result{"mlp-infer", "DRAM", "", 1, bytes / 4};
  const long l1 = sysconf(_SC_LEVEL1_DCACHE_SIZE), l2 = sysconf(_SC_LEVEL2_CACHE_SIZE),
             l3 = sysconf(_SC_LEVEL3_CACHE_SIZE);
  for (const auto& [name, size] : {std::pair("L3", l3), {"L2", l2}, {"L1", l1}})
    if (bytes <= size) result.level = name;
  volatile float sum = 0;
  const auto reads = nngc::bench::reads();
  std::vector<std::function<void()>> rivals = {[&] { compiled.run(); }};
  for (const auto& read : reads)
    rivals.emplace_back([&, run = read.run] { sum = run(from, count); });
  const auto times = nngc::bench::take_turns(rivals, rounds, 3e-4);
  std::size_t best = 1;
  for (std::size_t i = 2; i < times.size(); ++i)
    if (nngc::bench::median(times[i]) < nngc::bench::median(times[best])) best = i;
  const auto shares = nngc::bench::ratios(times[best], times[0]);
  result.stream = reads[best - 1].name;
  result.gigabytes = static_cast<double>(bytes) / nngc::bench::median(times[0]) * 1e-9;
  result.roof = static_cast<double>(bytes) / nngc::bench::median(times[best]) * 1e-9;
  result.share = nngc::bench::median(shares);
  result.spread = nngc::bench::spread(shares);
  return result;
}

void print(const Result& r) {
  std::printf("%-10s %-4s %8lld x %-4lld %6.1f GB/s, %5.1f %% (spread %.2f) of %.1f GB/s (%s), "
              "differs by %.1e\n",
              r.work.c_str(), r.level.c_str(), static_cast<long long>(r.rows),
              static_cast<long long>(r.width), r.gigabytes, 100 * r.share, r.spread, r.roof,
              r.stream.c_str(), r.difference);
  std::fflush(stdout);
}

void write_json(const std::string& path, const std::vector<Result>& results) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  const char* comma = "[";
  for (const Result& r : results) {
    std::fprintf(file,
                 "%s\n {\"work\": \"%s\", \"level\": \"%s\", \"rows\": %lld, \"width\": %lld, "
                 "\"gigabytes\": %.3f, \"roof\": %.3f, \"stream\": \"%s\", \"share\": %.4f, "
                 "\"spread\": %.4f, \"difference\": %.3e}",
                 comma, r.work.c_str(), r.level.c_str(), static_cast<long long>(r.rows),
                 static_cast<long long>(r.width), r.gigabytes, r.roof, r.stream.c_str(), r.share,
                 r.spread, r.difference);
    comma = ",";
  }
  std::fputs("\n]\n", file);
  if (std::fclose(file) != 0) throw std::runtime_error("cannot write " + path);
}

} // namespace

int main(int argc, char** argv) {
  try {
    int rounds = 15;
    std::string json, only, only_level;
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (i + 1 < argc && word == "--rounds")
        rounds = std::max(1, std::stoi(argv[++i]));
      else if (i + 1 < argc && word == "--json")
        json = argv[++i];
      else if (i + 1 < argc && word == "--only")
        only = argv[++i];
      else if (i + 1 < argc && word == "--level")
        only_level = argv[++i];
      else
        throw std::runtime_error(
            "usage: nngc-rows [--rounds N] [--json FILE] "
            "[--only chain|softmax|layer-norm|mlp-infer] [--level L1|L2|L3|DRAM]");
    }
    std::vector<Result> results;
    bool right = true;
    for (const Work& work : all_work())
      for (const Level& level : levels())
        for (const std::int64_t width : {64, 256, 1024, 4096}) {
          if ((!only.empty() && only != work.name) ||
              (!only_level.empty() && only_level != level.name))
            continue;
          if (level.bytes < (work.reads + 1) * width * 4) continue; // not one row fits
          results.push_back(measure(work, level, width, rounds));
          print(results.back());
          right = right && results.back().difference < 1e-5;
        }
    if ((only.empty() && only_level.empty()) || only == "mlp-infer") {
      results.push_back(measure_weights(rounds));
      print(results.back());
    }
    if (!json.empty()) write_json(json, results);
    if (!right) throw std::runtime_error("a result is wrong");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nngc-rows: %s\n", error.what());
    return 1;
  }
  return 0;
}
