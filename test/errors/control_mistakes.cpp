// Mistakes with loops, branches and calls, each at its own line.
#include <tuple>

#include "nngc/autodiff.h"
#include "nngc/compiler.h"
#include "nngc/control.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "test/errors/catalogue.h"

namespace nngc::test {

using Kind = Error::Kind;

namespace {

std::pair<Values, Values> same(const Values& c, const Values&) { return {c, {}}; }
Values itself(const Values& v) { return v; }
Value yes(const Values& v) { return reduce_sum(v[0]) > 0; }

/// What a lambda kept for itself.
Value escaped(Value of) {
  Value kept;
  scan_values({reduce_sum(of)}, {of}, [&](const Values& c, const Values& row) {
    kept = c[0] + reduce_sum(row[0]);
    return std::pair{Values{kept}, Values{}};
  });
  return kept;
}

/// Five steps, where the rows of an input say how many there may be.
Graph five_steps() {
  Graph g("five");
  const Dim batch = Dim::symbol("batch");
  const Value x = g.input("x", f32({batch}));
  const auto [last, steps] = while_loop(
      std::pair{reduce_sum(x), g.scalar(DType::I32, 0)}, [](const auto& s) { return s.second < 5; },
      [](const auto& s) { return std::pair{s.first * 0.5, s.second + 1}; }, {.max_steps = batch});
  g.output("y", last.first);
  return g;
}
void run_with_two_rows() {
  std::vector<float> x(2), y(1);
  compile(five_steps()).run({{"x", x}, {"y", y}});
}

ScanOptions in_segments() {
  ScanOptions options;
  options.segments = 3;
  return options;
}
ScanOptions keeping(std::int64_t snapshots, std::int64_t segments = 0) {
  ScanOptions options;
  options.snapshots = snapshots;
  options.segments = segments;
  return options;
}

} // namespace

// clang-format off: one line a mistake, however long; its place is that line
std::vector<Mistake> control_mistakes() {
  const std::string scan = "lib/ops/control/scan.cpp", check = "lib/ops/control/check.cpp";
  const std::string call = "lib/ops/control/call.cpp", cond_file = "lib/ops/control/cond.cpp";
  const std::string loop = "lib/ops/control/while_loop.cpp";
  return {
      mistake(scan, Kind::Argument, "scan: there are neither carries nor xs", [](Ground&) { scan_values({}, {}, same); }),
      mistake(scan, Kind::Argument, "scan: without xs, say the length", [](Ground& w) { scan_values({w.a}, {}, same); }),
      mistake(scan, Kind::Argument, "scan: the body gives neither carries nor ys", [](Ground& w) { scan_values({}, {w.a}, same); }),
      mistake(scan, Kind::Shape, "scan: an x is f32[], it has no rows", [](Ground& w) { scan_values({w.a}, {w.s}, same); }),
      mistake(scan, Kind::Shape, "scan: an x is f32[3,2], with 3 rows; there are to be 2", [](Ground& w) { scan_values({}, {w.a, w.tall}, same); }),
      mistake(scan, Kind::Unsupported, "scan: segments need a length that is a number, and no count", [](Ground& w) { scan_values({w.s}, {w.x}, same, in_segments()); }),
      mistake(scan, Kind::Argument, "scan: snapshots is a count, not -1", [](Ground& w) { scan_values({w.a}, {w.tall}, same, keeping(-1)); }),
      mistake(scan, Kind::Argument, "scan: either segments or snapshots, not both", [](Ground& w) { scan_values({w.a}, {w.tall}, same, keeping(2, 2)); }),
      mistake(check, Kind::Argument, "scan: the body takes 1 carries and gives 0", [](Ground& w) { scan_values({w.s}, {w.a}, [](const Values&, const Values& row) { return std::pair{Values{}, row}; }); }),
      mistake(check, Kind::Type, "scan: carry[0] is f32[], the body makes it f32[3]", [](Ground& w) { scan_values({w.s}, {w.a}, [](const Values&, const Values& row) { return std::pair{row, Values{}}; }); }),
      mistake(check, Kind::Type, "scan: carry[1] is f32[3], the body makes it f32[2,3]", [](Ground& w) { nngc::scan(std::tuple{w.s, w.row}, w.a, [&](auto c, Value) { return std::pair{std::tuple{std::get<0>(c), w.a}, std::tuple<>{}}; }); }),
      mistake(check, Kind::Graph, "scan: an empty Value", [](Ground& w) { scan_values({w.s}, {w.a}, [](const Values& c, const Values&) { return std::pair{c, Values{Value{}}}; }); }),
      mistake(check, Kind::Graph, "scan: a value belongs to another graph, 'other'", [](Ground& w) { scan_values({w.s}, {w.a}, [&](const Values& c, const Values&) { return std::pair{c, Values{w.foreign}}; }); }),
      mistake(loop, Kind::Argument, "while_loop: there is no carry", [](Ground&) { while_values({}, yes, itself); }),
      mistake(loop, Kind::Type, "while_loop: the condition is bool[2,3], and must be bool[]", [](Ground& w) { while_values({w.a}, [](const Values& v) { return v[0] > 0; }, itself); }),
      mistake("lib/autodiff/loop_vjp.cpp", Kind::Unsupported, "derivative of ~ (while): while: reverse mode keeps what every step computed; say at most how many there are (max_steps)", [](Ground& w) { grad(reduce_sum(while_values({w.a}, yes, [](const Values& v) { return Values{v[0] * v[0]}; })[0]), std::vector{w.a}); }),
      mistake(cond_file, Kind::Type, "cond: the predicate is bool[2,3], and must be bool[]", [](Ground& w) { cond_values(w.p, [&] { return Values{w.a}; }, [&] { return Values{w.a}; }); }),
      mistake(cond_file, Kind::Argument, "cond: one branch gives 1 values, the other 2; they must give equally many, at least one", [](Ground& w) { cond_values(w.s > 0, [&] { return Values{w.a}; }, [&] { return Values{w.a, w.a}; }); }),
      mistake(cond_file, Kind::Type, "cond: result 0 is f32[2,3] in one branch, f64[2,3] in the other", [](Ground& w) { cond_values(w.s > 0, [&] { return Values{w.a}; }, [&] { return Values{w.d}; }); }),
      mistake(cond_file, Kind::Type, "switch_case: the index is f32[], and must be an int of rank 0", [](Ground& w) { switch_values(w.s, {[&] { return Values{w.a}; }}); }),
      mistake(cond_file, Kind::Argument, "switch_case: there is no function", [](Ground& w) { switch_values(convert(w.s, DType::I32), {}); }),
      mistake(call, Kind::Argument, "call: the name is empty", [](Ground& w) { call_values({w.a}, itself, false, {}, Where::current(), ""); }),
      mistake(call, Kind::Argument, "call: there is no argument", [](Ground&) { call_values({}, itself); }),
      mistake(call, Kind::Argument, "call: the function gives no value", [](Ground& w) { call_values({w.a}, [](const Values&) { return Values{}; }); }),
      mistake(call, Kind::Argument, "custom_vjp: the function uses a value from outside, f32[2,3], for which there would be no derivative; make it an argument", [](Ground& w) { call_values({w.a}, [&](const Values& v) { return Values{v[0] * w.row}; }, false, [](const Values&, const Values&, const Values& ct) { return ct; }); }),
      mistake(call, Kind::Argument, "custom_vjp: the backward function uses a value from outside; make it an argument", [](Ground& w) { call_values({w.a}, itself, false, [&](const Values&, const Values&, const Values& ct) { return Values{ct[0] * w.row}; }); }),
      mistake_at("", "lib/driver/compiler.cpp", Kind::Shape, "run: with batch = 2, a while takes more steps than its max_steps", [](Ground&) { run_with_two_rows(); }),
      mistake("lib/eval/regions.cpp", Kind::Shape, "eval: a while takes more than 2 steps, its max_steps", [](Ground&) { (void)eval(five_steps(), std::vector{Tensor(DType::F32, {2})}); }),
      mistake("lib/ir/graph.cpp", Kind::Graph, "output: the value of 'kept' depends on an argument (f32[3]) of a function given to scan, while_loop or call; return it from there", [](Ground& w) { w.g.output("kept", escaped(w.a)); }),
      mistake("lib/ir/graph.cpp", Kind::Graph, "output: the value of 'more' depends on an argument (f32[3]) of a function given to scan, while_loop or call; return it from there", [](Ground& w) { w.g.output("more", scan_values({escaped(w.a)}, {w.a}, same).first[0]); }),
  };
}
// clang-format on

} // namespace nngc::test
