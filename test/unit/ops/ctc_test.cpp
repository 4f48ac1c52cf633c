// ctc_loss beside the sum over all alignments, one by one.
#include <array>
#include <cmath>
#include <limits>

#include "nngc/autodiff.h"
#include "test/support/catch.h"
#include "test/unit/ops/evaluate.h"

using namespace nngc;
using namespace nngc::test;

namespace {

using Labels = std::vector<std::int32_t>;

/// log p of each class at each of `steps` steps.
std::vector<std::vector<double>> log_softmax_of(const std::vector<double>& logits,
                                                std::size_t steps, std::size_t classes) {
  std::vector<std::vector<double>> rows;
  for (std::size_t t = 0; t < steps; ++t) {
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += std::exp(logits[t * classes + c]);
    rows.emplace_back();
    for (std::size_t c = 0; c < classes; ++c)
      rows.back().push_back(logits[t * classes + c] - std::log(sum));
  }
  return rows;
}

/// -log of the probability of all class sequences that become `labels` when repeats, then blanks
/// are left out.
double plain(const std::vector<std::vector<double>>& rows, const Labels& labels,
             std::int32_t blank) {
  const std::size_t classes = rows.empty() ? 1 : rows[0].size();
  double total = 0;
  std::size_t count = 1;
  for (std::size_t t = 0; t < rows.size(); ++t) count *= classes;
  for (std::size_t path = 0; path < count; ++path) {
    std::size_t rest = path;
    double log_p = 0;
    Labels said;
    std::int32_t last = -1;
    for (const auto& row : rows) {
      const auto c = static_cast<std::int32_t>(rest % classes);
      rest /= classes;
      log_p += row[static_cast<std::size_t>(c)];
      if (c != last && c != blank) said.push_back(c);
      last = c;
    }
    if (said == labels) total += std::exp(log_p);
  }
  return -std::log(total);
}

struct Ctc {
  Tensor logits, labels, steps, counts;
  std::int64_t blank = 0;
  /// The loss (order 0) or its derivative.
  [[nodiscard]] std::vector<double> run(int order) const {
    Graph g;
    const auto input = [&](const char* name, const Tensor& t) {
      return g.input(name, {t.dtype(), shape_of(t)});
    };
    const Value x = input("logits", logits), l = input("labels", labels), n = input("steps", steps),
                c = input("counts", counts);
    Value y = ctc_loss(x, l, n, c, blank);
    for (int i = 0; i < order; ++i) y = grad(reduce_sum(y * y), std::array{x})[0];
    g.output("y", y);
    return values<double>(eval(g, std::array{logits, labels, steps, counts}).at(0));
  }
};

Tensor ints(std::vector<std::int64_t> shape, const Labels& values) {
  return Tensor::of<std::int32_t>(std::move(shape), values);
}

} // namespace

TEST_CASE("ctc_loss sums over all alignments") {
  const std::size_t steps = 5, classes = 3;
  std::vector<double> logits;
  for (std::size_t i = 0; i < steps * classes; ++i)
    logits.push_back(2 * std::sin(1.9 * static_cast<double>(i)));
  const auto rows = log_softmax_of(logits, steps, classes);
  for (const std::int32_t blank : {0, 2})
    for (const Labels& all : {Labels{}, Labels{1}, Labels{1, 1}, Labels{1, 0}, Labels{1, 2, 1},
                              Labels{2, 2, 2}, Labels{0, 1, 0, 1, 0}})
      for (std::size_t used = 0; used <= steps; ++used) {
        Labels labels = all;
        for (std::int32_t& l : labels)
          if (l == blank) l = 2 - blank;
        Labels padded = labels;
        padded.resize(5, -7); // what is past the count does not matter
        const Ctc ctc{Tensor::of<double>({5, 1, 3}, logits), ints({1, 5}, padded),
                      ints({1}, {static_cast<std::int32_t>(used)}),
                      ints({1}, {static_cast<std::int32_t>(labels.size())}), blank};
        const double want =
            plain({rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(used)}, labels, blank);
        const double have = ctc.run(0)[0];
        INFO(labels.size() << " labels, " << used << " steps, blank " << blank << ": " << have
                           << ", by counting " << want);
        CHECK((have == want || std::abs(have - want) <= 1e-13 * std::max(1.0, std::abs(want))));
      }
}

TEST_CASE("ctc_loss of a batch is the mean, and padded rows do not touch each other") {
  std::vector<double> logits;
  for (int i = 0; i < 4 * 2 * 3; ++i) logits.push_back(std::cos(1.1 * i));
  std::vector<double> first, second;
  for (std::size_t t = 0; t < 4; ++t)
    for (std::size_t c = 0; c < 3; ++c) {
      first.push_back(logits[t * 6 + c]);
      second.push_back(logits[t * 6 + 3 + c]);
    }
  const Ctc both{Tensor::of<double>({4, 2, 3}, logits), ints({2, 2}, {1, 2, 2, 9}),
                 ints({2}, {4, 3}), ints({2}, {2, 1})};
  second.resize(9);
  const double want = (plain(log_softmax_of(first, 4, 3), {1, 2}, 0) +
                       plain(log_softmax_of(second, 3, 3), {2}, 0)) /
                      2;
  CHECK(both.run(0)[0] == Approx(want).epsilon(1e-13));
}

TEST_CASE(
    "Labels that fit no alignment cost inf, with finite derivatives; impossible classes too") {
  const double inf = std::numeric_limits<double>::infinity();
  const Ctc short_of{Tensor(DType::F64, {2, 1, 3}), ints({1, 2}, {1, 1}), ints({1}, {2}),
                     ints({1}, {2})};
  CHECK(short_of.run(0)[0] == inf);
  Ctc masked = short_of; // class 1 cannot be said at the first step, but at the second
  masked.labels = ints({1, 2}, {1, 0});
  masked.counts = ints({1}, {1});
  masked.logits.data<double>()[1] = -inf;
  CHECK(masked.run(0)[0] == Approx(std::log(2.) + std::log(3.)));
  for (const double d : masked.run(1)) CHECK(std::isfinite(d));
  for (const double d : masked.run(2)) CHECK(std::isfinite(d));
  Graph g;
  const Value x = g.input("x", f64({2, 1, 3})), l = constant(g, short_of.labels),
              n = constant(g, short_of.steps), c = constant(g, short_of.counts);
  g.output("slope", grad(ctc_loss(x, l, n, c), std::array{x})[0]);
  for (const double d : values<double>(eval(g, std::array{short_of.logits})[0])) CHECK(d == 0);
}
