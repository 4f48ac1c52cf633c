// Control flow on the compiled road: models, gradients and Hessian-vector products, optimized and
// as written, against the interpreter.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "nngc/autodiff.h"
#include "nngc/compiler.h"
#include "nngc/eval.h"
#include "nngc/passes.h"
#include "nngc/text.h"
#include "test/support/catch.h"
#include "test/support/control_models.h"

using namespace nngc;
using namespace nngc::test;

namespace {

std::vector<Tensor> run(const Executable& f, const Graph& g, const std::vector<Tensor>& at) {
  std::vector<Tensor> inputs = at, outputs;
  for (const Output& o : g.outputs()) {
    std::vector<std::int64_t> shape;
    for (const Dim& d : o.value.shape()) shape.push_back(d.value());
    outputs.emplace_back(o.value.dtype(), shape);
  }
  std::vector<void*> pointers;
  for (Tensor& t : inputs) pointers.push_back(t.raw());
  for (Tensor& t : outputs) pointers.push_back(t.raw());
  std::vector<std::byte> workspace(f.workspace_bytes({}) + 64);
  CHECK(f.run_raw(pointers.data(), nullptr, workspace.data(), nullptr) == 0);
  return outputs;
}

/// Value, gradient, and the gradient of a function of the gradient.
Graph with_derivatives(const ControlModel& model) {
  Graph g = model.build(DType::F64);
  const Value loss = g.outputs()[0].value;
  const std::vector<Value> wrt = g.inputs();
  const std::vector<Value> first = grad(loss, wrt);
  Value sum = g.scalar(DType::F64, 0);
  for (Value v : first) sum = sum + reduce_sum(v * v);
  const std::vector<Value> second = grad(sum, wrt);
  for (std::size_t i = 0; i < wrt.size(); ++i) {
    g.output("d" + std::to_string(i), first[i]);
    g.output("dd" + std::to_string(i), second[i]);
  }
  return g;
}

} // namespace

TEST_CASE("control flow, compiled, gives what the interpreter gives", "[control]") {
  for (const ControlModel& model : control_models()) {
    const Graph g = with_derivatives(model);
    std::vector<Tensor> at;
    unsigned seed = 3;
    for (Value v : g.inputs()) at.push_back(uniform_f64(v.type(), ++seed));
    const std::vector<Tensor> want = eval(g, at);
    for (const bool optimized : {false, true}) {
      INFO(model.name << (optimized ? ", optimized" : ", as written"));
      CompileOptions options;
      options.optimize_graph = optimized;
      const std::vector<Tensor> have = run(compile(g, options), g, at);
      REQUIRE(have.size() == want.size());
      for (std::size_t o = 0; o < want.size(); ++o)
        for (std::int64_t k = 0; k < want[o].size(); ++k) {
          const double x = have[o].data<double>()[static_cast<std::size_t>(k)],
                       y = want[o].data<double>()[static_cast<std::size_t>(k)];
          INFO(g.outputs()[o].name << "[" << k << "]");
          CHECK(std::fabs(x - y) <= 1e-12 * (1 + std::fabs(y)));
        }
    }
  }
}

namespace {

/// A while of as many steps as `end` says, its value and gradient; updates a donated input, too.
Graph long_walk(Dim max_steps) {
  Graph g;
  const Value w = g.input("w", f64({2})), end = g.input("end", i32({})),
              sum = g.state("sum", f64({2}));
  const auto [last, steps] = while_loop(
      std::pair{w, g.scalar(DType::I32, 0)}, [&](const auto& s) { return s.second < end; },
      [&](const auto& s) { return std::pair{sin(s.first + w), s.second + 1}; },
      {.max_steps = max_steps});
  const Value loss = reduce_sum(last.first);
  const std::vector<Value> wrt{w};
  g.output("dw", grad(loss, wrt)[0]);
  g.output("steps", steps);
  g.update(sum, sum + last.first);
  return g;
}

} // namespace

TEST_CASE("a limit of steps that no input shows grows as the loop needs", "[control]") {
  const Graph open = long_walk(Dim::symbol("steps")), closed = long_walk(2000);
  const Executable f = compile(open), g = compile(closed);
  for (const std::int32_t end : {0, 1, 64, 65, 1000, 3}) {
    INFO(end << " steps");
    std::vector<double> w{0.3, -0.7}, sum{1, 2}, other{1, 2}, dw(2), want(2);
    std::vector<std::int32_t> ends{end}, steps(1), wanted(1);
    f.run({{"w", w}, {"end", ends}, {"sum", sum}, {"dw", dw}, {"steps", steps}});
    g.run({{"w", w}, {"end", ends}, {"sum", other}, {"dw", want}, {"steps", wanted}});
    CHECK(dw == want);
    CHECK(sum == other); // updated once, however often the call began anew
    CHECK(steps[0] == end);
    if (end > 100) continue;
    const std::vector<Tensor> in{Tensor::of<double>({2}, w), Tensor::of<std::int32_t>({}, ends),
                                 Tensor::of<double>({2}, std::vector<double>{1, 2})};
    const std::vector<Tensor> judged = eval(open, in);
    CHECK(std::fabs(judged[0].data<double>()[0] - want[0]) <= 1e-12);
    CHECK(judged[1].data<std::int32_t>()[0] == end);
  }
}

