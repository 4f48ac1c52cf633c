// Matrix products beside the libraries that are installed and beside the core's multiply-add limit,
// taking turns in one process, results compared.
//
//   nngc-gemm [--rounds N] [--json FILE] [--small COUNT] [MxKxN ...]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>
#include <random>
#include <unistd.h>

#include "nngc/ops.h"
#include "test/bench/buffers.h"
#include "test/bench/gemm/gemm_libraries.h"
#include "test/bench/gemm/roof.h"

namespace {

using Clock = std::chrono::steady_clock;
using nngc::bench::Library;

struct Size {
  std::int64_t m, k, n;
  [[nodiscard]] std::string str() const {
    return std::to_string(m) + "x" + std::to_string(k) + "x" + std::to_string(n);
  }
  [[nodiscard]] double work() const { return 2.0 * static_cast<double>(m * k * n); }
};

struct Options {
  int rounds = 31;
  int small = 0;
  std::string json;
  std::vector<Size> sizes;
};

double median(std::vector<double> list) {
  std::nth_element(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2),
                   list.end());
  return list[list.size() / 2];
}

nngc::Executable compiled(const Size& s) {
  nngc::Graph g("gemm");
  const nngc::Value a = g.input("a", nngc::f32({s.m, s.k})),
                    b = g.input("b", nngc::f32({s.k, s.n}));
  g.output("c", matmul(a, b));
  return nngc::compile(g);
}

struct Result {
  Size size;
  double roof = 0;                    ///< ours, share of the multiply-add limit
  std::map<std::string, double> over; ///< how many times faster than each library
  double difference = 0;
};

Result measure(const Size& s, int rounds) {
  nngc::bench::Memory memory;
  const auto take = [&](std::int64_t count) {
    return static_cast<float*>(memory.take(static_cast<std::size_t>(count) * 4));
  };
  float *a = take(s.m * s.k), *b = take(s.k * s.n), *c = take(s.m * s.n), *d = take(s.m * s.n);
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::generate_n(a, s.m * s.k, [&] { return uniform(random); });
  std::generate_n(b, s.k * s.n, [&] { return uniform(random); });

  const nngc::Executable executable = compiled(s);
  void* workspace = memory.take(executable.workspace_bytes());
  const std::vector<void*> pointers = {a, b, c};
  std::vector<Library> all = {{"nngc", [&] {
                                 if (executable.run_raw(pointers.data(), nullptr, workspace) != 0)
                                   throw std::runtime_error("the product returned a status");
                               }}};
  for (Library& library : nngc::bench::libraries({s.m, s.n, s.k, a, b, d}))
    all.push_back(std::move(library));

  Result result{s, 0, {}, 0};
  all[0].run();
  for (std::size_t i = 1; i < all.size(); ++i) {
    std::memset(d, 0xff, static_cast<std::size_t>(s.m * s.n) * 4);
    all[i].run();
    for (std::int64_t j = 0; j < s.m * s.n; ++j) {
      const double difference = std::fabs(static_cast<double>(c[j]) - static_cast<double>(d[j]));
      result.difference = std::isfinite(difference) ? std::max(result.difference, difference)
                                                    : std::numeric_limits<double>::infinity();
    }
  }

  // A slice is long enough for the clock and short enough that all peers meet the same machine.
  const double roof_now = nngc::bench::fma_roof(1e-3);
  const auto calls = static_cast<long>(std::max(1.0, 4e-4 * roof_now / s.work()));
  std::vector<std::vector<double>> times(all.size());
  std::vector<double> roofs;
  for (int round = 0; round < rounds; ++round) {
    roofs.push_back(nngc::bench::fma_roof(2e-4));
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Clock::time_point start = Clock::now();
      for (long call = 0; call < calls; ++call) all[i].run();
      const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      times[i].push_back(seconds / static_cast<double>(calls));
    }
  }
  result.roof = s.work() / median(times[0]) / median(roofs);
  for (std::size_t i = 1; i < all.size(); ++i)
    result.over[all[i].name] = median(times[i]) / median(times[0]);
  return result;
}

void print(const Result& r) {
  std::printf("%-16s %5.1f %% of the limit", r.size.str().c_str(), 100 * r.roof);
  for (const auto& [name, ratio] : r.over) std::printf("   %.2fx %s", ratio, name.c_str());
  std::printf("   differs by %.1e\n", r.difference);
  std::fflush(stdout);
}

