// The grid on all roads, and the proof that it has no gaps.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "ir/graph_data.h"
#include "nngc/eval.h"
#include "test/conformance/grid.h"
#include "test/conformance/roads.h"
#include "test/conformance/trial.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

/// What a point of the grid is about, as words: `rank 2`, `kind max`; and each of them with what
/// the shape is like: `rank 2, an extent of 0`.
std::set<std::string> facets(const Point& p) {
  std::set<std::string> about = {"rank " + std::to_string(p.shape.rank())};
  for (const Attr& a : p.attrs.list()) {
    if (const auto* text = std::get_if<std::string>(&a.value); text != nullptr && a.key != "name")
      about.insert(std::string(a.key) + " " + *text);
    if (const auto* type = std::get_if<DType>(&a.value))
      about.insert(std::string(a.key) + " " + std::string(name(*type)));
    if (const auto* flag = std::get_if<bool>(&a.value))
      about.insert(std::string(a.key) + (*flag ? " true" : " false"));
    // Other numbers follow from the shape.
    if (const auto* number = std::get_if<std::int64_t>(&a.value);
        number != nullptr && (a.key == "axis" || a.key == "n"))
      about.insert(std::string(a.key) + " " + std::to_string(*number));
  }
  std::set<std::string> shape;
  for (const Dim& d : p.shape)
    if (d == Dim(0) || d == Dim(1)) shape.insert("an extent of " + d.str());
  if (p.shape.size() != Dim(0) && (p.shape.size() != Dim(1) || p.shape.rank() == 0))
    shape.insert("elements");
  std::set<std::string> result = about;
  for (const std::string& a : about)
    for (const std::string& s : shape) result.insert(a + ", " + s);
  return result;
}

/// Points that there cannot be: nothing is the greatest of none, or the row that was promised.
bool is_impossible(Opcode op, const std::string& facet) {
  if (op == Opcode::ArgReduce) return facet == "rank 1, an extent of 0";
  return false;
}

bool is_legal(std::string_view word, DType dtype) {
  if (word == "any") return true;
  if (word == "float") return is_float(dtype);
  if (word == "int") return is_int(dtype);
  if (word == "number") return dtype != DType::Bool;
  if (word == "bits") return !is_float(dtype);
  return word.substr(0, word.find('[')) == name(dtype);
}

/// What the signature says of the operand under test; of the result, where there is none.
std::string_view tested_word(const OpDef& def) {
  const std::string_view s = def.signature;
  if (s.starts_with("()") || s.starts_with("(key")) return s.substr(s.find("-> ") + 3);
  const std::size_t from = s.starts_with("(p: bool, ") ? s.find(": ", 10) : s.find(": ");
  return s.substr(from + 2, s.find_first_of(",)", from) - from - 2);
}

/// Values that the op takes for a string attribute: of the words of its description, those that it
/// does not refuse.
std::vector<std::string> legal_words(const OpDef& def, const Point& p, const AttrSpec& spec) {
  std::vector<std::string> result;
  std::string word;
  for (const char c : std::string(spec.summary) + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      word += c;
      continue;
    }
    if (!word.empty()) {
      Attrs attrs = p.attrs;
      attrs.set(spec.key, word);
      std::vector<const TensorType*> types;
      for (const TensorType& t : p.operands) types.push_back(&t);
      try {
        static_cast<void>(def.infer({def, types, attrs, Where::current()}));
        result.push_back(word);
      } catch (const Error&) { // no value of this attribute
      }
    }
    word.clear();
  }
  return result;
}

/// Functions may be off by an ulp on either side; sums of whole numbers and all else are exact.
std::vector<std::vector<double>> tolerances(const Grid& grid, const std::vector<Tensor>& want) {
  const bool function = (op_def(grid.op).traits & trait::Expensive) != 0 ||
                        grid.op == Opcode::Rsqrt || grid.op == Opcode::Ipow;
  std::vector<std::vector<double>> result;
  for (const Tensor& t : want) {
    std::vector<double>& list = result.emplace_back(static_cast<std::size_t>(t.size()), 0);
    if (!function || !is_float(t.dtype())) continue;
    const std::vector<double> values = numbers(t);
    const double ulps = grid.op == Opcode::Ipow ? 5 : 2;
    for (std::size_t i = 0; i < list.size(); ++i)
      list[i] = 2 * ulps * nngc::test::epsilon(t.dtype()) * std::fabs(values[i]);
  }
  return result;
}

