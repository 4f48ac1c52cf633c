// What differentiation promises beyond right numbers: conventions at kinks, no NaN from what does
// not count, errors, structure of the graph it makes, and a million nodes without recursion.
#include <array>
#include <cmath>
#include <ctime>
#include <limits>

#include "ir/graph_data.h"
#include "nngc/autodiff.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// The gradient of sum(f(x)) as a value, for the next order.
template <class F> Value slope_of(F f, Value x) {
  const std::array wrt{x};
  return grad(reduce_sum(f(x)), wrt)[0];
}

/// The gradient of sum(f(x)) at the points, in f64.
template <class F> std::vector<double> slope(F f, const std::vector<double>& points) {
  Graph g;
  const Value x = g.input("x", f64({static_cast<std::int64_t>(points.size())}));
  g.output("g", slope_of(f, x));
  const std::array inputs{Tensor::of<double>({static_cast<std::int64_t>(points.size())}, points)};
  const Tensor result = eval(g, std::span<const Tensor>(inputs))[0];
  return {result.data<double>().begin(), result.data<double>().end()};
}

std::vector<double> slope_at(Value (*f)(Value, Where), const std::vector<double>& points) {
  return slope([f](Value x) { return f(x, Where::current()); }, points);
}

using List = std::vector<double>;

} // namespace

TEST_CASE("conventions at kinks", "[autodiff]") {
  CHECK(slope_at(relu, {-1, 0, -0.0, 2}) == List{0, 0, 0, 1});
  CHECK(slope_at(abs, {-3, 0, 3}) == List{-1, 0, 1});
  CHECK(slope_at(softplus, {0}) == List{0.5});
  CHECK(slope_at(floor, {0.5, 1}) == List{0, 0});
  CHECK(slope_at(sign, {-1, 0, 1}) == List{0, 0, 0});
  CHECK(slope([](Value x) { return max(x, x); }, {2}) == List{1});
  CHECK(slope([](Value x) { return max(x, 1); }, {0, 1, 2}) == List{0, 0, 1});
  CHECK(slope([](Value x) { return max(1, x); }, {0, 1, 2}) == List{0, 0, 1});
  CHECK(slope([](Value x) { return min(max(x, 0), 6); }, {0, 3, 6, 7}) == List{0, 1, 0, 0});
  CHECK(slope([](Value x) { return max(x, 2 * x - x, Tie::First); }, {1}) == List{1});
  CHECK(slope([](Value x) { return max(x, 2 * x, Tie::Half); }, {0}) == List{1.5});
  CHECK(slope([](Value x) { return max(x, 2 * x, Tie::First); }, {0}) == List{1});
  CHECK(slope([](Value x) { return max(x, 2 * x, Tie::Second); }, {0}) == List{2});
  CHECK(slope([](Value x) { return reduce_max(x); }, {3, 1, 3}) == List{1, 0, 0});
  CHECK(slope([](Value x) { return reduce_min(x); }, {1, 1, 3}) == List{1, 0, 0});
  CHECK(slope([](Value x) { return reduce_prod(x); }, {0, 2, 3}) == List{6, 0, 0});
  CHECK(slope([](Value x) { return reduce_prod(x); }, {0, 0, 3}) == List{0, 0, 0});
  CHECK(slope([](Value x) { return pow(x, 2); }, {0, 3}) == List{0, 6});
  CHECK(slope([](Value x) { return ipow(x, 0); }, {0}) == List{0});
  CHECK(slope([](Value x) { return ipow(x, 2); }, {0, -3}) == List{0, -6});
}