namespace {

std::vector<Tensor> run_strictly(const Graph& g, const std::vector<Tensor>& at) {
  CompileOptions options;
  options.math = MathLevel::Strict;
  return run(compile(g, options), g, at);
}

Graph gradients(Graph g) {
  const std::vector<Value> wrt = g.inputs();
  const std::vector<Value> slopes = grad(g.outputs()[0].value, wrt);
  g.clear_outputs();
  for (std::size_t i = 0; i < wrt.size(); ++i)
    g.output("d" + std::string(g.input_name(wrt[i])), slopes[i]);
  return g;
}

} // namespace

// All but what is summed up at the end, for which the order is another.
TEST_CASE("at strict, a loop has the bits of its steps written out", "[control]") {
  int count = 0;
  for (const ControlModel& model : control_models()) {
    if (!model.unrolled || model.name == "choices") continue; // whose ys are summed differently
    INFO(model.name);
    const Graph loop = model.build(DType::F64), steps = model.unrolled(DType::F64);
    std::vector<Tensor> at;
    unsigned seed = 70;
    for (Value v : loop.inputs()) at.push_back(uniform_f64(v.type(), ++seed));
    const std::vector<Tensor> a = run_strictly(loop, at), b = run_strictly(steps, at);
    REQUIRE(a.size() == b.size());
    for (std::size_t o = a.size() > 1 ? 1 : 0; o < a.size(); ++o)
      CHECK(std::memcmp(a[o].raw(), b[o].raw(), a[o].bytes()) == 0);
    ++count;
  }
  CHECK(count >= 18);
}

// Slopes of rows and of what the loop starts from, in every checkpoint mode. Those of weights are
// sums over the steps, made by one product or segment by segment; one step has no order, and with
// snapshots they are summed step by step.
TEST_CASE("at strict, the gradient of a loop has the bits of its steps written out", "[control]") {
  const std::vector<std::string> weights{"dw", "du", "db"};
  int same = 0;
  for (const ControlModel& model : control_models()) {
    if (!model.unrolled || model.name == "choices") continue;
    const Graph loop = gradients(model.build(DType::F64)),
                steps = gradients(model.unrolled(DType::F64));
    std::vector<Tensor> at;
    unsigned seed = 70;
    for (Value v : loop.inputs()) at.push_back(uniform_f64(v.type(), ++seed));
    const std::vector<Tensor> a = run_strictly(loop, at), b = run_strictly(steps, at);
    const bool short_one = model.name.find("one step") != std::string::npos ||
                           model.name.find("no step") != std::string::npos ||
                           model.name == "while 0" || model.name == "while 1";
    for (std::size_t o = 0; o < a.size(); ++o) {
      INFO(model.name << ", " << loop.outputs()[o].name);
      const bool is_sum =
          std::find(weights.begin(), weights.end(), loop.outputs()[o].name) != weights.end();
      const bool stepwise = model.name.find("snapshot") != std::string::npos;
      if (!is_sum || short_one || stepwise) {
        CHECK(std::memcmp(a[o].raw(), b[o].raw(), a[o].bytes()) == 0);
        ++same;
      } else {
        for (std::int64_t k = 0; k < a[o].size(); ++k) {
          const double x = a[o].data<double>()[static_cast<std::size_t>(k)],
                       y = b[o].data<double>()[static_cast<std::size_t>(k)];
          CHECK(std::fabs(x - y) <= 4e-15 * (1 + std::fabs(y)));
        }
      }
    }
  }
  CHECK(same >= 80);
}

namespace {

/// Bytes of workspace for the gradient of a thousand steps of an RNN, of which each needs 2 kB.
std::size_t workspace_of_gradient(const ScanOptions& options) {
  Graph g;
  const Value x = g.input("x", f32({1000, 4, 128})), w = g.input("w", f32({128, 128}));
  const Value last = scan_values(
                         {full(g, f32({4, 128}), 0)}, {x},
                         [&](const Values& c, const Values& row) {
                           return std::pair{Values{tanh(matmul(c[0], w) + row[0])}, Values{}};
                         },
                         options)
                         .first[0];
  const std::vector<Value> wrt{w};
  g.output("dw", grad(reduce_sum(last), wrt)[0]);
  return compile(g).workspace_bytes({});
}

} // namespace

