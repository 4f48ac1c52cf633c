// Walks every elementary function through all 2^32 numbers of f32, and through random ones of f64,
// compiled for several processors, and writes docs/accuracy.md.
//
// Functions of two arguments go through all pairs of edge classes, ties and random numbers instead.
//
//   nngc-accuracy [--samples N] [--pairs N] [--stride N] [--threads N] [--output FILE] [FUNCTION
//   ...]
//
// Exits 1 if a result is more than 1 ulp off, a special value is wrong, or a monotone function
// falls.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "nngc/compiler.h"
#include "nngc/runtime.h"
#include "test/accuracy/functions.h"
#include "test/accuracy/tally.h"
#include "test/accuracy/two_arguments.h"

namespace nngc::accuracy {
namespace {

struct Options {
  std::uint64_t samples = 100'000'000;
  std::uint64_t pairs = 20'000'000; ///< of arguments, where there are two
  std::uint64_t stride = 1;         ///< of the walk through f32: 1 is all of it
  int threads = 2;
  std::string output = "docs/accuracy.md";
  std::vector<std::string> only;
};

constexpr std::size_t chunk = 1 << 16;

/// The processors whose code this machine can run, the first of them its own.
std::vector<std::string> processors() {
  std::vector<std::string> list = {"native"};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx2"))
    list.emplace_back("haswell");
  list.emplace_back("x86-64");
#endif
  return list;
}

template <class T> Executable compiled(const Function& f, const std::string& cpu) {
  Graph g(f.name);
  const Value x = g.input("x", {dtype_of<T>(), {static_cast<std::int64_t>(chunk)}});
  g.output("y", f.build(x, Where::current()));
  CompileOptions options;
  options.cpu = cpu;
  return compile(g, options);
}

/// One chunk of numbers through the function, on every processor.
template <class T> class Walker {
public:
  Walker(const Function& f, std::span<const Executable> code)
      : f_(f), code_(code), x(chunk), y_(chunk), other_(chunk) {}

  void step(bool ordered) {
    code_[0].run({{"x", std::span<const T>(x)}, {"y", y_}});
    for (std::size_t i = 0; i < chunk; ++i) tally.take(x[i], y_[i], want(x[i]), prescribed(x[i]));
    if (ordered) check_order(y_);
    for (std::size_t cpu = 1; cpu < code_.size(); ++cpu) {
      code_[cpu].run({{"x", std::span<const T>(x)}, {"y", other_}});
      bool differs = false;
      for (std::size_t i = 0; i < chunk; ++i) {
        if (same(y_[i], other_[i])) continue;
        tally.take_other(cpu - 1, x[i], other_[i], want(x[i]), prescribed(x[i]));
        differs = true;
      }
      if (ordered && differs) check_order(other_);
    }
  }

private:
  [[nodiscard]] auto want(T at) const {
    if constexpr (sizeof(T) == 4)
      return f_.wide(static_cast<double>(at));
    else
      return f_.wider(static_cast<long double>(at));
  }
  /// Where annex F says what the result is.
  static bool prescribed(T at) { return at == 0 || !std::isfinite(at); }

  void check_order(const std::vector<T>& y) {
    if (f_.monotone == Function::Monotone::No) return;
    const bool rising = f_.monotone == Function::Monotone::Rising;
    for (std::size_t i = 1; i < chunk; ++i) {
      if (std::isnan(x[i]) || std::isnan(x[i - 1]) || !(x[i - 1] < x[i])) continue;
      if (rising ? y[i] < y[i - 1] : y[i] > y[i - 1]) tally.falls.add(x[i]);
    }
  }

  const Function& f_;
  std::span<const Executable> code_;

public:
  std::vector<T> x;
  Tally<T> tally;

private:
  std::vector<T> y_, other_;
};

/// Runs jobs 0 .. count-1 on several threads; progress on stderr.
template <class T>
Tally<T> walk(const Function& f, const Options& o, std::uint64_t count,
              const std::function<bool(Walker<T>&, std::uint64_t)>& fill) {
  std::vector<Executable> code;
  for (const std::string& cpu : processors()) code.push_back(compiled<T>(f, cpu));
  Tally<T> total;
  std::mutex lock;
  std::atomic<std::uint64_t> next{0};
  Progress progress(stderr, fmt::format("{} f{}", f.name, 8 * sizeof(T)),
                    static_cast<std::int64_t>(count));
  const auto work = [&] {
    Walker<T> walker(f, code);
    for (std::uint64_t job = next++; job < count; job = next++) {
      walker.step(fill(walker, job));
      if (job % 64 == 0) {
        const std::scoped_lock guard(lock);
        progress.update(static_cast<std::int64_t>(job), "");
      }
    }
    const std::scoped_lock guard(lock);
    total.merge(walker.tally);
  };
  std::vector<std::thread> threads;
  for (int t = 1; t < o.threads; ++t) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  progress.finish("");
  return total;
}

/// Neighbours overlap by one, so that the order is checked across chunks too.
Tally<float> walk_f32(const Function& f, const Options& o) {
  const std::uint64_t each = (chunk - 1) * o.stride;
  const std::uint64_t count = ((std::uint64_t{1} << 32) + each - 1) / each;
  return walk<float>(f, o, count, [&](Walker<float>& w, std::uint64_t job) {
    for (std::size_t i = 0; i < chunk; ++i) {
      // In the order of the numbers: the negative ones count down.
      const auto place = static_cast<std::uint32_t>(job * each + i * o.stride);
      const std::uint32_t bits = place < 0x80000000U ? ~place : place & 0x7fffffffU;
      w.x[i] = std::bit_cast<float>(bits);
    }
    return true;
  });
}

Tally<double> walk_f64(const Function& f, const Options& o) {
  // Worst cases of correct rounding, after Lefevre and Muller: behind the last bit of the sine, the
  // cosine, the exponential, expm1 or log1p of these come 50 to 80 equal ones (MPFR says so);
  // results at the edge of the range; where reductions and branches change.
  const std::vector<double> hard = {0x1.E0000000001C2p-20,
                                    0x1.598bae9e632f6p-7,
                                    0x1.fe767739d0f6dp-2,
                                    0x1.06b505550e6b2p-9,
                                    0x1.34ec2f9fc9c00p+1,
                                    0x1.12d31a20fb38bp+5,
                                    0x1.a2fefefd580dfp-13,
                                    0x1.1d5c2daebe367p+4,
                                    0x1.9e9cbbfd6080bp-31,
                                    0x1.83d4bcdebb3f4p+2,
                                    0x1.d6336a88077aap+0,
                                    0x1.273c188aa7b14p+2,
                                    0x1.ab50b409c8aeep+8,
                                    0x1.8000000000003p-50,
                                    0x1.8000000000003p-25,
                                    0x1.dffffffffff1fp-45,
                                    0x1.8000000000009p-23,
                                    0x1.DFFFFFFFFFE3Ep-20,
                                    0x1.62a88613629b5p+678,
                                    7.541752774995959e-10,
                                    6381956970095103.0 * 0x1p797,
                                    0x1.921fb54442d18p+0,
                                    0x1.921fb54442d18p+1,
                                    0x1p-1074,
                                    0x1p-1022,
                                    0x1.fffffffffffffp+1023,
                                    709.782712893384,
                                    -745.1332191019411,
                                    0x1.fffffffffffffp-1,
                                    1.0000000000000002,
                                    -0.0,
                                    0.0,
                                    std::numeric_limits<double>::infinity(),
                                    -std::numeric_limits<double>::infinity(),
                                    std::numeric_limits<double>::quiet_NaN()};
  const std::uint64_t count = (o.samples + chunk - 1) / chunk;
  return walk<double>(f, o, count, [&](Walker<double>& w, std::uint64_t job) {
    std::mt19937_64 random(job);
    std::uniform_real_distribution<double> inside(f.low, f.high);
    std::size_t i = 0;
    if (job == 0)
      for (const double x : hard) {
        w.x[i++] = x;
        w.x[i++] = -x;
      }
    for (; i < chunk; ++i)
      w.x[i] = random() % 2 == 0 ? inside(random) : std::bit_cast<double>(random());
    return false;
  });
}

template <class T> std::string row(const Function& f, const Tally<T>& t) {
  const auto places = [](const Places<T>& p) {
    return p.count == 0 ? std::string("0") : fmt::format("{}, first at {:a}", p.count, p.first);
  };
  std::string text = fmt::format(
      "| `{}` | {} | {:.4f} at {:a} | {:.3g} % | {} | {} |", f.name, t.inputs, t.worst, t.worst_at,
      100 * static_cast<double>(t.not_nearest) / static_cast<double>(t.inputs), places(t.special),
      f.monotone == Function::Monotone::No || sizeof(T) == 8 ? std::string("-") : places(t.falls));
  for (std::size_t i = 1; i < processors().size(); ++i)
    text += " " + of_other<T>(t.others[i - 1]) + " |";
  return text + "\n";
}

std::string table_head() {
  std::string names =
      "| function | inputs | worst, in ulp | not the nearest number | wrong special "
      "values | out of order |";
  std::string lines = "|---|---|---|---|---|---|";
  const std::vector<std::string> cpus = processors();
  for (std::size_t i = 1; i < cpus.size(); ++i) {
    names += " other bits on " + cpus[i] + " |";
    lines += "---|";
  }
  return names + "\n" + lines + "\n";
}

std::string page(const Options& o, const std::string& f32_rows, const std::string& f64_rows,
                 const std::string& rows_of_two) {
  return fmt::format(
      "# Accuracy of the elementary functions\n\n"
      "Written by `build/release/bin/nngc-accuracy`; do not edit. Code as `compile` makes it at\n"
      "default math for this machine ({}), its results held against the true ones and against "
      "those\n"
      "of code for other processors. `haswell` stands for AVX2; `x86-64` has no fused "
      "multiply-add,\n"
      "so a polynomial rounds twice where the others round once, and the last bit may differ: how "
      "far\n"
      "these results are off stands there. An ulp is the distance of the numbers around the true\n"
      "result. Special values: NaN, infinities, the sign of zero, and results at 0 and infinity, "
      "as\n"
      "IEEE 754 and annex F of C have them. They and the order are checked on all processors.\n\n"
      "## f32, {}\n\nThe true result is glibc's in f64, whose own error is below 1e-8 of these "
      "ulps.\n\n"
      "{}{}\n## f64, random numbers and hard cases\n\n"
      "Half of the numbers lie where the function bends, half are random bits; known worst cases "
      "of\n"
      "rounding are among them. The true result is glibc's in 80 bits, whose own error is below "
      "0.001\n"
      "of these ulps.\n\n{}{}\n## Two arguments\n\n"
      "All pairs of edge classes (zeros, infinities, NaN, subnormals, the ends of the range, 1 and "
      "its\n"
      "neighbours, odd, even and half numbers, the last of each, powers that overflow or "
      "underflow),\n"
      "pairs whose power is exact or lies exactly between two numbers, and random pairs, a quarter "
      "of\n"
      "them close to 1, most with a result that is a number. The true result is MPFR's in 64 "
      "bits.\n\n{}{}",
      host_cpu(), o.stride == 1 ? "all 2^32 numbers" : fmt::format("every {}th number", o.stride),
      table_head(), f32_rows, table_head(), f64_rows, head_of_two(processors()), rows_of_two);
}

Options parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto next = [&]() -> std::string {
      if (i + 1 >= argc) throw std::runtime_error(word + " needs a value");
      return argv[++i];
    };
    if (word == "--samples")
      o.samples = std::stoull(next());
    else if (word == "--pairs")
      o.pairs = std::stoull(next());
    else if (word == "--stride")
      o.stride = std::max<std::uint64_t>(1, std::stoull(next()));
    else if (word == "--threads")
      o.threads = std::stoi(next());
    else if (word == "--output")
      o.output = next();
    else if (word.starts_with("-"))
      throw std::runtime_error(
          "usage: nngc-accuracy [--samples N] [--pairs N] [--stride N] [--threads N] "
          "[--output FILE] [FUNCTION ...]");
    else
      o.only.push_back(word);
  }
  return o;
}