TEST_CASE("what a select does not take cannot spoil the gradient", "[autodiff]") {
  CHECK(slope([](Value x) { return select(x > 0, sqrt(x), 0); }, {0, 4}) == List{0, 0.25});
  CHECK(slope([](Value x) { return select(x > 0, log(x), 0); }, {0, -1, 2}) == List{0, 0, 0.5});
  CHECK(slope([](Value x) { return select(x > 0, 1.0 / Operand(x), x); }, {0, 2}) ==
        List{1, -0.25});
  // Through a chain of elementwise ops, through movement, and from max as well as from select.
  CHECK(slope([](Value x) { return select(x > 0, exp(sqrt(x * 4)) * 0 + sqrt(x), 0); }, {0, 4}) ==
        List{0, 0.25});
  CHECK(slope([](Value x) { return select(gt(reverse(x, {0}), 0), reverse(sqrt(x), {0}), 0); },
              {0, 4}) == List{0, 0.25});
  CHECK(slope([](Value x) { return max(sqrt(x), 1); }, {0, 4}) == List{0, 0.25});
  CHECK(slope([](Value x) { return select(x > 0, select(x < 100, sqrt(x), log(x)), 0); },
              {0, 4, 400}) == List{0, 0.25, 1.0 / 400});
  // Where two users give the same value different masks.
  CHECK(slope(
            [](Value x) {
              const Value r = sqrt(x);
              return select(x > 0, r, 0) + select(x > 1, r, 0);
            },
            {0, 0.25, 4}) == List{0, 1, 0.5});
}

// A mask goes on through what repeats and what sums: behind them comes the factor that is infinite.
TEST_CASE("what a select does not take stays out behind broadcasts and sums", "[autodiff]") {
  const auto unit = [](Value x) {
    const Value s = reduce_sum(x * x);
    return select(broadcast_to(s > 0, x.shape()), x * rsqrt(s), 0);
  };
  CHECK(slope(unit, {0, 0}) == List{0, 0});
  for (double d : slope([&](Value x) { return slope_of(unit, x); }, {0, 0})) CHECK(d == 0);
  const List at_3_4 = slope(unit, {3, 4});
  CHECK(at_3_4[0] == Approx(1.0 / 5 - 3 * 7 / 125.0));
  CHECK(at_3_4[1] == Approx(1.0 / 5 - 4 * 7 / 125.0));
  // A mask that is made of repeated values, and one that repeats nothing: any of its elements.
  const auto repeated = [](Value x) {
    const Value s = broadcast_to(reduce_sum(x), x.shape());
    return select(bit_and(s > 0, logical_not(s > 9)), x * log(reduce_sum(x)), 0);
  };
  CHECK(slope(repeated, {0, 0}) == List{0, 0});
  CHECK(slope(repeated, {8, 2}) == List{0, 0});
  CHECK(slope(repeated, {0.5, 0.5}) == List{1, 1});
  const auto any = [](Value x) { return select(x > 0, broadcast_to(log(reduce_sum(x)), {2}), 0); };
  CHECK(slope(any, {0, 0}) == List{0, 0});
  CHECK(slope(any, {0, 2}) == List{0.5, 0.5});
  // Rows of one kept extent, and the other way: a sum that does not count.
  const auto rows = [](Value x) {
    const Value m = reshape(x, {2, 2}), s = reduce_sum(m * m, {1}, true);
    return select(broadcast_to(s > 0, m.shape()), m * rsqrt(s), 0);
  };
  const List two = slope(rows, {0, 0, 3, 4});
  CHECK((two[0] == 0 && two[1] == 0 && two[2] == Approx(1.0 / 5 - 3 * 7 / 125.0)));
  for (bool keep : {false, true}) {
    const auto sum = [keep](Value x) {
      const Value s = reduce_sum(x, {0}, keep);
      return select(s > 0, reduce_sum(sqrt(x), {0}, keep), 0);
    };
    CHECK(slope(sum, {0, 0}) == List{0, 0});
    CHECK(slope(sum, {4, 1}) == List{0.25, 0.5});
  }
  const auto product = [](Value x) {
    return select(reduce_sum(x) > 0, reduce_prod(1.0 / Operand(x)), 0);
  };
  CHECK(slope(product, {0, 0}) == List{0, 0});
  CHECK(slope(product, {2, 1}) == List{-0.25, -0.5});
  const auto direct = [](Value x) { return select(reduce_sum(x) > 0, reduce_prod(x), 0); };
  CHECK(slope(direct, {-inf, -inf}) == List{0, 0});
  CHECK(slope(direct, {2, 3}) == List{3, 2});
}

TEST_CASE("fully masked rows have finite gradients", "[autodiff]") {
  for (auto* f : {&softmax, &log_softmax}) {
    for (double d :
         slope([f](Value x) { return select(x > -inf, (*f)(x, -1, Where::current()), 0.0); },
               {-inf, -inf, -inf}))
      CHECK(d == 0);
  }
  for (double d : slope([](Value x) { return logsumexp(x); }, {-inf, -inf}))
    CHECK(std::isfinite(d));
}