void write_json(const std::string& path, const std::vector<Result>& results) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  std::fputs("[\n", file);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Result& r = results[i];
    std::fprintf(file, " {\"m\": %lld, \"k\": %lld, \"n\": %lld, \"roof\": %.4f, \"over\": {",
                 static_cast<long long>(r.size.m), static_cast<long long>(r.size.k),
                 static_cast<long long>(r.size.n), r.roof);
    const char* comma = "";
    for (const auto& [name, ratio] : r.over) {
      std::fprintf(file, "%s\"%s\": %.4f", comma, name.c_str(), ratio);
      comma = ", ";
    }
    std::fprintf(file, "}, \"difference\": %.3e}%s\n", r.difference,
                 i + 1 < results.size() ? "," : "");
  }
  std::fputs("]\n", file);
  if (std::fclose(file) != 0) throw std::runtime_error("cannot write " + path);
}

/// Sizes where nothing is a multiple of anything.
std::vector<Size> small_sizes(int count) {
  std::vector<std::int64_t> extents;
  for (std::int64_t i = 1; i <= 17; ++i) extents.push_back(i);
  extents.insert(extents.end(), {31, 33, 100});
  std::mt19937 random(7);
  const auto any = [&] { return extents[random() % extents.size()]; };
  std::vector<Size> sizes;
  for (int i = 0; i < count; ++i) {
    const std::int64_t m = any(), k = any(), n = any();
    sizes.push_back({m, k, n});
  }
  return sizes;
}

void summary(const std::vector<Result>& results) {
  std::map<std::string, std::vector<double>> ratios;
  for (const Result& r : results)
    for (const auto& [name, ratio] : r.over) ratios[name].push_back(ratio);
  for (const auto& [name, list] : ratios) {
    double logs = 0;
    for (const double ratio : list) logs += std::log(ratio);
    std::printf("over %s: geometric mean %.3fx, worst %.2fx, of %zu sizes\n", name.c_str(),
                std::exp(logs / static_cast<double>(list.size())),
                *std::min_element(list.begin(), list.end()), list.size());
  }
}

Options options(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto next = [&]() -> std::string {
      if (i + 1 >= argc) throw std::runtime_error(word + " needs a value");
      return argv[++i];
    };
    Size size{};
    long long m = 0, k = 0, n = 0;
    if (word == "--rounds")
      o.rounds = std::stoi(next());
    else if (word == "--json")
      o.json = next();
    else if (word == "--small")
      o.small = std::stoi(next());
    else if (std::sscanf(word.c_str(), "%lldx%lldx%lld", &m, &k, &n) == 3)
      o.sizes.push_back(size = {m, k, n});
    else
      throw std::runtime_error("usage: nngc-gemm [--rounds N] [--json FILE] [--small COUNT] "
                               "[MxKxN ...]");
  }
  if (o.small > 0)
    for (const Size& s : small_sizes(o.small)) o.sizes.push_back(s);
  if (o.sizes.empty())
    o.sizes = {{64, 64, 64},       {128, 128, 128},  {256, 256, 256}, {128, 784, 512},
               {32, 512, 256},     {128, 64, 128},   {512, 512, 512}, {1024, 1024, 1024},
               {2048, 2048, 2048}, {256, 1024, 1024}};
  return o;
}

} // namespace

int main(int argc, char** argv) {
#if defined(__x86_64__)
  // Debian's OpenBLAS takes new processors for old ones; it reads this when it is loaded.
  if (__builtin_cpu_supports("avx512f") && std::getenv("OPENBLAS_CORETYPE") == nullptr) {
    setenv("OPENBLAS_CORETYPE", "SKYLAKEX", 1);
    setenv("OMP_NUM_THREADS", "1", 1);
    execv("/proc/self/exe", argv);
  }
#endif
  try {
    const Options o = options(argc, argv);
    std::vector<Result> results;
    for (const Size& s : o.sizes) {
      results.push_back(measure(s, o.rounds));
      print(results.back());
    }
    summary(results);
    if (!o.json.empty()) write_json(o.json, results);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nngc-gemm: %s\n", error.what());
    return 1;
  }
  return 0;
}
