// Windows of padding, of NaN and of equals.
#include <cmath>

#include "nngc/compiler.h"
#include "nngc/windows.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

std::vector<float> run_1d(const std::vector<float>& x, Value (*f)(Value)) {
  Graph g;
  const Value y = f(g.input("x", f32({static_cast<std::int64_t>(x.size())})));
  g.output("y", convert(y, DType::F32));
  std::vector<float> result(static_cast<std::size_t>(y.shape()[0].value()));
  compile(g).run({{"x", x}, {"y", result}});
  return result;
}

} // namespace

TEST_CASE("windows of padding alone give the identity and no owner", "[window]") {
  const Window far{.dims = {2}, .strides = {2}, .lo = {2}, .hi = {1}};
  static Window w;
  w = far;
  const std::vector<float> x = {-3, -INFINITY, 5};
  CHECK(run_1d(x, [](Value v) { return window_max(v, w); }) ==
        std::vector<float>{-INFINITY, -3, 5});
  CHECK(run_1d(x, [](Value v) { return window_sum(v, w); }) == std::vector<float>{0, -INFINITY, 5});
  CHECK(run_1d(x, [](Value v) { return window_argmax(v, w); }) == std::vector<float>{-1, 0, 2});
  // An element that equals the padding is there all the same.
  w = {.dims = {2}, .strides = {2}, .lo = {0}, .hi = {1}};
  CHECK(run_1d({1, 2, -INFINITY}, [](Value v) { return window_argmax(v, w); }) ==
        std::vector<float>{1, 2});
}

TEST_CASE("the first extreme of a window owns it; NaN before all", "[window]") {
  static const Window w{.dims = {3}};
  const std::vector<float> x = {2, 2, 1, NAN, 7, NAN, 0};
  CHECK(run_1d(x, [](Value v) { return window_argmax(v, w); }) ==
        std::vector<float>{0, 3, 3, 3, 5});
  CHECK(run_1d(x, [](Value v) { return window_argmin(v, w); }) ==
        std::vector<float>{2, 3, 3, 3, 5});
  const std::vector<float> m = run_1d(x, [](Value v) { return window_max(v, w); });
  CHECK((m[0] == 2 && std::isnan(m[1]) && std::isnan(m[2]) && std::isnan(m[4])));
}