TEST_CASE("forward mode keeps out what does not count", "[autodiff]") {
  Graph g;
  const Value x = g.input("x", f64({2})), d = g.input("d", f64({2}));
  const std::array outs{select(x > 0, sqrt(x), x)}, wrt{x}, along{d};
  g.output("t", jvp(outs, wrt, along)[0]);
  const std::vector<double> points = {0, 4}, direction = {3, 3};
  const std::array inputs{Tensor::of<double>({2}, points), Tensor::of<double>({2}, direction)};
  const Tensor t = eval(g, std::span<const Tensor>(inputs))[0];
  CHECK(t.data<double>()[0] == 3);
  CHECK(t.data<double>()[1] == 0.75);
}

TEST_CASE("stop_gradient and independent values give zeros", "[autodiff]") {
  CHECK(slope([](Value x) { return stop_gradient(x) * x; }, {3}) == List{3});
  Graph g;
  const Value x = g.input("x", f32({2, 3})), y = g.input("y", f32({}));
  const std::array wrt{x, y};
  const auto gradients = grad(y * y, wrt);
  CHECK(gradients[0].type() == x.type());
  double element = 1;
  CHECK(is_splat(gradients[0], element));
  CHECK(element == 0);
}

TEST_CASE("one value twice, intermediate values, several outputs", "[autodiff]") {
  Graph g;
  const Value x = g.input("x", f64({})), y = x * x, z = y * 3;
  const std::vector<Value> wrt{x, y, x};
  const auto gradients = grad(z, wrt);
  g.output("dx", gradients[0]);
  g.output("dy", gradients[1]);
  const std::array outs{y, z}, weights{g.scalar(DType::F64, 10), g.scalar(DType::F64, 1)};
  const std::array only_x{x};
  g.output("both", vjp(outs, weights, only_x)[0]);
  const std::array loss_wrt{x}, along{g.scalar(DType::F64, 2)};
  g.output("hvp", hvp(ipow(x, 3), loss_wrt, along)[0]);
  CHECK(gradients[0].same(gradients[2]));
  const std::vector<double> five = {5};
  const std::array inputs{Tensor::of<double>({}, five)};
  const auto r = eval(g, std::span<const Tensor>(inputs));
  CHECK(r[0].data<double>()[0] == 30);
  CHECK(r[1].data<double>()[0] == 3);
  CHECK(r[2].data<double>()[0] == 130);
  CHECK(r[3].data<double>()[0] == 60);
}

TEST_CASE("what cannot be differentiated is an error that says what", "[autodiff]") {
  Graph g, other;
  const Value x = g.input("x", f32({3})), i = g.input("labels", i32({3})),
              p = g.input("p", boolean({3}));
  const Value loss = reduce_sum(x * convert(i, DType::F32));
  const std::array ints{i}, bools{p}, floats{x}, foreign{other.input("x", f32({3}))}, losses{loss};
  NNGC_CHECK_THROWS(grad(loss, ints), Error, "input 'labels' is i32[3]");
  NNGC_CHECK_THROWS(grad(loss, bools), Error, "input 'p' is bool[3]");
  NNGC_CHECK_THROWS(grad(x, floats), Error, "must have rank 0");
  NNGC_CHECK_THROWS(grad(reduce_sum(i), floats), Error, "only floats");
  NNGC_CHECK_THROWS(grad(loss, foreign), Error, "two graphs");
  NNGC_CHECK_THROWS(vjp(losses, floats, floats), Error, "its cotangent f32[3]");
  NNGC_CHECK_THROWS(jvp(losses, floats, losses), Error, "its tangent f32[]");
  NNGC_CHECK_THROWS(vjp(losses, {}, floats), Error, "0 cotangents for 1 value");
  try {
    grad(loss, ints);
  } catch (const Error& e) {
    CHECK(e.kind() == Error::Kind::Type);
    CHECK_THAT(e.place(), test::ContainsSubstring("grad_test.cpp"));
  }
  try {
    grad(x, floats);
  } catch (const Error& e) {
    CHECK(e.kind() == Error::Kind::Shape);
  }
}

