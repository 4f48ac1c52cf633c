// Derivatives of every case, compiled, against the interpreter: reverse mode in f64 and f32, and
// reverse over reverse in f64; composites with their gradients, too.
//
// Either side may be off from exact arithmetic by what the roundings of its graph allow; f32 is
// held to exact arithmetic itself.
#include <algorithm>
#include <cmath>
#include <random>

#include "nngc/eval.h"
#include "test/conformance/exact.h"
#include "test/conformance/function.h"
#include "test/conformance/roads.h"
#include "test/conformance/trial.h"
#include "test/support/catch.h"

using namespace nngc;
using namespace nngc::test;

namespace {

void check_compiled(const Function& f) {
  const auto want = eval(f.graph, std::span<const Tensor>(f.inputs));
  std::vector<Tensor> have;
  try {
    have = run(compile(f.graph), f.graph, f.inputs, want);
  } catch (const std::exception& e) {
    FAIL_CHECK(e.what());
    return;
  }
  const Exact truth = exact(f);
  for (std::size_t o = 0; o < want.size(); ++o) {
    INFO("output " << f.graph.outputs()[o].name);
    const DType dtype = want[o].dtype();
    const bool is_f64 = dtype == DType::F64; // the truth is f64, too, and as far off
    const std::vector<double> x = numbers(have[o]), y = numbers(want[o]);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double near = is_f64 ? y[i] : truth.value[o][i], most = truth.error[o][i];
      if (!std::isfinite(y[i])) FAIL_CHECK("element " << i << " is " << y[i]);
      if (std::fabs(x[i] - near) <= (is_f64 ? 2 : 1) * most + smallest_subnormal(dtype)) continue;
      FAIL_CHECK("element " << i << ": " << x[i] << ", not " << near << ", off by "
                            << std::fabs(x[i] - near) / most << " of " << most);
    }
  }
}

/// The case and its derivatives up to `order`; how many graphs that were.
int check_orders(const Case& c, DType dtype, int order) {
  Function f{build(c, dtype), samples(c, dtype, 21)};
  if (!has_float_result(f)) return 0;
  std::mt19937 random(22);
  for (int i = 1; i <= order; ++i) {
    INFO(c.name << " in " << name(dtype) << ", order " << i);
    f = cotangent_of(f, random);
    check_compiled(f);
  }
  return order;
}

} // namespace

TEST_CASE("compiled derivatives agree with the interpreter, f64 to order 2",
          "[conformance][compiled][derivatives]") {
  int count = 0;
  for (const Case& c : all_cases())
    if (is_smooth_case(c)) count += check_orders(c, DType::F64, 2);
  CHECK(count > 150); // none was left out silently
}

TEST_CASE("compiled derivatives agree with the interpreter, f32",
          "[conformance][compiled][derivatives]") {
  int count = 0;
  for (const Case& c : all_cases())
    if (is_smooth_case(c)) count += check_orders(c, DType::F32, 1);
  CHECK(count > 75);
}

TEST_CASE("compiled composites and their gradients agree with the interpreter",
          "[conformance][compiled][derivatives]") {
  for (const Case& c : composite_cases())
    for (const DType dtype : {DType::F64, DType::F32}) {
      INFO(c.name << " in " << name(dtype));
      check_compiled({build(c, dtype), samples(c, dtype, 23)});
      check_orders(c, dtype, dtype == DType::F64 ? 2 : 1);
    }
}