void check(const Grid& grid, const char* road, const std::vector<Tensor>& have,
           const std::vector<Tensor>& want) {
  const auto tolerance = tolerances(grid, want);
  REQUIRE(have.size() == want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    INFO(op_def(grid.op).mnemonic << " of " << name(grid.dtype) << ", " << road << ", y" << i
                                  << ": " << want[i].type_str());
    CHECK(mismatch(have[i], want[i], tolerance[i]) == "");
  }
}

} // namespace

TEST_CASE("the grid has no gaps: every op, dtype, rank, attribute, extents of 0 and 1",
          "[conformance][grid]") {
  std::map<std::pair<Opcode, DType>, std::set<std::string>> seen;
  std::size_t points = 0;
  for (const Grid& grid : all_grids()) {
    for (const Point& p : grid.points) {
      const auto more = facets(p);
      seen[{grid.op, grid.dtype}].insert(more.begin(), more.end());
    }
    points += grid.graph.outputs().size();
  }
  CHECK(points > 30000);
  for (int i = 0; i < op_count; ++i) {
    const auto op = static_cast<Opcode>(i);
    const OpDef& def = op_def(op);
    for (int d = 0; d < dtype_count; ++d) {
      const auto dtype = static_cast<DType>(d);
      INFO(def.mnemonic << " of " << name(dtype) << " (" << tested_word(def) << ")");
      const auto at = seen.find({op, dtype});
      CHECK((at != seen.end()) == is_legal(tested_word(def), dtype));
      if (at == seen.end()) continue;
      for (int rank = least_rank(op); rank <= 4; ++rank) {
        INFO("rank " << rank);
        CHECK(at->second.contains("rank " + std::to_string(rank)));
      }
      // Every rank and every attribute with elements, with extents of 0 and of 1.
      for (const std::string& facet : at->second) {
        if (facet.find(',') != std::string::npos) continue;
        for (const char* shape : {"elements", "an extent of 0", "an extent of 1"}) {
          const std::string both = facet + ", " + shape;
          INFO(both);
          const bool has_extents = facet != "rank 0" || shape == std::string("elements");
          CHECK(at->second.contains(both) == (has_extents && !is_impossible(op, both)));
        }
      }
    }
  }
  for (const Grid& grid : all_grids()) {
    const auto& have = seen[{grid.op, grid.dtype}];
    for (const Point& p : grid.points)
      for (const AttrSpec& spec : op_def(grid.op).attrs) {
        INFO(op_def(grid.op).mnemonic << " of " << name(grid.dtype) << ": " << spec.key);
        if (spec.kind == AttrKind::String && grid.op != Opcode::Input)
          for (const std::string& word : legal_words(op_def(grid.op), p, spec)) {
            INFO(word);
            CHECK(have.contains(std::string(spec.key) + " " + word));
          }
        if (spec.key == "acc" && is_float(grid.dtype)) CHECK(have.contains("acc f64"));
        if (spec.kind == AttrKind::Bool)
          CHECK((have.contains(std::string(spec.key) + " true") &&
                 have.contains(std::string(spec.key) + " false")));
      }
  }
}

TEST_CASE("the grid on all roads: interpreter, JIT at -O0 and -O2, object file",
          "[conformance][compiled][grid]") {
  std::vector<std::vector<Tensor>> want, fast;
  std::vector<EntryPoint> entries;
  for (const Grid& grid : all_grids()) {
    const std::string of =
        std::string(op_def(grid.op).mnemonic) + "_" + std::string(name(grid.dtype));
    INFO(of);
    want.push_back(eval(grid.graph, std::span<const Tensor>(grid.inputs)));
    entries.push_back({of, &grid.graph});
    check(grid, "JIT -O0",
          run(compile(grid.graph, {.opt_level = 0}), grid.graph, grid.inputs, want.back()),
          want.back());
    fast.push_back(run(compile(grid.graph), grid.graph, grid.inputs, want.back()));
    check(grid, "JIT -O2", fast.back(), want.back());
  }
  Library library("grid", emit("grid", entries, Stage::Object));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Grid& grid = all_grids()[i];
    const auto have = library.run(entries[i].name, grid.graph, grid.inputs, want[i], 0);
    CHECK(library.status() == 0);
    for (std::size_t o = 0; o < have.size(); ++o) {
      const bool same = same_bits(have[o], fast[i][o]);
      INFO(entries[i].name << ", object file, y" << o);
      CHECK(same);
    }
  }
}