TEST_CASE("derivative nodes know their section and the node they come from", "[autodiff]") {
  Graph g;
  const Value x = g.input("x", f32({4})), y = tanh(x), loss = reduce_sum(y * y);
  const NodeId end = g.data()->size();
  const std::array wrt{x};
  grad(loss, wrt);
  bool from_tanh = false;
  for (NodeId id = end; id < g.data()->size(); ++id) {
    CHECK(g.data()->node(id).section == Section::Backward);
    if (g.data()->node(id).op != Opcode::Constant) CHECK(g.data()->node(id).origin < end);
    from_tanh = from_tanh || g.data()->node(id).origin == y.id();
  }
  CHECK(from_tanh);
  CHECK(g.data()->section == Section::Forward);
  CHECK(g.data()->origin == GraphData::no_origin);
}

TEST_CASE("many users of a 16-bit value are added in f32", "[autodiff]") {
  Graph g;
  const Value x = g.input("x", {DType::BF16, {}});
  // 256 + 1 is 256 in bf16; eight ones are not lost when they are added in f32.
  Value sum = x * 256;
  for (int i = 1; i <= 8; ++i) sum = sum + x * (1 + i / 128.0);
  const std::array wrt{x};
  g.output("g", grad(sum, wrt)[0]);
  const std::array inputs{Tensor(DType::BF16, {})};
  const Tensor result = eval(g, std::span<const Tensor>(inputs))[0];
  CHECK(from_bf16(result.data<std::uint16_t>()[0]) == 264);
}

TEST_CASE("sharing keeps derivatives small", "[autodiff]") {
  Graph g;
  const Value x = g.input("x", f32({8}));
  Value y = x;
  for (int i = 0; i < 20; ++i) y = y * tanh(y); // 2^20 paths
  const Value loss = reduce_sum(y);
  const std::array wrt{x};
  const std::size_t forward = g.node_count();
  const Value first = grad(loss, wrt)[0];
  CHECK(g.node_count() <= 10 * forward);
  g.output("g", first);
  CHECK(g.live_count() <= 8 * forward);
}

TEST_CASE("a chain of a million nodes is differentiated in linear time", "[autodiff]") {
  const auto seconds = [](int length) {
    Graph g;
    const Value x = g.input("x", f32({}));
    Value y = x;
    for (int i = 0; i < length; ++i) y = i % 2 == 0 ? sin(y) : y + x;
    const std::clock_t start = std::clock(); // of a core, whatever else the machine does
    const std::array wrt{x}, outs{y}, along{x};
    const Value dx = grad(y, wrt)[0];
    const Value t = jvp(outs, wrt, along)[0];
    const std::clock_t spent = std::clock() - start;
    CHECK(dx.id() > y.id());
    CHECK(t.id() > y.id());
    return static_cast<double>(spent) / CLOCKS_PER_SEC;
  };
  const double tenth = seconds(100'000), whole = seconds(1'000'000);
  INFO(tenth << " s for 100,000 nodes, " << whole << " s for 1,000,000");
  CHECK(whole < 60 * tenth + 1); // quadratic would be 100 times
}

TEST_CASE("nothing flows through ints and bools", "[autodiff]") {
  for (const DType dtype : {DType::I32, DType::U8, DType::Bool}) {
    INFO(name(dtype));
    Graph g;
    const Value x = g.input("x", f32({3})), t = g.input("t", f32({3}));
    const Value steps = convert(convert(x, dtype), DType::F32);
    g.output("steps", steps);
    g.output("dx", grad(reduce_sum(steps * x), std::array{x})[0]);
    g.output("tangent", jvp(std::array{steps * x}, std::array{x}, std::array{t})[0]);
    const std::array in{Tensor::of<float>({3}, std::array{1.7F, 0.3F, 2.5F}),
                        Tensor::of<float>({3}, std::array{1.0F, 1.0F, 1.0F})};
    const std::vector<Tensor> out = eval(g, std::span<const Tensor>(in));
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(out[1].data<float>()[i] == out[0].data<float>()[i]);
      CHECK(out[2].data<float>()[i] == out[0].data<float>()[i]);
    }
  }
}
