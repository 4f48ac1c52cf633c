// Derivative rules of the structural primitives against complex steps, which use no rule: forward
// and reverse mode, and reverse mode of reverse mode up to the third order.
#include <array>
#include <cmath>
#include <functional>
#include <random>

#include "eval/complex_step.h"
#include "ir/graph_data.h"
#include "nngc/autodiff.h"
#include "nngc/eval.h"
#include "nngc/ops.h"
#include "test/support/catch.h"

using namespace nngc;

namespace {

using Build = std::function<Value(Graph&, const std::vector<Value>&)>;

Tensor random_tensor(std::vector<std::int64_t> shape, std::mt19937& random) {
  Tensor t(DType::F64, std::move(shape));
  for (double& v : t.data<double>()) v = std::uniform_real_distribution<double>(-1, 1)(random);
  return t;
}

Tensor random_like(Value v, std::mt19937& random) {
  std::vector<std::int64_t> shape;
  for (const Dim& d : v.shape()) shape.push_back(d.value());
  return random_tensor(std::move(shape), random);
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void check_close(double rule, double truth) {
  CHECK(std::isfinite(truth));
  CHECK(std::abs(rule - truth) <= 1e-9 * (1 + std::abs(truth)));
}

// Inputs are bent by x + x*x/3 first, so that linear ops too have derivatives of every order.
void judge(const std::string& name, const std::vector<std::vector<std::int64_t>>& shapes,
           const Build& build, const std::vector<std::size_t>& zeros = {}) {
  INFO(name);
  std::mt19937 random(7);
  Graph g;
  std::vector<Value> inputs, bent, directions;
  std::vector<Tensor> values, along;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    std::vector<Dim> dims(shapes[i].begin(), shapes[i].end());
    inputs.push_back(g.input("x" + std::to_string(i), f64(Shape(std::move(dims)))));
    bent.push_back(inputs[i] + inputs[i] * inputs[i] / 3.0);
    values.push_back(random_tensor(shapes[i], random));
    along.push_back(random_tensor(shapes[i], random));
    directions.push_back(constant(g, along[i]));
  }
  for (std::size_t z : zeros) values[0].data<double>()[z] = 0;
  const Value y = build(g, bent);
  const auto outputs = [&](Value v) {
    g.clear_outputs();
    g.output("y", v);
  };

  outputs(y);
  const std::vector<double> truth = complex_step(g, values, along)[0];
  outputs(jvp(std::array{y}, inputs, directions)[0]);
  const Tensor moved = eval(g, values)[0];
  REQUIRE(moved.data<double>().size() == truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) check_close(moved.data<double>()[i], truth[i]);

  // s, then a random weighting of its gradient, then of that one's.
  Value s = reduce_sum(y * constant(g, random_like(y, random)));
  for (int order = 1; order <= 3; ++order) {
    INFO("order " << order);
    outputs(s);
    const double slope = complex_step(g, values, along)[0][0];
    const std::vector<Value> gradients = grad(s, inputs);
    g.clear_outputs();
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      CHECK(gradients[i].type() == inputs[i].type());
      g.output("g" + std::to_string(i), gradients[i]);
    }
    const std::vector<Tensor> rules = eval(g, values);
    double sum = 0;
    for (std::size_t i = 0; i < rules.size(); ++i)
      sum += dot(rules[i].data<double>(), along[i].data<double>());
    check_close(sum, slope);
    s = g.scalar(DType::F64, 0);
    for (Value v : gradients) s = s + reduce_sum(v * constant(g, random_like(v, random)));
  }
}

Value rows(Graph& g, std::vector<std::int64_t> shape, std::vector<std::int32_t> v) {
  return constant(g, Tensor::of<std::int32_t>(std::move(shape), std::span<const std::int32_t>(v)));
}

} // namespace

