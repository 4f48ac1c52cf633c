// How long compiling and differentiating take, each time in a process of its own, and how that
// grows with the graph.
//
//   nngc-compile-time [--rounds N] [--json FILE] [--only CASE]     CASE: a name, or a number from 0
//   nngc-compile-time --stages CASE SIZE     where the time goes, in this process
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>

#include "nngc/autodiff.h"
#include "nngc/compiler.h"
#include "test/bench/compile_time/graphs.h"

namespace {

using Clock = std::chrono::steady_clock;
using nngc::bench::Case;
using nngc::bench::Subject;
using nngc::bench::Task;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// What somebody waits for, and what this process worked for it; on an idle machine the same.
struct Time {
  double wall_s = 0, cpu_s = 0;
};

class Stopwatch {
public:
  [[nodiscard]] Time time() const { return {since(wall_), cpu() - cpu_}; }

private:
  static double cpu() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
  Clock::time_point wall_ = Clock::now();
  double cpu_ = cpu();
};

/// A model is compiled from the user's first line on, so building its graph counts; a gradient is
/// the call of `grad`.
Time timed(const Case& c, std::int64_t size) {
  Stopwatch watch;
  Subject s = c.make(size);
  if (c.task == Task::Differentiate) {
    watch = Stopwatch();
    const std::vector<nngc::Value> grads = nngc::grad(s.loss, s.wrt);
    const Time time = watch.time();
    if (grads.size() != s.wrt.size()) throw std::runtime_error("a gradient is missing");
    return time;
  }
  const nngc::Executable executable = nngc::compile(s.graph);
  const Time time = watch.time();
  if (executable.arguments().empty()) throw std::runtime_error("the program has no arguments");
  return time;
}

Time in_a_process_of_its_own(std::size_t number, std::int64_t size) {
  char program[4096];
  const ssize_t length = readlink("/proc/self/exe", program, sizeof program);
  if (length <= 0 || static_cast<std::size_t>(length) == sizeof program)
    throw std::runtime_error("cannot find this program");
  const std::string line = "'" + std::string(program, static_cast<std::size_t>(length)) +
                           "' --once " + std::to_string(number) + " " + std::to_string(size);
  std::FILE* pipe = popen(line.c_str(), "r");
  Time time;
  const bool read = pipe != nullptr && std::fscanf(pipe, "%lf %lf", &time.wall_s, &time.cpu_s) == 2;
  if (pipe == nullptr || pclose(pipe) != 0 || !read) throw std::runtime_error("failed: " + line);
  return time;
}

struct Point {
  std::int64_t size = 0;
  double median_s = 0, spread = 0, cpu_s = 0; ///< cpu_s: median, too
};

Point measure(std::size_t number, std::int64_t size, int rounds) {
  std::vector<double> wall, cpu;
  for (int i = 0; i < rounds; ++i) {
    const Time time = in_a_process_of_its_own(number, size);
    wall.push_back(time.wall_s);
    cpu.push_back(time.cpu_s);
  }
  std::sort(wall.begin(), wall.end());
  std::sort(cpu.begin(), cpu.end());
  const double median = wall[wall.size() / 2];
  return {size, median, (wall.back() - wall.front()) / median, cpu[cpu.size() / 2]};
}

/// The exponent p of cpu time = c * size^p that fits best.
double slope(const std::vector<Point>& points) {
  double x = 0, y = 0, xx = 0, xy = 0;
  const auto n = static_cast<double>(points.size());
  for (const Point& p : points) {
    const double a = std::log(static_cast<double>(p.size)), b = std::log(p.cpu_s);
    x += a, y += b, xx += a * a, xy += a * b;
  }
  return (n * xy - x * y) / (n * xx - x * x);
}

struct Result {
  const Case* what;
  std::vector<Point> points; ///< growing; the last but one is the promised size
  double exponent = 0;
};

Result run(std::size_t number, int rounds) {
  const Case& c = nngc::bench::cases()[number];
  Result r{&c, {}, 0};
  if (c.size == 0) {
    r.points.push_back(measure(number, 0, rounds));
  } else {
    for (const std::int64_t size : {c.size / 4, c.size / 2, c.size, 2 * c.size})
      r.points.push_back(measure(number, size, rounds));
    r.exponent = slope(r.points);
  }
  return r;
}

void print(const Result& r) {
  std::printf("%s", r.what->name.c_str());
  if (r.what->bound_s > 0) std::printf(", bound %.3g ms", 1e3 * r.what->bound_s);
  std::printf("\n");
  for (const Point& p : r.points)
    std::printf("  %8lld  %9.2f ms  spread %.2f  cpu %9.2f ms\n", static_cast<long long>(p.size),
                1e3 * p.median_s, p.spread, 1e3 * p.cpu_s);
  if (r.points.size() > 1) std::printf("  grows with the power %.2f\n", r.exponent);
  std::fflush(stdout);
}

void write_json(const std::string& path, const std::vector<Result>& results) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  const char* comma = "[";
  for (const Result& r : results) {
    std::fprintf(file,
                 "%s\n {\"name\": \"%s\", \"size\": %lld, \"bound_s\": %g, \"exponent\": %.3f, "
                 "\"points\": [",
                 comma, r.what->name.c_str(), static_cast<long long>(r.what->size), r.what->bound_s,
                 r.exponent);
    comma = "";
    for (const Point& p : r.points) {
      std::fprintf(file,
                   "%s{\"size\": %lld, \"median_s\": %.6f, \"spread\": %.3f, \"cpu_s\": %.6f}",
                   comma, static_cast<long long>(p.size), p.median_s, p.spread, p.cpu_s);
      comma = ", ";
    }
    std::fputs("]}", file);
    comma = ",";
  }
  std::fputs("\n]\n", file);
  if (std::fclose(file) != 0) throw std::runtime_error("cannot write " + path);
}