namespace {

/// Bytes of workspace for the gradients of sixteen layers, `each` of them to a checkpoint.
std::size_t workspace_of_layers(int each) {
  constexpr int layers = 16;
  Graph g;
  Value h = g.input("x", f32({64, 32}));
  std::vector<Value> w;
  for (int i = 0; i < layers; ++i) w.push_back(g.param("w" + std::to_string(i), f32({32, 32})));
  const auto some = [&](Value v, int from, int count) {
    for (int i = from; i < from + count; ++i) v = tanh(matmul(v, w[static_cast<std::size_t>(i)]));
    return v;
  };
  if (each == 0)
    h = some(h, 0, layers);
  else
    for (int i = 0; i < layers; i += each)
      h = checkpoint([&](Value v) { return some(v, i, each); })(h);
  const std::vector<Value> slopes = grad(reduce_sum(h), w);
  for (std::size_t i = 0; i < w.size(); ++i) g.output("d" + std::to_string(i), slopes[i]);
  return compile(g).workspace_bytes({});
}

} // namespace

TEST_CASE("what a checkpoint computes again is not kept", "[control]") {
  const std::size_t all = workspace_of_layers(0), some = workspace_of_layers(4);
  INFO(all << ", in checkpoints " << some << " bytes");
  CHECK(all >= 16 * 64 * 32 * sizeof(float));
  CHECK(some < all * 2 / 3);
}

TEST_CASE("loops in segments, or with snapshots, need a part of the memory", "[control]") {
  ScanOptions segments, snapshots;
  segments.segments = 10;
  snapshots.snapshots = 10;
  const std::size_t all = workspace_of_gradient({}), some = workspace_of_gradient(segments),
                    few = workspace_of_gradient(snapshots);
  INFO(all << ", in segments " << some << ", with snapshots " << few << " bytes");
  CHECK(all > 2 * 1000 * 2048);
  CHECK(some < all / 6);
  CHECK(few < all / 12);
}

namespace {

/// A thousand small steps: what the first ones do is not forgotten by the last.
Graph thousand(bool written_out) {
  Graph g;
  const Value a = g.input("a", f64({2})), w = g.input("w", f64({2, 2}));
  const auto step = [&](Value s) {
    return s + (sin(reshape(matmul(reshape(s, {1, 2}), w), {2})) + a) * 0.002;
  };
  Value s = a;
  if (written_out) {
    for (int i = 0; i < 1000; ++i) s = step(s);
  } else {
    s = while_loop(
            std::pair{a, g.scalar(DType::I32, 0)}, [](const auto& c) { return c.second < 1000; },
            [&](const auto& c) { return std::pair{step(c.first), c.second + 1}; },
            {.max_steps = 1200})
            .first.first;
  }
  g.output("loss", reduce_sum(s * s));
  return g;
}

} // namespace

TEST_CASE("the gradient of a thousand steps of while is that of the steps written out",
          "[control]") {
  const Graph loop = gradients(thousand(false)), steps = gradients(thousand(true));
  std::vector<Tensor> at;
  unsigned seed = 7;
  for (Value v : loop.inputs()) at.push_back(uniform_f64(v.type(), ++seed));
  const std::vector<Tensor> wanted = eval(steps, at);
  for (const std::vector<Tensor>& got : {eval(loop, at), run(compile(loop), loop, at)})
    for (std::size_t o = 0; o < got.size(); ++o)
      for (std::int64_t k = 0; k < got[o].size(); ++k) {
        const double x = got[o].data<double>()[static_cast<std::size_t>(k)],
                     y = wanted[o].data<double>()[static_cast<std::size_t>(k)];
        CHECK(std::fabs(x - y) <= 1e-12 * (1 + std::fabs(y)));
      }
}

TEST_CASE("a loop and its derivative share one forward loop", "[control]") {
  for (const ControlModel& model : control_models()) {
    if (model.name != "rnn" && model.name != "lstm" && model.name != "while 5") continue;
    Graph g = model.build(DType::F64);
    const std::vector<Value> wrt = g.inputs();
    const std::vector<Value> first = grad(g.outputs()[0].value, wrt);
    for (std::size_t i = 0; i < wrt.size(); ++i) g.output("d" + std::to_string(i), first[i]);
    PassOptions options;
    options.verify_each = true;
    const std::string text = print(optimize(g, options));
    INFO(model.name << "\n" << text);
    std::size_t loops = 0;
    for (const char* op : {" = scan ", " = while "})
      for (std::size_t at = text.find(op); at != std::string::npos; at = text.find(op, at + 1))
        ++loops;
    CHECK(loops == 2);
  }
}