int run(const Options& o) {
  std::string f32_rows, f64_rows;
  bool good = true;
  for (const Function& f : functions()) {
    if (!o.only.empty() && std::find(o.only.begin(), o.only.end(), f.name) == o.only.end())
      continue;
    const Tally<float> narrow = walk_f32(f, o);
    const Tally<double> wide = walk_f64(f, o);
    good = good && narrow.good() && wide.good();
    f32_rows += row(f, narrow);
    f64_rows += row(f, wide);
    fmt::print("f32 {}f64 {}", row(f, narrow), row(f, wide));
    std::fflush(stdout);
  }
  std::string rows_of_two;
  const std::vector<std::string> cpus = processors();
  for (const Function2& f : functions_of_two()) {
    if (!o.only.empty() && std::find(o.only.begin(), o.only.end(), f.name) == o.only.end())
      continue;
    good = walk_two(f, {o.pairs, o.threads, cpus}, rows_of_two) && good;
  }
  fmt::print("{}", rows_of_two);
  const std::string text = page(o, f32_rows, f64_rows, rows_of_two);
  std::FILE* file = std::fopen(o.output.c_str(), "w");
  if (file == nullptr || std::fputs(text.c_str(), file) < 0 || std::fclose(file) != 0)
    throw std::runtime_error("cannot write " + o.output);
  return good ? 0 : 1;
}

} // namespace
} // namespace nngc::accuracy

int main(int argc, char** argv) {
  try {
    return nngc::accuracy::run(nngc::accuracy::parse(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nngc-accuracy: %s\n", error.what());
    return 2;
  }
}