/// Each line is the time of everything up to that stage, anew; the first call of LLVM is in the
/// first that needs it.
void stages(const Case& c, std::int64_t size) {
  const auto report = [](const char* what, Clock::time_point start) {
    std::printf("%-22s %9.2f ms\n", what, 1e3 * since(start));
  };
  Clock::time_point start = Clock::now();
  Subject s = c.make(size);
  report("build the graph", start);
  if (c.task == Task::Differentiate) {
    start = Clock::now();
    const std::vector<nngc::Value> grads = nngc::grad(s.loss, s.wrt);
    report("differentiate", start);
    return;
  }
  const std::vector<nngc::EntryPoint> entries = {{"forward", &s.graph}};
  nngc::PassStats passes;
  nngc::PassOptions options;
  options.stats = &passes;
  start = Clock::now();
  (void)nngc::optimize(s.graph, options);
  report("optimize", start);
  std::fputs(passes.str(true).c_str(), stdout);
  for (const auto& [name, stage] : {std::pair{"... to loops", nngc::Stage::Loop},
                                    std::pair{"... to LLVM IR", nngc::Stage::LlvmIr},
                                    std::pair{"... to an object", nngc::Stage::Object}}) {
    start = Clock::now();
    const std::string text = nngc::emit("model", entries, stage);
    report(name, start);
    std::printf("%-22s %9zu bytes\n", "", text.size());
  }
}

template <class Number> Number number(std::string_view text) {
  Number n{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size())
    throw std::runtime_error("'" + std::string(text) + "' is not a number");
  return n;
}

/// The case of that name or number.
std::size_t case_number(std::string_view text) {
  const auto& all = nngc::bench::cases();
  std::string list;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (text == all[i].name || text == std::to_string(i)) return i;
    list += (i == 0 ? "" : "; ") + std::to_string(i) + ": " + all[i].name;
  }
  throw std::runtime_error("there is no case '" + std::string(text) + "'; there are " + list);
}

} // namespace

int main(int argc, char** argv) {
  try {
    int rounds = 7;
    std::string json;
    std::vector<std::size_t> numbers;
    const auto& all = nngc::bench::cases();
    for (std::size_t i = 0; i < all.size(); ++i) numbers.push_back(i);
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      const bool one_more = i + 1 < argc, two_more = i + 2 < argc;
      if (word == "--once" && two_more) {
        const Time time = timed(all[case_number(argv[i + 1])], number<std::int64_t>(argv[i + 2]));
        std::printf("%.9f %.9f\n", time.wall_s, time.cpu_s);
        return 0;
      }
      if (word == "--stages" && two_more) {
        stages(all[case_number(argv[i + 1])], number<std::int64_t>(argv[i + 2]));
        return 0;
      }
      if (word == "--rounds" && one_more)
        rounds = std::max(1, number<int>(argv[++i]));
      else if (word == "--json" && one_more)
        json = argv[++i];
      else if (word == "--only" && one_more)
        numbers = {case_number(argv[++i])};
      else
        throw std::runtime_error(
            "usage: nngc-compile-time [--rounds N] [--json FILE] [--only CASE] "
            "| --stages CASE SIZE");
    }
    std::vector<Result> results;
    for (const std::size_t which : numbers) {
      results.push_back(run(which, rounds));
      print(results.back());
    }
    if (!json.empty()) write_json(json, results);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nngc-compile-time: %s\n", error.what());
    return 1;
  }
  return 0;
}
