// Every derivative against the complex step, which knows no rules: forward mode, reverse mode
// element by element, the adjoint identity; then the same for the derivatives themselves, to
// order 3.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "eval/complex_step.h"
#include "ir/graph_data.h"
#include "nngc/eval.h"
#include "nngc/text.h"
#include "test/conformance/function.h"
#include "test/conformance/grid.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}
double greatest(const std::vector<double>& a) {
  double m = 0;
  for (double x : a) m = std::max(m, std::fabs(x));
  return m;
}

/// The greatest error found so far, by op and order: what docs/ops.md publishes.
std::map<std::pair<Opcode, int>, double> worst;
/// What is being checked; errors are not kept where f64 is rounded to f32 on the way.
struct {
  Opcode op = Opcode::Input;
  int order = 0;
} at;

/// Relative to the greatest element; infinities and NaN have no place here.
void check_close(const std::vector<double>& have, const std::vector<double>& want,
                 double tolerance) {
  REQUIRE(have.size() == want.size());
  const double scale = std::max(greatest(want), 1e-3);
  for (std::size_t i = 0; i < have.size(); ++i) {
    double& known = worst[{at.op, at.order}];
    if (tolerance <= 1e-12) known = std::max(known, std::fabs(have[i] - want[i]) / scale);
    INFO("element " << i << ": " << have[i] << ", complex step " << want[i]);
    CHECK(std::fabs(have[i] - want[i]) <= tolerance * scale);
  }
}

std::vector<std::vector<double>> run(const Function& f) {
  std::vector<std::vector<double>> list;
  for (const Tensor& t : eval(f.graph, std::span<const Tensor>(f.inputs)))
    list.push_back(numbers(t));
  return list;
}

bool all_f64(const Function& f) {
  const GraphData& g = *f.graph.data();
  const auto live = live_nodes(g);
  for (NodeId id = 0; id < g.size(); ++id)
    if (live[id] && is_float(g.type(id).dtype) && g.type(id).dtype != DType::F64) return false;
  return true;
}

/// Checks jvp and vjp of `f` against the complex step through f's own graph; gives them for the
/// next order.
std::pair<Function, Function> check_first_order(const Function& f, std::mt19937& random,
                                                bool every_element) {
  // The complex step computes in f64 throughout; conversions to f32 round what it does not.
  const double tolerance = all_f64(f) ? 1e-12 : 1e-6;
  Function tangent = tangent_of(f, random), cotangent = cotangent_of(f, random);
  verify(tangent.graph);
  verify(cotangent.graph);
  const std::size_t n = f.inputs.size();

  // Forward mode: t = J d.
  std::vector<Tensor> along;
  for (std::size_t i = 0, next = n; i < n; ++i)
    along.push_back(is_float(f.inputs[i].dtype()) ? tangent.inputs[next++] : f.inputs[i]);
  const auto want = complex_step(f.graph, f.inputs, along);
  const auto have = run(tangent);
  REQUIRE(have.size() == want.size());
  for (std::size_t i = 0; i < have.size(); ++i) check_close(have[i], want[i], tolerance);

  // The adjoint identity: <J d, w> = <d, w J>, with J d from the complex step and from forward
  // mode.
  const auto pulled = run(cotangent);
  double by_step = 0, by_jvp = 0, by_vjp = 0, size = 1e-3;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const auto w = numbers(cotangent.inputs[n + i]);
    by_step += dot(want[i], w);
    by_jvp += dot(have[i], w);
    for (std::size_t k = 0; k < w.size(); ++k) size += std::fabs(want[i][k] * w[k]);
  }
  for (std::size_t i = 0, k = 0; i < n; ++i)
    if (is_float(f.inputs[i].dtype())) by_vjp += dot(numbers(along[i]), pulled[k++]);
  CHECK(std::fabs(by_step - by_vjp) <= tolerance * size);
  CHECK(std::fabs(by_jvp - by_vjp) <= tolerance * size);

  // Reverse mode, element by element: moving one input element alone gives one element of w J.
  // One evaluation per element: large cases, there for compiled code, are left to the identity.
  for (const Tensor& x : f.inputs)
    every_element = every_element && x.dtype() != DType::F32 && x.size() <= 100;
  if (every_element) {
    std::vector<Tensor> unit;
    for (const Tensor& x : f.inputs) unit.emplace_back(x.dtype(), x.shape());
    for (std::size_t i = 0, k = 0; i < n; ++i) {
      if (!is_float(f.inputs[i].dtype())) continue;
      std::vector<double> column;
      for (std::size_t e = 0; e < unit[i].data<double>().size(); ++e) {
        unit[i].data<double>()[e] = 1;
        const auto moved = complex_step(f.graph, f.inputs, unit);
        unit[i].data<double>()[e] = 0;
        double sum = 0;
        for (std::size_t o = 0; o < moved.size(); ++o)
          sum += dot(moved[o], numbers(cotangent.inputs[n + o]));
        column.push_back(sum);
      }
      INFO("cotangent of float input " << k);
      check_close(pulled[k++], column, tolerance);
    }
  }
  return {std::move(tangent), std::move(cotangent)};
}

