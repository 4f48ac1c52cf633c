// The table of docs/ops.md that says how every op is tried.
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "test/conformance/cases.h"
#include "test/conformance/derivatives.h"
#include "test/conformance/grid.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// The least power of ten that is no less.
std::string rounded_up(double x) {
  if (x == 0) return "0";
  return "1e" + std::to_string(static_cast<int>(std::ceil(std::log10(x))));
}

std::string in_percent(double share) { return std::to_string(std::lround(100 * share)) + " %"; }

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

// The counts stand in the page as they are, errors and shares no smaller than they are.
// NNGC_BLESS=1 writes the table anew.
TEST_CASE("docs/ops.md says how every op is tried, and how exact its derivatives are",
          "[conformance][page]") {
  if (std::getenv("NNGC_CASE") != nullptr) return; // the page is about all of them
  const DerivativeFigures& figures = checked_derivatives();
  const std::string begin = "<!-- written by: NNGC_BLESS=1 nngc_test_conformance '[page]' -->\n",
                    end = "<!-- end -->\n", path = NNGC_SOURCE_DIR "/docs/ops.md";
  std::string table = "| op | dtypes | points of the grid | cases | order 1 | order 2 | order 3 | "
                      "f32 |\n|---|---|---|---|---|---|---|---|\n";
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
      const auto found = figures.error.find({op, order});
      const bool none = found == figures.error.end() || !op_def(op).not_differentiable.empty();
      table += " | " + (none ? "-" : rounded_up(found->second));
    }
    const auto share = figures.share.find(op);
    const bool none = share == figures.share.end() || !op_def(op).not_differentiable.empty();
    table += " | " + (none ? "-" : in_percent(share->second)) + " |\n";
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
      const bool is_number = !is[i].empty() && is[i][0] >= '0' && is[i][0] <= '9';
      if (i < 5 || !is_number || written[i] == "-") {
        CHECK(is[i] == written[i]);
        continue;
      }
      const bool is_share = written[i].ends_with('%');
      CHECK(std::stod(is[i]) <= std::stod(written[i]) + (is_share ? 5 : 0)); // by the C library
      CHECK(std::stod(written[i]) <= (is_share ? 100 : 1e-12));
    }
  }
}