TEST_CASE("derivatives of the movers") {
  using In = const std::vector<Value>&;
  judge("broadcast", {{3, 1}},
        [](Graph&, In x) { return broadcast_in_dim(x[0], {2, 3, 4}, {1, 2}); });
  judge("broadcast scalar", {{}}, [](Graph&, In x) { return broadcast_to(x[0], {2, 3}); });
  judge("reshape", {{2, 6}}, [](Graph&, In x) { return reshape(x[0], {3, 4}); });
  judge("transpose", {{2, 3, 4}}, [](Graph&, In x) { return transpose(x[0], {2, 0, 1}); });
  judge("reverse", {{2, 3}}, [](Graph&, In x) { return reverse(x[0], {1}); });
  judge("slice", {{7, 5}}, [](Graph&, In x) { return slice(x[0], {1, 0}, {6, 5}, {2, 3}); });
  judge("empty slice", {{4}}, [](Graph&, In x) { return slice(x[0], {2}, {2}, {3}); });
  judge("pad", {{3, 4}, {}},
        [](Graph&, In x) { return pad(x[0], x[1], {2, -1}, {-1, 3}, {1, 2}); });
  judge("pad nothing", {{0, 2}, {}},
        [](Graph&, In x) { return pad(x[0], x[1], {1, 0}, {2, 0}, {3, 0}); });
  judge("concat", {{2, 3}, {2, 0}, {2, 2}}, [](Graph&, In x) { return concat(x, 1); });
}

TEST_CASE("derivatives of indexing") {
  using In = const std::vector<Value>&;
  for (const IndexMode mode : {IndexMode::Fill, IndexMode::Clip}) {
    judge("gather", {{3, 2}},
          [&](Graph& g, In x) { return gather(x[0], rows(g, {5}, {2, 0, 2, -4, 9}), 0, mode); });
    judge("gather inner", {{2, 3, 2}},
          [&](Graph& g, In x) { return gather(x[0], rows(g, {2, 2}, {1, 1, 7, 0}), 1, mode); });
    judge("scatter_add", {{2, 3}, {2, 4}}, [&](Graph& g, In x) {
      return scatter_add(x[0], rows(g, {4}, {1, 1, 5, 0}), x[1], 1, mode);
    });
  }
}

TEST_CASE("derivatives of reductions") {
  using In = const std::vector<Value>&;
  judge("sum", {{2, 3, 4}}, [](Graph&, In x) { return reduce_sum(x[0], {0, 2}); });
  judge("sum keepdims", {{2, 3}}, [](Graph&, In x) { return reduce_sum(x[0], {1}, true); });
  judge("mean", {{2, 3}}, [](Graph&, In x) { return reduce_mean(x[0]); });
  judge("max", {{2, 3, 4}}, [](Graph&, In x) { return reduce_max(x[0], {0, 2}); });
  judge("min keepdims", {{3, 4}}, [](Graph&, In x) { return reduce_min(x[0], {-1}, true); });
  judge("sum of nothing", {{0, 3}}, [](Graph&, In x) { return reduce_sum(x[0], {0}); });
  judge("max of nothing", {{0, 3}, {3}},
        [](Graph&, In x) { return max(reduce_max(x[0], {0}), x[1]); });
  judge("prod", {{2, 5}}, [](Graph&, In x) { return reduce_prod(x[0], {1}); });
  judge("prod of one", {{3, 1}}, [](Graph&, In x) { return reduce_prod(x[0], {1}); });
  judge("prod keepdims", {{2, 3, 4}}, [](Graph&, In x) { return reduce_prod(x[0], {0, 2}, true); });
  judge("prod with a zero", {{2, 3}}, [](Graph&, In x) { return reduce_prod(x[0]); }, {1});
  judge("prod with two zeros", {{2, 3}}, [](Graph&, In x) { return reduce_prod(x[0]); }, {1, 4});
}

TEST_CASE("derivatives of contractions") {
  using In = const std::vector<Value>&;
  judge("matmul", {{2, 3}, {3, 4}}, [](Graph&, In x) { return matmul(x[0], x[1]); });
  judge("batched", {{2, 3, 4}, {2, 4, 5}}, [](Graph&, In x) { return matmul(x[0], x[1]); });
  judge("rows", {{2, 3, 4}, {4, 2}}, [](Graph&, In x) { return matmul(x[0], x[1]); });
  judge("broadcast", {{3, 4}, {2, 1, 4, 2}}, [](Graph&, In x) { return matmul(x[0], x[1]); });
  judge("outer", {{2}, {3}}, [](Graph&, In x) { return dot_general(x[0], x[1], {}, {}); });
  judge("all", {{2, 3}, {3, 2}},
        [](Graph&, In x) { return dot_general(x[0], x[1], {0, 1}, {1, 0}); });
  judge("mixed", {{4, 2, 3, 5, 2}, {3, 2, 2, 6, 4}},
        [](Graph&, In x) { return dot_general(x[0], x[1], {4, 0}, {1, 4}, {2, 1}, {0, 2}); });
  judge("square", {{3, 3}}, [](Graph&, In x) { return matmul(x[0], x[0]); });
}

