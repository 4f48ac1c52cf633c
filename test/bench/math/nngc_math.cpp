// Elementary functions beside glibc's libmvec, on arrays that lie in the first cache, taking turns
// in one process; both held against libm in a wider type.
//
//   nngc-math [--rounds N] [--json FILE] [--only FUNCTION]
#include <cmath>
#include <cstdio>
#include <exception>
#include <random>

#include "nngc/ops.h"
#include "test/bench/compiled.h"
#include "test/bench/math/libmvec.h"
#include "test/bench/turns.h"

namespace {

using nngc::Value;
using nngc::bench::Compiled;
using Wide = long double;

constexpr std::size_t array_bytes = 8192;

struct Function {
  std::string name;
  double low, high; ///< of the arguments, where the function has something to do
  double f64_low, f64_high;
  Value (*make)(Value);
  Wide (*judge)(Wide);
};

const std::vector<Function>& functions() {
  static const std::vector<Function> list = {
      {"exp", -87, 88, -700, 700, [](Value x) { return exp(x); },
       [](Wide x) { return std::exp(x); }},
      {"log", 1e-3, 1e4, 1e-3, 1e4, [](Value x) { return log(x); },
       [](Wide x) { return std::log(x); }},
      {"tanh", -10, 10, -20, 20, [](Value x) { return tanh(x); },
       [](Wide x) { return std::tanh(x); }},
      {"erf", -4, 4, -6, 6, [](Value x) { return erf(x); }, [](Wide x) { return std::erf(x); }},
      {"logistic", -80, 80, -700, 700, [](Value x) { return logistic(x); },
       [](Wide x) { return 1 / (1 + std::exp(-x)); }},
      {"sin", -100, 100, -100, 100, [](Value x) { return sin(x); },
       [](Wide x) { return std::sin(x); }},
      {"cos", -100, 100, -100, 100, [](Value x) { return cos(x); },
       [](Wide x) { return std::cos(x); }},
      {"gelu", -5, 10, -5, 10, [](Value x) { return gelu(x); },
       [](Wide x) { return x / 2 * (1 + std::erf(x * 0.707106781186547524400844362104849039L)); }},
  };
  return list;
}

struct Result {
  std::string name, type;
  double ours_ns = 0, theirs_ns = 0; ///< per element, medians
  double ratio = 0, spread = 0;
  double ours_ulp = 0, theirs_ulp = 0;
};

/// Worst distance from the true values, in ulps of `unit`'s numbers.
template <class T>
double worst_ulp(const std::vector<Wide>& wanted, const T* found, const std::vector<Wide>& unit) {
  double worst = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const T near = std::fabs(static_cast<T>(unit[i]));
    const Wide ulp = std::nextafter(near, std::numeric_limits<T>::infinity()) - near;
    const Wide distance = std::fabs(static_cast<Wide>(found[i]) - wanted[i]) / ulp;
    worst = std::isfinite(distance) ? std::max(worst, static_cast<double>(distance))
                                    : std::numeric_limits<double>::infinity();
  }
  return worst;
}

template <class T> Result measure(const Function& f, int rounds) {
  constexpr bool wide = sizeof(T) == 8;
  constexpr std::size_t count = array_bytes / sizeof(T);
  nngc::bench::Memory memory;
  nngc::Graph g(f.name);
  const nngc::Shape shape{static_cast<std::int64_t>(count)};
  g.output("out", f.make(g.input("x", {wide ? nngc::DType::F64 : nngc::DType::F32, shape})));
  const Compiled compiled(g, memory);
  T* x = compiled.at<T>("x");
  std::mt19937_64 random(1);
  std::uniform_real_distribution<T> uniform(static_cast<T>(wide ? f.f64_low : f.low),
                                            static_cast<T>(wide ? f.f64_high : f.high));
  std::generate_n(x, count, [&] { return uniform(random); });

  Result result{f.name, wide ? "f64" : "f32"};
  std::vector<Wide> wanted;
  for (std::size_t i = 0; i < count; ++i) wanted.push_back(f.judge(x[i]));
  // gelu is made of operations that each round, and 1 + erf cancels: an ulp is that of x.
  const bool composed = f.name == "gelu";
  const std::vector<Wide> unit = composed ? std::vector<Wide>(x, x + count) : wanted;
  compiled.run();
  result.ours_ulp = worst_ulp(wanted, compiled.at<T>("out"), unit);
  std::vector<std::function<void()>> rivals = {[&] { compiled.run(); }};
  T* out = static_cast<T*>(memory.take(array_bytes));
  const nngc::bench::OnArray<T> theirs = nngc::bench::libmvec<T>(f.name);
  if (theirs != nullptr) {
    theirs(out, x, count);
    result.theirs_ulp = worst_ulp(wanted, out, unit);
    rivals.emplace_back([=] { theirs(out, x, count); });
  }
  const auto times = nngc::bench::take_turns(rivals, rounds, 2e-4);
  result.ours_ns = 1e9 * nngc::bench::median(times[0]) / static_cast<double>(count);
  if (theirs != nullptr) {
    const auto ratios = nngc::bench::ratios(times[1], times[0]);
    result.theirs_ns = 1e9 * nngc::bench::median(times[1]) / static_cast<double>(count);
    result.ratio = nngc::bench::median(ratios);
    result.spread = nngc::bench::spread(ratios);
  }
  return result;
}

void print(const Result& r) {
  std::printf("%-9s %s  %6.3f ns  %5.2fx libmvec (spread %.2f; %.3f ns)   %.2f ulp, libmvec %.2f\n",
              r.name.c_str(), r.type.c_str(), r.ours_ns, r.ratio, r.spread, r.theirs_ns, r.ours_ulp,
              r.theirs_ulp);
  std::fflush(stdout);
}

void write_json(const std::string& path, const std::vector<Result>& results) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) throw std::runtime_error("cannot write " + path);
  const char* comma = "[";
  for (const Result& r : results) {
    std::fprintf(
        file,
        "%s\n {\"name\": \"%s\", \"type\": \"%s\", \"ours_ns\": %.5f, \"theirs_ns\": %.5f, "
        "\"ratio\": %.4f, \"spread\": %.4f, \"ours_ulp\": %.3f, \"theirs_ulp\": %.3f}",
        comma, r.name.c_str(), r.type.c_str(), r.ours_ns, r.theirs_ns, r.ratio, r.spread,
        r.ours_ulp, r.theirs_ulp);
    comma = ",";
  }
  std::fputs("\n]\n", file);
  if (std::fclose(file) != 0) throw std::runtime_error("cannot write " + path);
}

} // namespace

int main(int argc, char** argv) {
  try {
    int rounds = 31;
    std::string json, only;
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (i + 1 < argc && word == "--rounds")
        rounds = std::max(1, std::stoi(argv[++i]));
      else if (i + 1 < argc && word == "--json")
        json = argv[++i];
      else if (i + 1 < argc && word == "--only")
        only = argv[++i];
      else
        throw std::runtime_error("usage: nngc-math [--rounds N] [--json FILE] [--only FUNCTION]");
    }
    std::vector<Result> results;
    bool right = true;
    for (const Function& f : functions()) {
      if (!only.empty() && only != f.name) continue;
      for (const Result& r : {measure<float>(f, rounds), measure<double>(f, rounds)}) {
        print(r);
        results.push_back(r);
        right = right && r.ours_ulp <= (f.name == "gelu" ? 2 : 1);
      }
    }
    if (!json.empty()) write_json(json, results);
    if (!right) throw std::runtime_error("a result is wrong");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nngc-math: %s\n", error.what());
    return 1;
  }
  return 0;
}
