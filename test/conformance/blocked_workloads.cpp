// Models of our own, large enough to be cut into blocks.
#include "nngc/autodiff.h"
#include "nngc/control.h"
#include "nngc/ops.h"
#include "nngc/train.h"
#include "nngc/windows.h"
#include "test/conformance/workloads.h"

namespace nngc::test {

namespace {

Graph perceptron(Dim batch, const std::vector<std::int64_t>& sizes, const Optimizer& optimizer) {
  Graph g("mlp");
  Value h = g.input("x", f32({batch, sizes[0]}));
  const Value y = g.input("y", i32({batch}));
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    const std::string k = std::to_string(i);
    h = dense(h, g.param("w" + k, f32({sizes[i - 1], sizes[i]})),
              g.param("b" + k, f32({sizes[i]})));
    if (i + 1 < sizes.size()) h = relu(h);
  }
  return training_step(g, cross_entropy_with_logits(h, y), optimizer);
}

Graph reductions() {
  Graph g("reductions");
  const Value x = g.input("x", f32({611, 1031}));
  g.output("all", reduce_sum(x));
  g.output("rows", reduce_sum(exp(x), {1}));
  g.output("columns", reduce_sum(x * x, {0}));
  g.output("mean", reduce_mean(x, {0}));
  g.output("greatest", reduce_max(x, {0}));
  g.output("where", argmax(x, 1));
  g.output("softmax", softmax(x));
  return g;
}

Graph elementwise() {
  Graph g("elementwise");
  const Value x = g.input("x", f64({Dim::symbol("n")}));
  g.output("y", tanh(x) * exp(neg(x * x)) + erf(x));
  g.output("z", convert(x > 0.5, DType::F32));
  return g;
}

Graph rows() {
  Graph g("rows");
  const Value x = g.input("x", f32({100, 65})), i = g.input("i", i32({5000}));
  const Value picked = gather(x, i);
  g.output("scattered", scatter_add(x * 0.5, i, picked * picked));
  g.output("turned", transpose(picked));
  return g;
}

Graph products() {
  Graph g("products");
  const Value a = g.input("a", f32({257, 513})), b = g.input("b", f32({513, 129}));
  const Value c = g.input("c", {DType::BF16, {3, 64, 200}});
  g.output("ab", relu(matmul(a, b)));
  g.output("ata", dot_general(a, a, {0}, {0}));
  g.output("cc", matmul(c, transpose(c, {0, 2, 1})));
  return g;
}

Graph convolutions() {
  Graph g("convolutions");
  const Value x = g.input("x", f32({4, 22, 22, 8})), w = g.param("w", f32({3, 3, 8, 16}));
  const Value deep = g.param("deep", f32({3, 3, 1, 16}));
  Value h = max_pool(relu(conv2d(x, w, {.padding = Padding::same()})), {2, 2});
  h = avg_pool(tanh(conv2d(h, deep, {.padding = Padding::same(), .groups = 16})), {3, 3},
               {.stride = {1, 1}});
  g.output("loss", reduce_sum(h * h));
  const std::vector<Value> wrt{x, w, deep};
  const std::vector<Value> slopes = grad(g.outputs()[0].value, wrt);
  for (std::size_t i = 0; i < wrt.size(); ++i) g.output("d" + std::to_string(i), slopes[i]);
  return g;
}

Graph loops() {
  Graph g("loops");
  const Value x = g.input("x", f32({7, 96, 40})), w = g.param("w", f32({40, 40}));
  Value loss = g.scalar(DType::F32, 0);
  ScanOptions all, segments, snapshots;
  segments.segments = 3;
  snapshots.snapshots = 2;
  snapshots.reverse = true;
  for (const ScanOptions& options : {all, segments, snapshots}) {
    const auto [last, rows] = scan(
        full(g, f32({96, 40}), 0), x,
        [&](Value state, Value row) {
          const Value next = tanh(matmul(state, w) + row);
          return std::pair{next, next * row};
        },
        options);
    loss = loss + reduce_sum(last * last) + reduce_sum(rows);
  }
  const std::vector<Value> wrt{x, w};
  const std::vector<Value> slopes = grad(loss, wrt);
  g.output("loss", loss);
  g.output("dx", slopes[0]);
  g.output("dw", slopes[1]);
  return g;
}

Graph order() {
  Graph g("order");
  const Value x = g.input("x", f32({301, 257})), rows = g.input("i", i32({900}));
  g.output("sorted", sort(x));
  g.output("best", top_k(x, 9).values);
  g.output("sum", cumsum(x, 0));
  g.output("greatest", cummax(x, 1, true));
  g.output("recurrence", linrec(x * 0.5, x, 1));
  g.output("last", scatter_set(x, rows, gather(x, rows) * 2));
  g.output("most", scatter_max(x, rows, gather(x, rows) + 1));
  return g;
}

} // namespace

std::vector<Workload> blocked_workloads() {
  return {
      {"mlp", [] { return perceptron(128, {784, 256, 128, 10}, adam()); }},
      {"mlp_symbolic", [] { return perceptron(Dim::symbol("n"), {96, 65, 10}, momentum()); }, 77},
      {"reductions", reductions},
      {"elementwise", elementwise, 300007},
      {"rows", rows},
      {"products", products},
      {"convolutions", convolutions},
      {"loops", loops},
      {"order", order},
  };
}

} // namespace nngc::test