/// The case in f64 with random inputs.
Function function_of(const Case& c, unsigned seed) {
  return {build(c, DType::F64), samples(c, DType::F64, seed)};
}

} // namespace

TEST_CASE("every op of the table has a case", "[conformance]") {
  std::set<Opcode> seen;
  std::set<std::string> names;
  for (const Case& c : all_cases()) {
    seen.insert(c.op);
    INFO(c.name);
    CHECK(names.insert(c.name).second);
    for (const DType dtype : dtypes_of(c.types)) {
      const Graph g = build(c, dtype);
      bool uses_it =
          c.op == Opcode::Convert && dtype == g.outputs()[0].value.dtype(); // nothing to convert
      for (NodeId id = 0; id < g.data()->size(); ++id)
        uses_it = uses_it || g.data()->node(id).op == c.op;
      CHECK(uses_it);
    }
  }
  for (int i = 0; i < op_count; ++i) {
    const OpDef& def = op_def(static_cast<Opcode>(i));
    INFO(def.mnemonic);
    CHECK(seen.contains(static_cast<Opcode>(i)));
    // A rule for both modes, or a reason why there is none.
    // (autodiff has those of the ops that carry graphs.)
    const bool has_rules = def.diff != nullptr || (def.vjp != nullptr && def.jvp != nullptr) ||
                           def.lowering == Lowering::Region || def.lowering == Lowering::Result;
    CHECK(has_rules != !def.not_differentiable.empty());
    if (!has_rules) continue;
    bool tested = false;
    for (const Case& c : all_cases())
      tested = tested || (c.op == static_cast<Opcode>(i) && is_smooth_case(c) &&
                          has_float_result(function_of(c, 1)));
    CHECK(tested);
  }
}

namespace {

void check_all_orders() {
  for (const Case& c : all_cases()) {
    if (!is_smooth_case(c)) continue;
    INFO(c.name);
    for (const unsigned seed : {1U, 2U}) {
      const Function f = function_of(c, seed);
      if (!has_float_result(f)) continue;
      std::mt19937 random(seed + 100);
      at = {c.op, 1};
      INFO("order 1");
      const auto [tangent, cotangent] = check_first_order(f, random, true);
      at.order = 2;
      INFO("order 2");
      const auto over_tangent = check_first_order(tangent, random, false);
      const auto over_cotangent = check_first_order(cotangent, random, seed == 1);
      if (seed != 1) continue;
      at.order = 3;
      INFO("order 3");
      check_first_order(over_cotangent.second, random, false);
      check_first_order(over_tangent.second, random, false);
    }
  }
}

/// The least power of ten that is no less.
std::string rounded_up(double x) {
  if (x == 0) return "0";
  return "1e" + std::to_string(static_cast<int>(std::ceil(std::log10(x))));
}

/// A line of the table: its columns.
std::vector<std::string> columns(const std::string& line) {
  std::vector<std::string> result;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, '|');) {
    const auto from = cell.find_first_not_of(' ');
    result.push_back(
        from == std::string::npos ? "" : cell.substr(from, cell.find_last_not_of(' ') - from + 1));
  }
  return result;
}

} // namespace