TEST_CASE("symbolic extents keep their derivatives") {
  Graph g;
  const Dim n = Dim::symbol("batch");
  const Value x = g.input("x", f64({n, 2})), w = g.input("w", f64({Dim(2) * n, 2}));
  const Value joined = concat(std::array{x * x, x, w}, 0);   // 4n
  const Value part = slice(joined, {n, 0}, {Dim(3) * n, 2}); // x, first half of w
  const Value loss = reduce_sum(part * w) + reduce_mean(reduce_max(x, {0, 1}, true));
  const std::vector<Value> gradients = grad(loss, std::array{x, w});
  g.output("gx", gradients[0]);
  g.output("gw", gradients[1]);
  const std::array<double, 2> xs{3, 5};
  const std::array<double, 4> ws{1, 2, 7, 11};
  const std::vector<Tensor> got =
      eval(g, std::array{Tensor::of<double>({1, 2}, xs), Tensor::of<double>({2, 2}, ws)});
  // loss = x.w0 + w0.w1 + max x
  CHECK(std::vector<double>(got[0].data<double>().begin(), got[0].data<double>().end()) ==
        std::vector<double>{1, 3});
  CHECK(std::vector<double>(got[1].data<double>().begin(), got[1].data<double>().end()) ==
        std::vector<double>{3 + 7, 5 + 11, 1, 2});
  NNGC_CHECK_THROWS(grad(reduce_prod(x), std::array{x}), Error,
                    "product over the symbolic extent batch");
}

TEST_CASE("ties of max, first and split") {
  Graph g;
  const Value x = g.input("x", f32({2, 3}));
  const Value first = reduce_max(x);
  const Value split = append(Opcode::Reduce, {x},
                             {{"axes", Axes{0, 1}},
                              {"keepdims", false},
                              {"kind", std::string("max")},
                              {"tie", std::string("split")}},
                             Where::current());
  const std::array<float, 6> ones{0, 1, 2, 3, 4, 5};
  const Value t = constant(g, Tensor::of<float>({2, 3}, ones));
  g.output("first", grad(first, std::array{x})[0]);
  g.output("split", grad(split, std::array{x})[0]);
  g.output("first_t", jvp(std::array{first}, std::array{x}, std::array{t})[0]);
  g.output("split_t", jvp(std::array{split}, std::array{x}, std::array{t})[0]);
  const std::array<float, 6> values{0, 9, 1, 9, 2, 3};
  const std::vector<Tensor> got = eval(g, std::array{Tensor::of<float>({2, 3}, values)});
  const auto list = [&](std::size_t i) {
    return std::vector<float>(got[i].data<float>().begin(), got[i].data<float>().end());
  };
  CHECK(list(0) == std::vector<float>{0, 1, 0, 0, 0, 0});
  CHECK(list(1) == std::vector<float>{0, .5F, 0, .5F, 0, 0});
  CHECK(list(2) == std::vector<float>{1});
  CHECK(list(3) == std::vector<float>{2});
}

TEST_CASE("16-bit contractions with an f32 result have derivatives of the operands' dtype") {
  Graph g;
  const Value a = g.input("a", {DType::BF16, {2, 3}}), b = g.input("b", {DType::BF16, {3, 2}});
  const Value y = append(Opcode::DotGeneral, {a, b},
                         {{"batch_a", Axes{}},
                          {"batch_b", Axes{}},
                          {"contract_a", Axes{1}},
                          {"contract_b", Axes{0}},
                          {"out", DType::F32}},
                         Where::current());
  CHECK(y.type() == f32({2, 2}));
  const std::vector<Value> gradients = grad(reduce_sum(y), std::array{a, b});
  CHECK(gradients[0].type() == a.type());
  CHECK(gradients[1].type() == b.type());
}
