// Functions of two arguments against MPFR: every edge class with every other, ties, and random
// numbers whose result is mostly a number.
#include "test/accuracy/two_arguments.h"

#include <atomic>
#include <cmath>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "nngc/compiler.h"
#include "nngc/runtime.h"
#include "test/accuracy/tally.h"

namespace nngc::accuracy {
namespace {

constexpr std::size_t chunk = 1 << 13;

/// The true result to 64 bits, from MPFR: for f32 and f64 that is wide enough to measure ulps. It
/// is rounded to odd, so that rounding it once more gives the nearest number.
class True {
public:
  True() {
    mpfr_inits2(53, x_, y_, nullptr);
    mpfr_init2(result_, 64);
  }
  ~True() { mpfr_clears(x_, y_, result_, nullptr); }
  True(const True&) = delete;
  True& operator=(const True&) = delete;
  long double of(const Function2& f, double x, double y) {
    mpfr_set_d(x_, x, MPFR_RNDN);
    mpfr_set_d(y_, y, MPFR_RNDN);
    const bool is_exact = f.exact(result_, x_, y_, MPFR_RNDZ) == 0;
    const long double cut = mpfr_get_ld(result_, MPFR_RNDZ);
    if (is_exact || cut == 0 || !std::isfinite(cut)) return mpfr_get_ld(result_, MPFR_RNDN);
    int exponent = 0;
    const auto bits =
        static_cast<std::uint64_t>(std::ldexp(std::frexp(std::fabs(cut), &exponent), 64));
    return std::copysign(std::ldexp(static_cast<long double>(bits | 1), exponent - 64), cut);
  }

private:
  mpfr_t x_, y_, result_;
};

/// Both signs of: zero, infinity, subnormals, the ends of the normals, 1 and its neighbours, whole
/// numbers odd and even, halves, whole numbers as large as they come, where results overflow.
template <class T> std::vector<T> edges() {
  using L = std::numeric_limits<T>;
  const auto above = [](T x) { return std::nextafter(x, L::infinity()); };
  const auto under = [](T x) { return std::nextafter(x, T(0)); };
  std::vector<T> list = {0,
                         L::infinity(),
                         L::denorm_min(),
                         3 * L::denorm_min(),
                         L::min() - L::denorm_min(),
                         L::min(),
                         above(L::min()),
                         L::max(),
                         under(L::max()),
                         L::epsilon(),
                         1,
                         above(1),
                         under(1),
                         above(above(1)),
                         T(0.5),
                         under(T(0.5)),
                         above(T(0.5)),
                         T(1) / 3,
                         T(0.1),
                         T(1.5),
                         T(2.5),
                         T(10),
                         T(1e10),
                         T(M_E),
                         std::sqrt(T(2))};
  for (int i = 2; i <= 40; ++i) list.push_back(T(i));
  for (int i = 1; i <= 12; ++i) list.push_back(T(i) + T(0.5));
  for (int e = -40; e <= 64; e += 4) list.push_back(std::ldexp(T(1), e));
  for (const int e :
       {L::digits - 1, L::digits, L::digits + 1}) { // the last odd, half, whole numbers
    const T edge = std::ldexp(T(1), e);
    for (const T x : {edge, under(edge), above(edge), edge - T(0.5), edge - 1}) list.push_back(x);
  }
  for (const int e :
       {L::max_exponent, L::max_exponent - 1, -L::min_exponent, L::digits - L::min_exponent,
        L::digits - L::min_exponent + 1}) { // 2^e overflows, underflows
    list.push_back(T(e));
    list.push_back(under(T(e)));
    list.push_back(above(T(e)));
  }
  for (std::size_t i = 0, n = list.size(); i < n; ++i) list.push_back(-list[i]);
  list.push_back(L::quiet_NaN());
  return list;
}

/// Pairs whose power is exact, or lies exactly between two numbers: x^2, x^3, x^1.5, x^-1 of few
/// bits.
template <class T> void ties(std::vector<T>& x, std::vector<T>& y) {
  constexpr int digits = std::numeric_limits<T>::digits;
  std::mt19937_64 random(3);
  for (int i = 0; i < 20000; ++i) {
    const int power = 2 + i % 4;
    const int bits = (digits + 1 + power - 1) / power; // the power has digits + 1 bits, or one more
    const std::uint64_t odd = (std::uint64_t{1} << (bits - 1)) | (random() >> (64 - bits + 1)) | 1;
    const T base = std::ldexp(static_cast<T>(odd), static_cast<int>(random() % 9) - 4 - bits);
    x.push_back(random() % 4 == 0 ? -base : base);
    y.push_back(static_cast<T>(power));
    x.push_back(base * base); // its root, and the root's powers
    y.push_back(static_cast<T>(power) / 2);
    x.push_back(base);
    y.push_back(T(-1));
  }
}

template <class T> void random_pair(std::mt19937_64& random, T& x, T& y) {
  std::uniform_real_distribution<double> unit(-1, 1), inside(0, 3);
  switch (random() % 4) {
  case 0: x = T(inside(random)); break;
  case 1: // close to 1, where the logarithm loses digits
    x = T(1 + std::ldexp(unit(random),
                         -static_cast<int>(random() % (std::numeric_limits<T>::digits + 2))));
    break;
  case 2: x = T(std::ldexp(1 + 0.5 * unit(random), static_cast<int>(random() % 200) - 100)); break;
  default: x = std::bit_cast<T>(static_cast<BitsOf<T>>(random()));
  }
  // y such that the result is mostly a number: |y log2 x| up to a little past the range.
  const double log2 = std::log2(std::fabs(static_cast<double>(x)));
  const double range = std::numeric_limits<T>::max_exponent * 1.1;
  y = log2 != 0 && std::isfinite(log2) ? T(unit(random) * range / log2) : T(unit(random));
  if (random() % 8 == 0) y = std::nearbyint(y);
  if (random() % 64 == 0) y = std::bit_cast<T>(static_cast<BitsOf<T>>(random()));
  if (random() % 16 == 0) x = -x;
}

/// Whether annex F has a result for the arguments; also a power of 1.
template <class T> bool is_prescribed(T x, T y, long double want) {
  return x == 0 || y == 0 || !std::isfinite(x) || !std::isfinite(y) ||
         (std::fabs(x) == 1 && std::fabs(want) == 1);
}

template <class T> struct Tally2 {
  Tally<T> tally;
  T y_at_worst = 0, y_at_special = 0;
  void merge(const Tally2& o) {
    if (o.tally.worst > tally.worst) y_at_worst = o.y_at_worst;
    if (tally.special.count == 0) y_at_special = o.y_at_special;
    tally.merge(o.tally);
  }
};

template <class T> Tally2<T> walked(const Function2& f, const Walk2& how) {
  std::vector<Executable> code;
  for (const std::string& cpu : how.processors) {
    Graph g(f.name);
    const TensorType type{dtype_of<T>(), {static_cast<std::int64_t>(chunk)}};
    g.output("z", f.build(g.input("x", type), g.input("y", type)));
    code.push_back(compile(g, {.cpu = cpu}));
  }
  std::vector<T> first_x, first_y;
  const std::vector<T> list = edges<T>();
  for (const T x : list)
    for (const T y : list) first_x.push_back(x), first_y.push_back(y);
  ties(first_x, first_y);
  const std::uint64_t fixed = (first_x.size() + chunk - 1) / chunk;
  const std::uint64_t count = fixed + (how.samples + chunk - 1) / chunk;

  Tally2<T> total;
  std::mutex lock;
  std::atomic<std::uint64_t> next{0};
  Progress progress(stderr, fmt::format("{} f{}", f.name, 8 * sizeof(T)),
                    static_cast<std::int64_t>(count));
  const auto work = [&] {
    True truth;
    Tally2<T> own;
    std::vector<T> x(chunk), y(chunk), z(chunk), other(chunk);
    for (std::uint64_t job = next++; job < count; job = next++) {
      std::mt19937_64 random(job);
      for (std::size_t i = 0; i < chunk; ++i) {
        const std::uint64_t at = job * chunk + i;
        if (at < first_x.size())
          x[i] = first_x[at], y[i] = first_y[at];
        else
          random_pair(random, x[i], y[i]);
      }
      const auto run = [&](const Executable& e, std::vector<T>& out) {
        e.run({{"x", std::span<const T>(x)}, {"y", std::span<const T>(y)}, {"z", out}});
      };
      const auto want = [&](std::size_t i) {
        const long double w = truth.of(f, static_cast<double>(x[i]), static_cast<double>(y[i]));
        return std::pair{w, is_prescribed(x[i], y[i], w)};
      };
      run(code[0], z);
      for (std::size_t i = 0; i < chunk; ++i) {
        const double worst = own.tally.worst;
        const std::uint64_t special = own.tally.special.count;
        const auto [true_z, prescribed] = want(i);
        own.tally.take(x[i], z[i], true_z, prescribed);
        if (own.tally.worst > worst) own.y_at_worst = y[i];
        if (special == 0 && own.tally.special.count == 1) own.y_at_special = y[i];
      }
      for (std::size_t cpu = 1; cpu < code.size(); ++cpu) {
        run(code[cpu], other);
        for (std::size_t i = 0; i < chunk; ++i) {
          if (same(z[i], other[i])) continue;
          const std::uint64_t special = own.tally.special.count;
          const auto [true_z, prescribed] = want(i);
          own.tally.take_other(cpu - 1, x[i], other[i], true_z, prescribed);
          if (special == 0 && own.tally.special.count == 1) own.y_at_special = y[i];
        }
      }
      const std::scoped_lock guard(lock);
      progress.update(static_cast<std::int64_t>(job), "");
    }
    const std::scoped_lock guard(lock);
    total.merge(own);
  };
  std::vector<std::thread> threads;
  for (int t = 1; t < how.threads; ++t) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  progress.finish("");
  return total;
}

template <class T> bool add_row(const Function2& f, const Walk2& how, std::string& rows) {
  const Tally2<T> r = walked<T>(f, how);
  const Tally<T>& t = r.tally;
  rows += fmt::format("| `{}` f{} | {} | {:.4f} at {:a}, {:a} | {:.3g} % | ", f.name, 8 * sizeof(T),
                      t.inputs, t.worst, t.worst_at, r.y_at_worst,
                      100 * static_cast<double>(t.not_nearest) / static_cast<double>(t.inputs));
  rows += t.special.count == 0 ? std::string("0")
                               : fmt::format("{}, first at {:a}, {:a}", t.special.count,
                                             t.special.first, r.y_at_special);
  for (std::size_t i = 1; i < how.processors.size(); ++i)
    rows += " | " + of_other<T>(t.others[i - 1]);
  rows += " |\n";
  return t.good();
}

} // namespace

bool walk_two(const Function2& f, const Walk2& how, std::string& rows) {
  const bool narrow = add_row<float>(f, how, rows);
  return add_row<double>(f, how, rows) && narrow;
}

std::string head_of_two(std::span<const std::string> processors) {
  std::string
      names =
          "| function | pairs | worst, in ulp | not the nearest number | wrong special values |",
      lines = "|---|---|---|---|---|";
  for (std::size_t i = 1; i < processors.size(); ++i)
    names += " other bits on " + processors[i] + " |", lines += "---|";
  return names + "\n" + lines + "\n";
}

} // namespace nngc::accuracy