TEST_CASE("derivatives agree with the complex step to order 3", "[conformance][derivatives]") {
  check_all_orders();
}

// The counts stand in the page as they are, the errors no smaller than they are, at most 1e-12.
// NNGC_BLESS=1 writes the table anew.
TEST_CASE("docs/ops.md says how every op is tried, and how exact its derivatives are",
          "[conformance][page]") {
  if (std::getenv("NNGC_CASE") != nullptr) return; // the page is about all of them
  if (worst.empty()) check_all_orders();
  const std::string begin = "<!-- written by: NNGC_BLESS=1 nngc_test_conformance '[page]' -->\n",
                    end = "<!-- end -->\n", path = NNGC_SOURCE_DIR "/docs/ops.md";
  std::string table = "| op | dtypes | points of the grid | cases | order 1 | order 2 | order 3 |\n"
                      "|---|---|---|---|---|---|---|\n";
  for (int i = 0; i < op_count; ++i) {
    const auto op = static_cast<Opcode>(i);
    std::size_t dtypes = 0, points = 0, cases = 0;
    for (const Grid& g : all_grids())
      if (g.op == op) ++dtypes, points += g.points.size();
    for (const Case& c : all_cases())
      if (c.op == op) cases += dtypes_of(c.types).size();
    table += "| `" + std::string(op_def(op).mnemonic) + "` | " + std::to_string(dtypes) + " | " +
             std::to_string(points) + " | " + std::to_string(cases);
    for (int order = 1; order <= 3; ++order) {
      const auto found = worst.find({op, order});
      const bool none = found == worst.end() || !op_def(op).not_differentiable.empty();
      table += " | " + (none ? "-" : rounded_up(found->second));
    }
    table += " |\n";
  }
  std::ostringstream page;
  page << std::ifstream(path).rdbuf();
  std::string text = page.str();
  const std::size_t from = text.find(begin);
  REQUIRE(from != std::string::npos);
  const std::size_t start = from + begin.size(), stop = text.find(end, start);
  REQUIRE(stop != std::string::npos);
  if (std::getenv("NNGC_BLESS") != nullptr) {
    std::ofstream(path) << text.substr(0, start) + table + text.substr(stop);
    return;
  }
  std::istringstream said(text.substr(start, stop - start)), true_lines(table);
  for (std::string ours, theirs; std::getline(true_lines, ours);) {
    REQUIRE(std::getline(said, theirs));
    INFO("docs/ops.md: " << theirs << "\nmeasured:    " << ours);
    const auto is = columns(ours), written = columns(theirs);
    REQUIRE(is.size() == written.size());
    for (std::size_t i = 0; i < is.size(); ++i) {
      if (i < 5 || is[i] == "-" || is[i].starts_with("o") || is[i].starts_with("-")) {
        CHECK(is[i] == written[i]);
        continue;
      }
      CHECK(std::stod(is[i]) <= std::stod(written[i]));
      CHECK(std::stod(written[i]) <= 1e-12);
    }
  }
}

TEST_CASE("the derivatives of 16- and 32-bit floats keep their dtype",
          "[conformance][derivatives]") {
  for (const Case& c : all_cases()) {
    if (!is_smooth_case(c)) continue;
    for (const DType dtype : {DType::F32, DType::F16, DType::BF16}) {
      INFO(c.name << " in " << name(dtype));
      Function f{build(c, dtype), samples(c, dtype, 3)};
      if (!is_float(f.graph.outputs()[0].value.dtype())) continue;
      std::mt19937 random(3);
      const Function cotangent = cotangent_of(f, random);
      verify(cotangent.graph);
      verify(tangent_of(f, random).graph);
      const auto wrt = f.wrt();
      const auto results = run(cotangent);
      REQUIRE(results.size() == wrt.size());
      for (std::size_t i = 0; i < results.size(); ++i) {
        CHECK(cotangent.graph.outputs()[i].value.type() == wrt[i].type());
        for (double x : results[i]) CHECK(std::isfinite(x));
      }
    }
  }
}
